// @connectrpc/connect-web in a browser: asks the service named in the page's address over both of its
// protocols, and posts the answers to where the page came from.
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { allCalls, seeEncoding } from "./connect_calls.js";

const baseUrl = new URL(location.href).searchParams.get("service")!;

async function ask(transport: Parameters<typeof allCalls>[0]): Promise<unknown> {
  try {
    return await allCalls(transport);
  } catch (error) {
    return { failed: String(error) };
  }
}

const interceptors = [seeEncoding];
const answers = {
  connect: await ask(createConnectTransport({ baseUrl, interceptors, useBinaryFormat: true })),
  json: await ask(createConnectTransport({ baseUrl, interceptors })),
  get: await ask(createConnectTransport({ baseUrl, interceptors, useHttpGet: true })),
  "grpc-web": await ask(createGrpcWebTransport({ baseUrl, interceptors })),
};
await fetch("/answers", { method: "POST", body: JSON.stringify(answers) });
