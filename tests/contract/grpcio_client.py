"""A client of all services on python3-grpcio; run by clients_test.py, which makes its classes."""

import sys

import grpc
from sotong.budget.v1 import budget_pb2, budget_pb2_grpc
from sotong.report.v1 import report_pb2, report_pb2_grpc
from sotong.slice.v1 import slice_pb2, slice_pb2_grpc

channels = {}
for argument in sys.argv[1:]:
    name, address = argument.split("=")
    channels[name] = grpc.insecure_channel(address)

for name, channel in channels.items():
    status = slice_pb2_grpc.SliceServiceStub(channel).GetSliceStatus(
        slice_pb2.GetSliceStatusRequest(), timeout=10)
    assert status.service == name, status
    assert status.slices[0].source.report_id == "sky", status

budget = budget_pb2_grpc.BudgetServiceStub(channels["budget"])
rows = budget.GetExecution(budget_pb2.GetExecutionRequest(as_of="2031-03-31"), timeout=10).rows
assert [row.current_won for row in rows] == [3000000, 1000000, 2000000], rows
assert rows[0].execution_rate.units == 333 and rows[0].execution_rate.exponent == -1, rows

line = budget.GetLine(budget_pb2.GetLineRequest(name=rows[1].line), timeout=10).line
assert line.label == "바다홍보" and line.parent == rows[0].line, line

try:
    budget.GetExecution(budget_pb2.GetExecutionRequest(as_of="tomorrow"), timeout=10)
    raise SystemExit("a wrong date was accepted")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
    assert "as_of" in error.details(), error.details()
    assert any(key == "grpc-status-details-bin" for key, _ in error.trailing_metadata()), error

report = report_pb2_grpc.ReportServiceStub(channels["report"])
tokens = report.ListTokens(report_pb2.ListTokensRequest(report_id="sky"), timeout=10).tokens
assert any(token.printed == "33.3%" and token.kind == report_pb2.Token.QUANTITY
           for token in tokens), tokens

print("all answers are right")
