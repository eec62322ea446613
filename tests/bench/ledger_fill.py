"""Fills a ledger with commitments behind the service's back: the rows that posting each of them by a call
would write, only quicker. ledger_growth.py compares them with what the service writes."""

import datetime
import sqlite3
import time

import ledger_recipe
import ledger_store

FIRST_DAY = datetime.date(ledger_store.YEAR, 1, 2)
DAYS = 55  # They lie before the day on which the bench itself commits.
SPAN_MS = 50 * 24 * 3600 * 1000  # Over which they were recorded, until now.
CACHE_KIB = 2 << 20
TABLES = ("budget_entries", "budget_events", "rpc_requests")

# CROSS JOIN, so that the commitments are gone through once, in their order.
#
# The commitments by number from 0, in the order of their days: :count of them over the items. The factor
# and the items' count have no divisor in common.
MADE = f"""
WITH RECURSIVE made (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM made WHERE n + 1 < :count),
commitments AS (
    SELECT n, n * 7919 % {ledger_store.ITEMS} AS item, 1000 + n % 900 AS amount,
           n * {DAYS} / :count AS day, :recorded + n * :span / :count AS recorded_ms
    FROM made)
"""
ENTRIES = MADE + """
INSERT INTO budget_entries (id, line_id, kind, amount_won, effective_date, recorded_ms, rounding,
                            reading_id, text_line, table_row, table_column, corrects_id,
                            carry_over_type, origin_year, reservation_id, description)
SELECT :first_id + n, items.line_id, 3, amount, days.day, recorded_ms, 0, NULL, 0, 0, 0, NULL, 0, 0,
       NULL, :description
FROM commitments
CROSS JOIN temp.items AS items ON items.item = commitments.item
CROSS JOIN temp.days AS days ON days.number = commitments.day
"""
EVENTS = MADE + """
INSERT INTO budget_events (sequence, kind, recorded_ms, line, label, entry_id, entry_kind, amount_won,
                           effective_date, entry_recorded_ms, rounding)
SELECT :first_event + n, 4, recorded_ms, items.name, items.label, :first_id + n, 3, amount, days.day,
       recorded_ms, 0
FROM commitments
CROSS JOIN temp.items AS items ON items.item = commitments.item
CROSS JOIN temp.days AS days ON days.number = commitments.day
"""
REQUESTS = MADE + """
INSERT INTO rpc_requests (request_id, method, digest, response, recorded_ms)
SELECT 'bench-' || lower(hex(randomblob(8))), :method, :digest, :response,
       recorded_ms
FROM commitments
"""
DAY_ROWS = MADE + """
INSERT INTO budget_days (line_id, day, current_won, committed_won, spent_won, committed_count,
                         spent_count)
SELECT items.line_id, days.day, :granted, sum(sum(amount)) OVER so_far, 0,
       sum(count(*)) OVER so_far, 0
FROM commitments
CROSS JOIN temp.items AS items ON items.item = commitments.item
CROSS JOIN temp.days AS days ON days.number = commitments.day
GROUP BY items.line_id, days.day
WINDOW so_far AS (PARTITION BY items.line_id ORDER BY days.day)
"""
OWN_BALANCES = """
UPDATE budget_balances
SET last_day = last.day, own_committed_won = last.committed_won,
    own_committed_count = last.committed_count, committed_won = last.committed_won
FROM budget_days AS last
WHERE last.line_id = budget_balances.line_id
    AND last.day = (SELECT max(day) FROM budget_days WHERE line_id = budget_balances.line_id)
"""
# Once for each level, from below: the bureau's own is the last.
TOTALS = """
UPDATE budget_balances
SET committed_won = (SELECT sum(part.committed_won) FROM budget_balances AS part
                     WHERE part.above_id = budget_balances.line_id)
WHERE EXISTS (SELECT 1 FROM budget_balances AS part WHERE part.above_id = budget_balances.line_id)
"""


def day_of(number):
    return (FIRST_DAY + datetime.timedelta(days=number)).isoformat()


def commitment(n, count):
    """Item, amount and day of the n-th of so many, as the statements above make them."""
    return n * 7919 % ledger_store.ITEMS, 1000 + n % 900, day_of(n * DAYS // count)


def won(count):
    """What they come to."""
    return 1000 * count + count // 900 * sum(range(900)) + sum(range(count % 900))


def fill(path, items, count):
    """The store must be nobody else's. A step at a time, so that each is as quick as it can be."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA journal_mode = OFF")
    store.execute("PRAGMA synchronous = OFF")
    store.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    store.execute("PRAGMA temp_store = MEMORY")
    store.execute("CREATE TEMP TABLE items (item INTEGER PRIMARY KEY, line_id, name, label)")
    store.executemany("INSERT INTO temp.items SELECT ?, id, name, label FROM budget_lines WHERE name = ?",
                      enumerate(items))
    store.execute("CREATE TEMP TABLE days (number INTEGER PRIMARY KEY, day)")
    store.executemany("INSERT INTO temp.days VALUES (?, ?)", [(n, day_of(n)) for n in range(DAYS)])
    indexes = [row for table in TABLES for row in store.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql <> ''",
        (table,))]
    first = store.execute("SELECT max(id) + 1 FROM budget_entries").fetchone()[0]
    event = store.execute("SELECT max(sequence) + 1 FROM budget_events").fetchone()[0]
    began_ms = int(time.time() * 1000) - SPAN_MS
    values = {"count": count, "first_id": first, "recorded": began_ms, "span": SPAN_MS, "first_event": event,
              "description": ledger_store.DESCRIPTION, "method": ledger_recipe.METHOD,
              "digest": bytes(32), "response": bytes(ledger_store.RESPONSE_BYTES), "granted": ledger_store.GRANTED}
    store.execute("BEGIN")
    # What was recorded so far was so before all that comes now.
    for table in TABLES:
        store.execute(f"UPDATE {table} SET recorded_ms = ?", (began_ms,))
    for name, _ in indexes:
        store.execute(f"DROP INDEX {name}")
    for statement in (ENTRIES, EVENTS, REQUESTS, DAY_ROWS, OWN_BALANCES):
        store.execute(statement, values)
    for _ in ledger_store.WIDTHS:
        store.execute(TOTALS)
    for _, sql in indexes:
        store.execute(sql)
    store.execute("COMMIT")
    # The statistics that such a store would have are none: the service never runs ANALYZE.
    store.execute("PRAGMA journal_mode = WAL")
    store.close()
