"""deploy/dev bench ledger --growth: what a commitment and a question as of a day cost, by how many entries
there are."""

import os
import pathlib
import shutil
import sqlite3
import statistics
import struct
import urllib.request

import ledger_chart
import ledger_fill
import ledger_report
import ledger_servers
import ledger_store
import rpc_report
import rpc_store
from ledger_report import table

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
QUESTION = "/sotong.budget.v1.BudgetService/GetExecution"
QUESTION_DAYS = (5, 20, 35, 50)  # Of those that ledger_fill.py has entries on.
COLD_SECONDS = 0.25
WARM_UP_SECONDS = 1.5 # Every item comes by at least once: warm is what is in use in memory.
CHECKED_MAX = 1_000_000  # Beyond, adding up what was made takes longer than all else.
GROWTH_MAX = 1.5
WORDS = {"commitment": "one commitment, 1 in flight",
         "question": "one subtree of {} lines as of a day, 1 in flight"}


class Sized(ledger_servers.SotongSqlite):
    """The service on a store of so many entries."""

    def __init__(self, bench, count):
        super().__init__(bench)
        self.count = count
        self.folder = bench.folder / f"entries-{count}"
        self.title = f"{count:,} entries"
        self.questions = self.folder / "questions"

    def take(self, template):
        self.folder.mkdir()
        shutil.copyfile(template, self.store)

    def forget(self):
        """Nothing of the store is in memory any more."""
        with open(self.store, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def load_of(self, what, seconds, warm_up):
        if what == "commitment":
            return self.load((1, 1), seconds, warm_up=warm_up)
        return self.run_load((1, 1), seconds, warm_up, QUESTION, self.questions)

    def committed_won(self):
        return ledger_fill.won(self.count) + self.acknowledged * ledger_store.AMOUNT


def post(port, items, count):
    """The commitments of ledger_fill.py by calls, in batches."""
    made = [ledger_fill.commitment(n, count) for n in range(count)]
    for begin in range(0, count, ledger_store.ENTRIES_MAX):
        ledger_store.call(
            port, "LedgerService/PostEntries", requestId=f"batch-{begin}",
            entries=[{"line": items[item], "kind": "ENTRY_KIND_COMMITMENT", "amountWon": str(amount),
                      "effectiveDate": day, "description": ledger_store.DESCRIPTION}
                     for item, amount, day in made[begin:begin + ledger_store.ENTRIES_MAX]])


# All that posting writes, but for instants and write ids.
COMPARED = {
    "budget_entries": "id, line_id, kind, amount_won, effective_date, rounding, reading_id, text_line,"
                      " table_row, table_column, corrects_id, carry_over_type, origin_year,"
                      " reservation_id, description",
    "budget_events": "sequence, kind, line, label, entry_id, entry_kind, amount_won, effective_date,"
                     " rounding",
    "budget_days": "*",
    "budget_balances": "*",
}


def compare(posted, filled):
    """Failed: the fill writes other rows than the service does."""
    stores = [sqlite3.connect(f"file:{path}?mode=ro", uri=True) for path in (posted, filled)]
    for name, columns in COMPARED.items():
        sides = [sorted(map(repr, store.execute(f"SELECT {columns} FROM {name}"))) for store in stores]
        if sides[0] != sides[1]:
            differ = next((pair for pair in zip(*sides) if pair[0] != pair[1]),
                          f"{len(sides[0])} and {len(sides[1])} rows")
            raise ledger_store.Failed(f"{name}: the fill is not what the service writes: {differ}")
    for store in stores:
        store.close()


def ask(port, message, line, day):
    """The answer of the service, as bytes and as a message."""
    request = message("sotong.budget.v1.GetExecutionRequest")(line=line, as_of=day)
    body = request.SerializeToString()
    with urllib.request.urlopen(urllib.request.Request(
            f"http://127.0.0.1:{port}{QUESTION}", body, {"Content-Type": "application/proto"})) as got:
        raw = got.read()
    return body, raw, message("sotong.budget.v1.GetExecutionResponse").FromString(raw)


def framed(raw):
    return b"\0" + struct.pack(">I", len(raw)) + raw


def write_questions(server, message, departments):
    """Questions with their answers; the answers are checked against the commitments themselves."""
    made = None
    if server.count <= CHECKED_MAX:
        made = [ledger_fill.commitment(n, server.count) for n in range(server.count)]
    pairs = []
    for number in QUESTION_DAYS:
        day = ledger_fill.day_of(number)
        total = 0
        for name in departments:
            body, raw, answer = ask(server.port, message, name, day)
            if answer.rows[0].line != name:
                raise ledger_store.Failed(f"{name} as of {day} begins with {answer.rows[0].line}")
            total += answer.rows[0].committed_won
            pairs.append((framed(body), framed(raw)))
        if made is not None:
            right = sum(amount for _, amount, on in made if on <= day)
            if total != right:
                raise ledger_store.Failed(f"{server.title} as of {day}: {total:,} won; right is {right:,}")
        server.rows = len(answer.rows)
    rpc_store.write_pairs(server.questions, pairs)


def set_up(bench, sizes):
    """A store of each size, made by the service and filled; their services run."""
    template = bench.folder / "template.sqlite"
    maker = Sized(bench, 0)
    maker.folder.mkdir()
    maker.start()
    items = ledger_store.create(maker.port)
    maker.stop()
    shutil.copyfile(maker.store, template)
    message = bench.write_requests(items)
    bench.say("comparing the fill with what the service posts")
    maker.start()
    post(maker.port, items, sizes[0])
    maker.stop()
    servers = []
    for count in sizes:
        bench.say(f"filling {count:,} entries")
        server = Sized(bench, count)
        server.take(template)
        ledger_fill.fill(server.store, items, count)
        servers.append(server)
    compare(maker.store, servers[0].store)
    departments = [row[0] for row in ledger_store.sqlite_rows(
        template, "SELECT name FROM budget_lines WHERE depth = 1 ORDER BY position")]
    for server in servers:
        server.start()
        write_questions(server, message, departments)
        server.stop()
    return servers


def measure(bench, servers):
    """Of each round: every store cold, then every store warm, in turn."""
    seen = {}

    def run(server, what, state, seconds, warm_up):
        one = server.load_of(what, seconds, warm_up)
        seen.setdefault((what, state, server.count), []).append(one)

    for number in range(bench.options.rounds):
        bench.say(f"round {number + 1} of {bench.options.rounds}")
        for what in WORDS:
            for server in servers:
                server.stop()
                server.forget()
                server.start()
                run(server, what, "cold", COLD_SECONDS, 0)
            for server in servers:
                run(server, what, "warm", bench.options.seconds, WARM_UP_SECONDS)
    return [{"what": what, "state": state, "entries": count,
             "runs_us": [one["p50_us"] for one in runs],
             **{key: statistics.median(one[key] for one in runs) for key in runs[0]}}
            for (what, state, count), runs in seen.items()]


def rows_of(result, what, state):
    return [row for row in result["growth"] if (row["what"], row["state"]) == (what, state)]


def judged(result):
    rows = []
    for what, words in (("commitment", "a commitment"), ("question", "a subtree as of a day")):
        warm = rows_of(result, what, "warm")
        first, last = warm[0], warm[-1]
        for key, name in (("p50_us", "median time"), ("cpu_us", "processor time")):
            ratio = last[key] / first[key]
            rows.append({"what": f"{words}, {name} at {last['entries']:,} entries to {first['entries']:,}",
                         "wanted": f"≤ {GROWTH_MAX} ×", "seen": f"{ratio:.2f} ×",
                         "ok": ratio <= GROWTH_MAX})
    return rows


def chart(result):
    panels = []
    for what, words in WORDS.items():
        series = {}
        for state in ("warm", "cold"):
            series[state] = [(row["entries"], min(row["runs_us"]), row["p50_us"], max(row["runs_us"]))
                             for row in rows_of(result, what, state)]
        panels.append((words.format(result["subtree_lines"]), series))
    about = (f"medians of {result['rounds']} rounds with the least and the most; durable; "
             f"{result['date'][:10]}, {result['cpu']}, {result['file_system']}")
    return ledger_chart.draw("What the ledger's growth costs", about, panels)


def run(bench):
    options = bench.options
    servers = set_up(bench, options.sizes)
    try:
        rows = measure(bench, servers)
    finally:
        for server in servers:
            server.stop()
    for server in servers:
        ledger_store.check(server.title, server.totals(), server.count + server.acknowledged,
                           server.committed_won())
    result = {**rpc_report.machine(), "rounds": options.rounds, "seconds": options.seconds,
              "file_system": ledger_store.on_disk(bench.folder), "growth": rows,
              "bytes": {server.count: server.store.stat().st_size for server in servers},
              "subtree_lines": servers[0].rows}
    result["judged"] = judged(result)
    path = options.svg or bench.build / "bench/ledger-growth.svg"
    pathlib.Path(path).write_text(chart(result))
    result["chart"] = str(path)
    return result


def show(result):
    ledger_report.head(result)
    print(f"medians of {result['rounds']} rounds, the stores in turn; warm: {result['seconds']} s each; "
          f"cold: the first {COLD_SECONDS} s of a service just started, nothing of its file in memory")
    for what, words in WORDS.items():
        print(f"\n{words.format(result['subtree_lines'])}\n")
        table(["entries", "file MB", "warm p50 µs", "p99 µs", "CPU µs", "cold p50 µs", "p99 µs"],
              [[f"{warm['entries']:,}", f"{result['bytes'][warm['entries']] / 1e6:,.0f}",
                f"{warm['p50_us']:,.0f}", f"{warm['p99_us']:,.0f}", f"{warm['cpu_us']:,.0f}",
                f"{cold['p50_us']:,.0f}", f"{cold['p99_us']:,.0f}"]
               for warm, cold in zip(rows_of(result, what, "warm"), rows_of(result, what, "cold"))])
    print(f"\nDrawn in {result['chart']}")
    ledger_report.show_judged(result)
