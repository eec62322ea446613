// @connectrpc/connect-node: `node … URL PROTOCOL:VERSION:FORM…`, answers as JSON on stdout, by the words
// that asked for them. A form is binary, json, get or gzip.
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { readFileSync } from "node:fs";
import { allCalls, seeEncoding } from "./connect_calls.js";

const create = { connect: createConnectTransport, grpc: createGrpcTransport, "grpc-web": createGrpcWebTransport };
const nodeOptions = process.env.TEST_CA ? { ca: readFileSync(process.env.TEST_CA) } : undefined;
const [baseUrl, ...words] = process.argv.slice(2);
const answers = {};
for (const word of words) {
  const [protocol, httpVersion, form] = word.split(":");
  const transport = create[protocol]({
    baseUrl,
    httpVersion,
    nodeOptions,
    useBinaryFormat: form !== "json",
    useHttpGet: form === "get",
    interceptors: [seeEncoding],
    acceptCompression: [compressionGzip],
    sendCompression: form === "gzip" ? compressionGzip : null,
    compressMinBytes: 0,
  });
  answers[word] = await allCalls(transport);
}
console.log(JSON.stringify(answers));
process.exit(0);
