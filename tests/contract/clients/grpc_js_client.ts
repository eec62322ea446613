// @grpc/grpc-js: `node … HOST:PORT plain|gzip`, answers as JSON on stdout.
import { create, fromBinary, toBinary, type DescMessage, type DescMethod } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { readFileSync } from "node:fs";
import { BadRequestSchema } from "./gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "./gen/google/rpc/status_pb.js";
import { Health, HealthCheckResponse_ServingStatus } from "./gen/grpc/health/v1/health_pb.js";
import { BudgetService } from "./gen/sotong/budget/v1/budget_pb.js";

const LINE = "lines/2020-general-0043";
const PAGE_SIZE = 1000;
const DEADLINE_MS = 300;
const CALL_MS = 60_000;

const [address, form] = process.argv.slice(2);
const credentials = process.env.TEST_CA
  ? grpc.credentials.createSsl(readFileSync(process.env.TEST_CA))
  : grpc.credentials.createInsecure();
const client = new grpc.Client(address, credentials, {
  "grpc.default_compression_algorithm":
    form === "gzip" ? grpc.compressionAlgorithms.gzip : grpc.compressionAlgorithms.identity,
});

function path(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}
const encode = (schema: DescMessage) => (message: any) =>
  Buffer.from(toBinary(schema, create(schema, message)));
const decode = (schema: DescMessage) => (bytes: Buffer) => fromBinary(schema, bytes) as any;

function unary(method: DescMethod, request: object): Promise<any> {
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest(path(method), encode(method.input), decode(method.output), request,
      { deadline: Date.now() + CALL_MS },
      (error, answer) => (error ? reject(error) : resolve(answer))));
}

// The first message of a stream, which is cancelled then; or the error that ends it.
function watch(service: string, deadlineMs: number, first: boolean): Promise<any> {
  return new Promise((resolve, reject) => {
    const call = client.makeServerStreamRequest(path(Health.method.watch), encode(Health.method.watch.input),
      decode(Health.method.watch.output), { service }, { deadline: Date.now() + deadlineMs });
    call.on("data", ({ status }) => {
      if (!first) return;
      resolve(HealthCheckResponse_ServingStatus[status]);
      call.cancel();
    });
    call.on("error", (error: grpc.ServiceError) => (first ? reject(error) : resolve(grpc.status[error.code])));
    call.on("end", () => reject(new Error("the stream ended")));
  });
}

const { line } = await unary(BudgetService.method.getLine, { name: LINE });
const { lines } = await unary(BudgetService.method.listLines, { fiscalYear: 2020, pageSize: PAGE_SIZE });
const wrong: grpc.ServiceError = await unary(BudgetService.method.getExecution, { asOf: "2020-02-30" }).then(
  () => { throw new Error("a call that must fail was answered"); }, (error) => error);
const [bytes] = wrong.metadata.get("grpc-status-details-bin") as Buffer[];
const [details] = fromBinary(StatusSchema, bytes).details;
const answers = {
  line: { label: line.label, currentWon: String(line.currentWon) },
  lines: lines.length,
  error: {
    code: grpc.status[wrong.code],
    message: wrong.details,
    fields: fromBinary(BadRequestSchema, details.value).fieldViolations.map(({ field }) => field),
  },
  watch: await watch("sotong.budget.v1.BudgetService", CALL_MS, true),
  watchUnknown: await watch("no.such.Service", CALL_MS, true),
  deadline: await watch("", DEADLINE_MS, false),
};
console.log(JSON.stringify(answers));
process.exit(0);
