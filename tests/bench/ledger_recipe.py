"""One commitment (원인행위) as the statements that the budget service runs for it, in its order, from its
own .sql files: for the gRPC C++ peer a list that it prepares, for pgbench a script, or a function in
PL/pgSQL."""

import dataclasses
import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUDGET = SOURCE / "services/budget/sql"
RPC = SOURCE / "common/rpc/server/sql"

# What the caller knows; all else is what a statement before it answered. The types are
# PostgreSQL's.
GIVEN = {
    "request": "text", "method": "text", "digest": "bytea", "response": "bytea", "line": "text",
    "kind": "bigint", "amount": "bigint", "day": "text", "description": "text", "now": "bigint",
}
METHOD = "/sotong.budget.v1.LedgerService/PostEntries"
# Of every writing transaction on PostgreSQL, so that there is one at a time: totals and the feed's
# numbers rest on that. Its number is the bench's own.
LOCK = "SELECT pg_advisory_xact_lock(40)"


@dataclasses.dataclass(frozen=True)
class Step:
    folder: pathlib.Path
    name: str
    rows: str  # That it must find or change: "none", "some" or "any".
    binds: str  # What $1…$n are: names, sums of two, numbers, `null`.
    gives: str = ""  # Names of the columns of its row; text with `:text`, else bigint.

    def sql(self):
        return (self.folder / f"{self.name}.sql").read_text()

    def names(self):
        return [name.partition(":")[0] for name in self.gives.split()]

    def types(self):
        return [name.partition(":")[2] or "bigint" for name in self.gives.split()]


OWN = "own_current own_committed+amount own_spent committed_count+1 spent_count"
# The line, and as many above it as the bench's tree has.
STEPS = (
    Step(RPC, "request_find", "none", "request"),
    Step(BUDGET, "posting_line_named", "some", "line",
         "line_id line_name:text label:text year fund:text closed year_closed above"
         " last_day:text own_current own_committed own_spent committed_count spent_count"
         " own_reserved two_above three_above four_above"),
    Step(BUDGET, "entry_newest", "some", "", "last_id last_recorded"),
    Step(BUDGET, "entry_insert", "some",
         "last_id+1 line_id kind amount day now 0 null 0 0 0 null 0 0 null description"),
    Step(BUDGET, "day_put", "some", f"line_id day {OWN}"),
    Step(BUDGET, "balance_post", "some", f"line_id day {OWN} own_reserved 0 amount 0 0"),
    *(Step(BUDGET, "balance_raise", "some", f"{line} 0 amount 0 0")
      for line in ("above", "two_above", "three_above")),
    Step(BUDGET, "event_posted", "some", "4 now line_name label last_id+1 kind amount day 0"),
    Step(RPC, "request_insert", "some", "request method digest response now"),
)
# What keeps a line's budget, between the statements.
GUARD = "{own_current} - {own_committed} - {own_reserved} >= {amount}"
GUARDED = "own_reserved"  # With the statement that gives this.


def write_list(path):
    """For bench-cpp-commit: see commit_store.cc."""
    with open(path, "wb") as file:
        for step in STEPS:
            sql = step.sql().encode()
            file.write(f"{step.name} {step.rows} {len(sql)}\n{step.binds}\n{' '.join(step.names())}\n".encode())
            file.write(sql + b"\n")


def bound(step, expression):
    """A statement without its comments, on one line, with expressions instead of $1…$n."""
    binds = [" + ".join(map(expression, bind.split("+"))) for bind in step.binds.split()]
    sql = " ".join(re.sub(r"--.*", "", step.sql()).split())
    return re.sub(r"\$(\d+)", lambda match: f"({binds[int(match[1]) - 1]})", sql)


@dataclasses.dataclass(frozen=True)
class Ledger:
    """What the calls of pgbench are about."""
    first_code: int  # Of the lines that take commitments.
    strides: tuple  # From one department, project, item to the next, and how many there are.
    name: str  # Of a line, with {} for its code.
    amount: int
    day: str
    description: str
    response_bytes: int

    def expressions(self):
        """SQL for what the caller knows; :number and :code are pgbench's, fresh for each call."""
        before, after = self.name.split("{}")
        return {
            "request": "('bench-' || :number::bigint)",
            "method": f"'{METHOD}'",
            "digest": "decode(repeat('5a', 32), 'hex')",
            "response": f"decode(repeat('5a', {self.response_bytes}), 'hex')",
            "line": f"('{before}' || lpad(:code::bigint::text, 4, '0') || '{after}')",
            "kind": "3",
            "amount": str(self.amount),
            "day": f"'{self.day}'",
            "description": f"'{self.description}'",
            "now": "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
        }

    def chosen(self):
        steps = "".join(f" + {stride} * random(0, {count - 1})" for stride, count in self.strides)
        return (f"\\set code {self.first_code}{steps}\n"
                "\\set number random(1, 9223372036854775806)\n")

    def script(self):
        """Each statement by itself, as a client that knows no functions sends them."""
        known = self.expressions()
        types = {name: kind for step in STEPS for name, kind in zip(step.names(), step.types())}

        def expression(name):
            if name in types:
                return f":{name}::{types[name]}"
            return known.get(name, name)

        lines = [self.chosen() + "BEGIN;", LOCK + ";"]
        for step in STEPS:
            sql = bound(step, expression)
            # The row's columns get the names under which later statements ask for them.
            lines.append(named(sql, step.names()) + " \\gset" if step.gives else sql + ";")
        return "\n".join([*lines, "COMMIT;", ""])

    def function(self):
        """All of it in one call: fewer ways between client and server, and plans kept."""
        types = dict(GIVEN)
        for step in STEPS:
            types.update(zip(step.names(), step.types()))
        variables = {name: f"v_{name}" for name in types}
        body = ["PERFORM" + LOCK.removeprefix("SELECT")]
        for step in STEPS:
            sql = bound(step, lambda name: variables.get(name, name))
            if step.gives:
                body.append(f"{sql} INTO STRICT " + ", ".join(f"v_{name}" for name in step.names()))
            elif step.rows == "none":
                body.append(f"IF EXISTS ({sql}) THEN RAISE 'replayed'; END IF")
            else:
                body.append(sql)
            if GUARDED in step.names():
                body.append(f"IF NOT {GUARD.format(**variables)} THEN RAISE 'exceeded'; END IF")
        arguments = ", ".join(f"v_{name} {GIVEN[name]}" for name in GIVEN)
        declared = "".join(f"  v_{name} {kind};\n" for name, kind in types.items()
                           if name not in GIVEN)
        code = "".join(f"  {line};\n" for line in body)
        return (f"CREATE FUNCTION bench_commit({arguments}) RETURNS bigint LANGUAGE plpgsql AS $$\n"
                f"DECLARE\n{declared}BEGIN\n{code}  RETURN v_last_id;\nEND $$;\n")

    def function_script(self):
        known = self.expressions()
        return self.chosen() + f"SELECT bench_commit({', '.join(known[name] for name in GIVEN)});\n"


def named(sql, names):
    """The statement with its row's columns called so: those of SELECT or of RETURNING."""
    returning = sql.upper().rfind(" RETURNING ")
    if returning >= 0:
        columns = sql[returning + len(" RETURNING "):]
        head, tail = sql[:returning] + " RETURNING ", ""
    else:
        head, rest = "SELECT ", sql[len("SELECT "):]
        at = from_of(rest)
        columns, tail = rest[:at], rest[at:]
    parts = split_columns(columns)
    if len(parts) != len(names):
        raise ValueError(f"{len(names)} names for {len(parts)} columns: {sql}")
    return head + ", ".join(f"{re.sub(r' AS [a-z_]+$', '', part)} AS {name}"
                            for part, name in zip(parts, names)) + tail


def depths(text):
    """Each character with how many brackets are open before it."""
    depth = 0
    for at, letter in enumerate(text):
        if letter == ")":
            depth -= 1
        yield at, letter, depth
        if letter == "(":
            depth += 1


def from_of(text):
    for at, _, depth in depths(text):
        if depth == 0 and text[at:at + 6].upper() == " FROM ":
            return at
    raise ValueError(f"no FROM: {text}")


def split_columns(text):
    parts, begin = [], 0
    for at, letter, depth in depths(text):
        if letter == "," and depth == 0:
            parts.append(text[begin:at].strip())
            begin = at + 1
    return [*parts, text[begin:].strip()]
