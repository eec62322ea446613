// What every client on Connect for ECMAScript asks of a budget service, over whatever transport.
import { Code, ConnectError, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { BadRequestSchema } from "./gen/google/rpc/error_details_pb.js";
import { Health, HealthCheckResponse_ServingStatus } from "./gen/grpc/health/v1/health_pb.js";
import { BudgetService } from "./gen/sotong/budget/v1/budget_pb.js";

export const LINE = "lines/2020-general-0043";
const PAGE_SIZE = 1000;
const DEADLINE_MS = 300;
const WATCH_MS = 60_000;

// Which compression the last answer came with.
export const encoding = { last: "" };
export const seeEncoding: Interceptor = (next) => async (request) => {
  const response = await next(request);
  encoding.last = response.header.get("content-encoding") ?? response.header.get("grpc-encoding") ?? "";
  return response;
};

async function failure(call: Promise<unknown>): Promise<ConnectError> {
  try {
    await call;
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("a call that must fail was answered");
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

async function unaryCalls(transport: Transport): Promise<Record<string, unknown>> {
  const budget = createClient(BudgetService, transport);
  const { line } = await budget.getLine({ name: LINE });
  const { lines } = await budget.listLines({ fiscalYear: 2020, pageSize: PAGE_SIZE });
  const compressed = encoding.last;
  const wrong = await failure(budget.getExecution({ asOf: "2020-02-30" }));
  const [details] = wrong.findDetails(BadRequestSchema);
  return {
    line: { label: line?.label, currentWon: String(line?.currentWon) },
    lines: lines.length,
    encoding: compressed,
    error: {
      code: Code[wrong.code],
      message: wrong.rawMessage,
      fields: details?.fieldViolations.map(({ field }) => field),
    },
  };
}

async function streamCalls(transport: Transport): Promise<Record<string, unknown>> {
  const health = createClient(Health, transport);
  const seen = async (service: string) => {
    for await (const { status } of health.watch({ service }, { timeoutMs: WATCH_MS })) {
      return HealthCheckResponse_ServingStatus[status]; // Leaving the loop cancels the call.
    }
  };
  const late = await failure(drain(health.watch({ service: "" }, { timeoutMs: DEADLINE_MS })));
  return {
    watch: await seen("sotong.budget.v1.BudgetService"),
    watchUnknown: await seen("no.such.Service"),
    deadline: Code[late.code],
  };
}

export async function allCalls(transport: Transport): Promise<Record<string, unknown>> {
  return { ...(await unaryCalls(transport)), ...(await streamCalls(transport)) };
}
