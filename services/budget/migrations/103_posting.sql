-- Entries that calls post: what they need beyond those that reports mean, balances day by day, closed
-- lines and years, reservations. The checks of balances catch sums that do not fit 64 bits: SQLite
-- would go on in floating point.
ALTER TABLE budget_lines ADD COLUMN fund TEXT NOT NULL DEFAULT 'general';
ALTER TABLE budget_lines ADD COLUMN line_class INTEGER NOT NULL DEFAULT 0; -- sotong.budget.v1.LineClass
ALTER TABLE budget_lines ADD COLUMN created_ms BIGINT; -- By a call; NULL: first read in a report.
ALTER TABLE budget_lines ADD COLUMN closed_ms BIGINT; -- NULL: open.

CREATE TABLE budget_closed_years (
    publisher TEXT NOT NULL,
    fiscal_year INTEGER NOT NULL,
    closed_ms BIGINT NOT NULL,
    PRIMARY KEY (publisher, fiscal_year)
) WITHOUT ROWID;

-- Rows are never changed or deleted; recorded_ms never falls from one id to the next.
CREATE TABLE budget_entries_next (
    id INTEGER NOT NULL PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES budget_lines (id),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 9), -- sotong.budget.v1.EntryKind
    amount_won BIGINT NOT NULL, -- Negative in a correction, and where a total is rounded down.
    effective_date TEXT NOT NULL,
    recorded_ms BIGINT NOT NULL,
    rounding INTEGER NOT NULL CHECK (rounding IN (0, 1)),
    reading_id INTEGER, -- The reading it was derived from; NULL: recorded by a call.
    text_line INTEGER NOT NULL,
    table_row INTEGER NOT NULL,
    table_column INTEGER NOT NULL,
    corrects_id INTEGER, -- The entry that this one takes back, in part or whole.
    carry_over_type INTEGER NOT NULL, -- sotong.budget.v1.CarryOverType
    origin_year INTEGER NOT NULL,
    reservation_id INTEGER,
    description TEXT NOT NULL
);
INSERT INTO budget_entries_next (id, line_id, kind, amount_won, effective_date, recorded_ms,
                                 rounding, reading_id, text_line, table_row, table_column,
                                 corrects_id, carry_over_type, origin_year, reservation_id,
                                 description)
SELECT id, line_id, kind, amount_won, effective_date, recorded_ms, rounding, reading_id, text_line,
       table_row, table_column, NULL, 0, 0, NULL, ''
FROM budget_entries
ORDER BY id;
DROP TABLE budget_entries;
ALTER TABLE budget_entries_next RENAME TO budget_entries;
CREATE INDEX budget_entries_by_line ON budget_entries (line_id, effective_date);
CREATE INDEX budget_entries_by_day ON budget_entries (effective_date, id);
CREATE INDEX budget_entries_by_recording ON budget_entries (recorded_ms);
CREATE INDEX budget_entries_by_corrected ON budget_entries (corrects_id)
    WHERE corrects_id IS NOT NULL;

-- What a line's own entries come to at the end of each day on which it has any: the last row up to a
-- day is the line as of that day, however many entries there are.
CREATE TABLE budget_days (
    line_id INTEGER NOT NULL REFERENCES budget_lines (id) ON DELETE CASCADE,
    day TEXT NOT NULL,
    current_won BIGINT NOT NULL
        CHECK (current_won BETWEEN -9223372036854775807 AND 9223372036854775807),
    committed_won BIGINT NOT NULL
        CHECK (committed_won BETWEEN -9223372036854775807 AND 9223372036854775807),
    spent_won BIGINT NOT NULL
        CHECK (spent_won BETWEEN -9223372036854775807 AND 9223372036854775807),
    committed_count BIGINT NOT NULL, -- Entries of commitments and releases so far: 0, none is known.
    spent_count BIGINT NOT NULL, -- Of expenditures and refunds.
    PRIMARY KEY (line_id, day)
) WITHOUT ROWID;
INSERT INTO budget_days (line_id, day, current_won, committed_won, spent_won, committed_count,
                         spent_count)
SELECT line_id, effective_date,
       sum(sum(CASE WHEN kind IN (1, 2) THEN amount_won ELSE 0 END)) OVER so_far,
       sum(sum(CASE WHEN kind = 3 THEN amount_won ELSE 0 END)) OVER so_far,
       sum(sum(CASE WHEN kind = 4 THEN amount_won ELSE 0 END)) OVER so_far,
       sum(count(CASE WHEN kind = 3 THEN 1 END)) OVER so_far,
       sum(count(CASE WHEN kind = 4 THEN 1 END)) OVER so_far
FROM budget_entries
GROUP BY line_id, effective_date
WINDOW so_far AS (PARTITION BY line_id ORDER BY effective_date);

-- Where each line stands after all its entries: its own, which are those of its last day, and with
-- everything below it that is not a memo line. They follow from the entries and the reservations.
CREATE TABLE budget_balances_next (
    line_id INTEGER NOT NULL PRIMARY KEY REFERENCES budget_lines (id) ON DELETE CASCADE,
    above_id INTEGER, -- The line whose total this line's entries count in; NULL: none.
    last_day TEXT NOT NULL, -- Of its own entries; '': none.
    own_current_won BIGINT NOT NULL,
    own_committed_won BIGINT NOT NULL,
    own_spent_won BIGINT NOT NULL,
    own_committed_count BIGINT NOT NULL,
    own_spent_count BIGINT NOT NULL,
    own_reserved_won BIGINT NOT NULL CHECK (own_reserved_won >= 0),
    current_won BIGINT NOT NULL
        CHECK (current_won BETWEEN -9223372036854775807 AND 9223372036854775807),
    committed_won BIGINT NOT NULL
        CHECK (committed_won BETWEEN -9223372036854775807 AND 9223372036854775807),
    spent_won BIGINT NOT NULL
        CHECK (spent_won BETWEEN -9223372036854775807 AND 9223372036854775807),
    reserved_won BIGINT NOT NULL CHECK (reserved_won BETWEEN 0 AND 9223372036854775807)
);
INSERT INTO budget_balances_next (line_id, above_id, last_day, own_current_won, own_committed_won,
                                  own_spent_won, own_committed_count, own_spent_count,
                                  own_reserved_won, current_won, committed_won, spent_won,
                                  reserved_won)
SELECT line.id, CASE WHEN line.memo = 0 THEN line.parent_id END, coalesce(last.day, ''),
       coalesce(last.current_won, 0), coalesce(last.committed_won, 0),
       coalesce(last.spent_won, 0), coalesce(last.committed_count, 0),
       coalesce(last.spent_count, 0), 0, coalesce(balance.current_won, 0),
       coalesce(balance.committed_won, 0), coalesce(balance.spent_won, 0), 0
FROM budget_lines AS line
LEFT JOIN budget_balances AS balance ON balance.line_id = line.id
LEFT JOIN budget_days AS last
    ON last.line_id = line.id
    AND last.day = (SELECT max(day) FROM budget_days WHERE line_id = line.id);
DROP TABLE budget_balances;
ALTER TABLE budget_balances_next RENAME TO budget_balances;

CREATE TABLE budget_reservations (
    id INTEGER NOT NULL PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES budget_lines (id),
    amount_won BIGINT NOT NULL CHECK (amount_won > 0),
    state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- sotong.budget.v1.ReservationState
    posted_won BIGINT NOT NULL CHECK (posted_won BETWEEN 0 AND amount_won),
    entry_id INTEGER, -- The commitment.
    subject TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    resolved_ms BIGINT, -- NULL: open.
    CHECK ((state = 1) = (resolved_ms IS NULL))
);
CREATE INDEX budget_reservations_by_line ON budget_reservations (line_id, id);
CREATE INDEX budget_reservations_by_subject ON budget_reservations (subject, id);
CREATE INDEX budget_reservations_by_state ON budget_reservations (state, id);
CREATE INDEX budget_reservations_open ON budget_reservations (expires_ms) WHERE state = 1;

-- The feed's numbers order its rows by themselves, so that one more event is written in one place.
CREATE TABLE budget_events_next (
    sequence INTEGER NOT NULL PRIMARY KEY,
    kind INTEGER NOT NULL, -- sotong.budget.v1.EventKind
    recorded_ms BIGINT NOT NULL,
    line TEXT NOT NULL, -- Its name.
    label TEXT NOT NULL,
    entry_id INTEGER, -- NULL: the event is not about an entry.
    entry_kind INTEGER,
    amount_won BIGINT,
    effective_date TEXT,
    entry_recorded_ms BIGINT,
    rounding INTEGER
);
INSERT INTO budget_events_next (sequence, kind, recorded_ms, line, label, entry_id, entry_kind,
                                amount_won, effective_date, entry_recorded_ms, rounding)
SELECT sequence, kind, recorded_ms, line, label, entry_id, entry_kind, amount_won, effective_date,
       entry_recorded_ms, rounding
FROM budget_events
ORDER BY sequence;
DROP TABLE budget_events;
ALTER TABLE budget_events_next RENAME TO budget_events;
