// @connectrpc/connect-node: `node … URL PROTOCOL HTTP-VERSION FORM STEPS`, answers as JSON on stdout.
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { readFileSync } from "node:fs";
import { seeEncoding, streamCalls, unaryCalls } from "./connect_calls.js";

const [baseUrl, protocol, httpVersion, form, steps] = process.argv.slice(2);
const create = { connect: createConnectTransport, grpc: createGrpcTransport, "grpc-web": createGrpcWebTransport };
const ca = process.env.TEST_CA ? { ca: readFileSync(process.env.TEST_CA) } : undefined;
const transport = create[protocol]({
  baseUrl,
  httpVersion,
  nodeOptions: ca,
  useBinaryFormat: form !== "json",
  useHttpGet: form === "get",
  interceptors: [seeEncoding],
  acceptCompression: [compressionGzip],
  sendCompression: form === "gzip" ? compressionGzip : null,
  compressMinBytes: 0,
});
const answers = await unaryCalls(transport);
if (steps === "streams") Object.assign(answers, await streamCalls(transport));
console.log(JSON.stringify(answers));
process.exit(0);
