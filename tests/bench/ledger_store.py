"""The ledger that all servers of deploy/dev bench ledger write to: made through the service's own calls,
and what it must come to in the end."""

import json
import pathlib
import sqlite3
import urllib.error
import urllib.request

import ledger_recipe

YEAR = 2026
PUBLISHER = "시민소통기획관"
WIDTHS = (10, 10, 10)  # Lines below the bureau's, below each of those, and so on.
ITEMS = WIDTHS[0] * WIDTHS[1] * WIDTHS[2]
DAY = f"{YEAR}-03-02"
GRANTED_DAY = f"{YEAR}-01-01"
AMOUNT = 1_000
GRANTED = 10 ** 12  # Of each item: more than any run commits.
DESCRIPTION = "홍보물 제작 계약"
REQUEST = "bench-{:016x}"
RESPONSE_BYTES = 110  # About what the service keeps of its answer to one commitment.
LABELS = ("부서", "정책사업", "단위사업")

ENTRIES_MAX = 1000


class Failed(Exception):
    """The service refused what the bench needs."""


def call(port, method, **request):
    body = json.dumps(request).encode()
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/sotong.budget.v1.{method}", body,
                                   {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=60) as got:
            return json.loads(got.read())
    except urllib.error.HTTPError as refused:
        raise Failed(f"{method}: {refused.read().decode()}") from None


def create(port):
    """One bureau's tree with money on every item; returns the items' names."""
    def line(number, **more):
        return call(port, "LedgerService/CreateLine", requestId=f"line-{number}",
                    **more)["line"]["name"]

    items = []
    # In the order of the tree, so that no line has to make room for another.
    waiting = [(line("root", publisher=PUBLISHER, fiscalYear=YEAR, label=PUBLISHER), 0, 0)]
    while waiting:
        parent, level, made = waiting.pop()
        if level == len(WIDTHS):
            items.append(parent)
        elif made < WIDTHS[level]:
            waiting.append((parent, level, made + 1))
            name = line(f"{code(parent)}-{made}", parent=parent, label=f"{LABELS[level]} {made + 1:02}")
            waiting.append((name, level + 1, 0))
    for begin in range(0, len(items), ENTRIES_MAX):
        entries = [{"line": name, "kind": "ENTRY_KIND_APPROPRIATION", "amountWon": str(GRANTED),
                    "effectiveDate": GRANTED_DAY} for name in items[begin:begin + ENTRIES_MAX]]
        call(port, "LedgerService/PostEntries", requestId=f"granted-{begin}", entries=entries)
    return items


def code(name):
    return int(name.rsplit("-", 1)[1])


def ledger(items):
    """The same ledger for pgbench, which chooses a line by its code: the n-th department's are so many behind
    the first's, and so on."""
    strides = [1]
    for width in reversed(WIDTHS[1:]):
        strides.insert(0, 1 + width * strides[0])
    first = code(items[0])
    right = [first]
    for stride, width in zip(strides, WIDTHS):
        right = [one + stride * i for one in right for i in range(width)]
    if right != list(map(code, items)):
        raise Failed("the items' codes are not in the order of their tree")
    return ledger_recipe.Ledger(first_code=first, strides=tuple(zip(strides, WIDTHS)),
                                name=items[0].rsplit("-", 1)[0] + "-{}", amount=AMOUNT, day=DAY,
                                description=DESCRIPTION, response_bytes=RESPONSE_BYTES)


def requests(message, items):
    """A commitment on each item, with the id that rpc-load numbers anew for every call."""
    request = message("sotong.budget.v1.PostEntriesRequest")
    for name in items:
        one = request(request_id=REQUEST.format(0))
        one.entries.add(line=name, kind="ENTRY_KIND_COMMITMENT", amount_won=AMOUNT,
                        effective_date=DAY, description=DESCRIPTION)
        yield one


# Where a gRPC request's number stands: behind the message's head, the field's, and the id's words.
NUMBER_AT = 5 + 2 + len(REQUEST.format(0)) - 16

# What the ledger holds of commitments, in each of the places that tell it: how many, how many won, and
# what must not be.
COUNTS = {
    "entries": "SELECT count(*) FROM budget_entries WHERE kind = 3",
    "write ids": "SELECT count(*) FROM rpc_requests WHERE request_id LIKE 'bench-%'",
    "events": "SELECT count(*) FROM budget_events WHERE entry_kind = 3",
    "balances' counts": "SELECT sum(own_committed_count) FROM budget_balances",
}
AMOUNTS = {
    "entries": "SELECT coalesce(sum(amount_won), 0) FROM budget_entries WHERE kind = 3",
    "events": "SELECT coalesce(sum(amount_won), 0) FROM budget_events WHERE entry_kind = 3",
    "own balances": "SELECT sum(own_committed_won) FROM budget_balances",
    "the bureau's total": "SELECT sum(committed_won) FROM budget_balances WHERE above_id IS NULL",
    "lines' last days": "SELECT coalesce(sum(committed_won), 0) FROM budget_days AS last WHERE day ="
                        " (SELECT max(day) FROM budget_days WHERE line_id = last.line_id)",
}
NOTHING = {
    "gaps of the feed": "SELECT max(sequence) - count(*) FROM budget_events",
    "totals that are no sum": """
        SELECT count(*) FROM budget_balances AS total
        WHERE committed_won <> own_committed_won +
            coalesce((SELECT sum(committed_won) FROM budget_balances AS part
                      WHERE part.above_id = total.line_id), 0)""",
}
TOTALS = "SELECT " + ", ".join(f"({sql})" for part in (COUNTS, AMOUNTS, NOTHING)
                               for sql in part.values())


def sqlite_rows(path, sql):
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return store.execute(sql).fetchall()
    finally:
        store.close()


def check(title, row, count, won):
    """Ends the bench where a ledger does not come to what was acknowledged."""
    values = iter(map(int, row))
    for part, right, unit in ((COUNTS, count, ""), (AMOUNTS, won, " won"), (NOTHING, 0, "")):
        for name in part:
            seen = next(values)
            if seen != right:
                raise Failed(f"{title}: {name}: {seen:,}{unit}; acknowledged was {right:,}{unit}")


def on_disk(folder):
    """The name of the file system; Failed: it is memory, where nothing is durable."""
    best, kind = "", ""
    for mount in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        place, name = mount.split()[1:3]
        if f"{folder}/".startswith(place.rstrip("/") + "/") and len(place) >= len(best):
            best, kind = place, name
    if kind in ("tmpfs", "ramfs"):
        raise Failed(f"{folder} lies in memory ({kind}): say another folder with --folder")
    return kind
