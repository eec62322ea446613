"""What all servers of deploy/dev bench rpc read, and what they must answer: one budget store, and
pairs of a request and its answer in each protocol."""

import json
import random
import sqlite3
import struct
import subprocess
import sys
import urllib.request

LINES = 5000
YEAR = 2020
CHECK = "/grpc.health.v1.Health/Check"
GET_LINE = "/sotong.budget.v1.BudgetService/GetLine"
PROTOS = ("sotong/budget/v1/budget.proto", "grpc/health/v1/health.proto")
BUREAUS = ("시민소통기획관", "안전총괄실", "도시교통실")
WORDS = ("홍보", "매체", "운영", "시민", "소통", "콘텐츠", "제작", "관리", "지원", "사업", "안전", "기반")


def messages(source, folder, protos=PROTOS):
    """Python's own message of a full name, from the contracts: the judge of all answers."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    roots = (source / "protos", "/usr/include", "/usr/share/grpc-proto")
    described = folder / "descriptors"
    subprocess.run(["protoc", *(f"-I{root}" for root in roots), "--include_imports",
                    f"--descriptor_set_out={described}", *protos], check=True)
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(described.read_bytes()).file:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return lambda name: factory.GetPrototype(pool.FindMessageTypeByName(name))


def name(code):
    return f"lines/{YEAR}-general-{code:04}"


def put(store, table, **row):
    store.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                  tuple(row.values()))


def fill(path):
    """Lines as reports have them: a tree of four levels with Korean labels, amounts and citations.
    The same on every machine."""
    made = random.Random(YEAR)
    store = sqlite3.connect(path, isolation_level=None)
    report, section = "bench-2020", "2020년 주요업무보고\n예산 집행현황"
    store.execute("BEGIN IMMEDIATE")
    put(store, "budget_readings", id=1, report_id=report, report_day="2020-04-21",
        table_name="tables/1", table_line=1, section=section, publisher=BUREAUS[0],
        fiscal_year=YEAR, kind=1, previous=0, day="2020-03-31", seen=1)
    parents = [None, None, None, None]
    for code in range(1, LINES + 1):
        depth = 0 if code % 500 == 1 else made.randint(1, 3)
        if depth > 1 and parents[depth - 1] is None:
            depth = 1
        label = " ".join(made.choice(WORDS) for _ in range(made.randint(2, 4)))
        parent = parents[depth - 1] if depth > 0 else None
        current = made.randint(1, 90_000) * 1_000_000
        put(store, "budget_lines", id=code, name=name(code), fiscal_year=YEAR, code=code,
            publisher=BUREAUS[code * 3 // (LINES + 1)], path=f"/{code}", parent_id=parent,
            parent_name=name(parent) if parent else "", label=label, depth=depth, position=code,
            memo=0, first_day="2020-03-31", reading_id=1, report_id=report, section=section,
            text_line=100 + code, table_row=code, line_class=1 + code % 2,
            closed_ms=code if code % 10 == 0 else None)
        won = dict(current_won=current, committed_won=current * 7 // 10,
                   spent_won=current * 3 // 10)
        put(store, "budget_balances", line_id=code, above_id=parent, last_day="",
            own_committed_count=0, own_spent_count=0, own_reserved_won=0,
            reserved_won=current // 20, **won,
            **{f"own_{what}": 0 for what in won})
        parents[depth] = code
        for below in range(depth + 1, len(parents)):
            parents[below] = None
    store.execute("COMMIT")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def get_line_answers(path, sql, message):
    """(request, answer) of every line, from the same statement, in an order without pattern."""
    get_line_request = message("sotong.budget.v1.GetLineRequest")
    get_line_response = message("sotong.budget.v1.GetLineResponse")
    store = sqlite3.connect(path)
    codes = list(range(1, LINES + 1))
    random.Random(1).shuffle(codes)
    for code in codes:
        (_, _, year, parent, label, depth, position, publisher, memo, report, section, text_line,
         row, current, committed, spent, reserved, line_class, closed) = store.execute(sql, (name(code),)).fetchone()
        answer = get_line_response(line=dict(
            name=name(code), fiscal_year=year, parent=parent, label=label, depth=depth,
            position=position, publisher=publisher, memo=bool(memo), current_won=current,
            committed_won=committed, spent_won=spent, reserved_won=reserved, line_class=line_class,
            closed=bool(closed)))
        if report:
            answer.line.citation.report_id = report
            answer.line.citation.section_path.extend(section.split("\n"))
            answer.line.citation.line = text_line
            answer.line.citation.column = 1
            answer.line.citation.table_row = row
        yield get_line_request(name=name(code)), answer
    store.close()


def check_answers(message):
    response = message("grpc.health.v1.HealthCheckResponse")
    yield message("grpc.health.v1.HealthCheckRequest")(), response(status="SERVING")


def framed(message):
    """A gRPC message: a flag, a length, the bytes."""
    return b"\0" + struct.pack(">I", len(message)) + message


def write_pairs(path, pairs):
    """For rpc-load: each behind its length."""
    with open(path, "wb") as file:
        for request, answer in pairs:
            file.write(struct.pack("=I", len(request)) + request)
            file.write(struct.pack("=I", len(answer)) + answer)


def json_pairs(port, path, answers):
    """JSON has many right spellings: the server's own are asked for, and each must mean the answer."""
    from google.protobuf import json_format
    for request, answer in answers:
        body = json_format.MessageToJson(request, indent=None).encode()
        got = urllib.request.urlopen(urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", body, {"Content-Type": "application/json"})).read()
        if json_format.Parse(got, type(answer)()) != answer:
            sys.exit(f"{path} answers {got.decode()}\nto {body.decode()}; right is\n{answer}")
        json.loads(got)
        yield body, got
