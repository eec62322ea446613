"""python3-grpcio: `grpcio_calls.py HOST:PORT plain|gzip`, answers as JSON on stdout."""

import json
import os
import pathlib
import sys

import grpc
from google.rpc import error_details_pb2, status_pb2
# The health contract's package lies within that of the library.
grpc.__path__.append(os.path.join(os.environ["PYTHONPATH"], "grpc"))
from grpc.health.v1 import health_pb2, health_pb2_grpc  # noqa: E402
from sotong.budget.v1 import budget_pb2, budget_pb2_grpc  # noqa: E402

LINE = "lines/2020-general-0043"
PAGE_SIZE = 1000
DEADLINE_SECONDS = 0.3
CALL_SECONDS = 60

address, form = sys.argv[1:]
compression = grpc.Compression.Gzip if form == "gzip" else grpc.Compression.NoCompression
ca = os.environ.get("TEST_CA")
if ca:
    channel = grpc.secure_channel(
        address, grpc.ssl_channel_credentials(pathlib.Path(ca).read_bytes()), compression=compression)
else:
    channel = grpc.insecure_channel(address, compression=compression)
budget = budget_pb2_grpc.BudgetServiceStub(channel)
health = health_pb2_grpc.HealthStub(channel)


def watch(service):
    call = health.Watch(health_pb2.HealthCheckRequest(service=service), timeout=CALL_SECONDS)
    status = next(call).status
    call.cancel()
    return health_pb2.HealthCheckResponse.ServingStatus.Name(status)


line = budget.GetLine(budget_pb2.GetLineRequest(name=LINE), timeout=CALL_SECONDS).line
lines = budget.ListLines(budget_pb2.ListLinesRequest(fiscal_year=2020, page_size=PAGE_SIZE),
                         timeout=CALL_SECONDS).lines
answers = {"line": {"label": line.label, "currentWon": str(line.current_won)}, "lines": len(lines)}
try:
    budget.GetExecution(budget_pb2.GetExecutionRequest(as_of="2020-02-30"), timeout=CALL_SECONDS)
    sys.exit("a day that is none was accepted")
except grpc.RpcError as error:
    trailers = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    details = error_details_pb2.BadRequest()
    status.details[0].Unpack(details)
    answers["error"] = {"code": error.code().name, "message": error.details(),
                        "fields": [violation.field for violation in details.field_violations]}
answers["watch"] = watch("sotong.budget.v1.BudgetService")
answers["watchUnknown"] = watch("no.such.Service")
try:
    for _ in health.Watch(health_pb2.HealthCheckRequest(), timeout=DEADLINE_SECONDS):
        pass
except grpc.RpcError as error:
    answers["deadline"] = error.code().name
print(json.dumps(answers))
