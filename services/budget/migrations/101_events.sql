-- The feed of what changed, in the order in which it was committed. Rows are never changed or
-- deleted, and their numbers have no gaps; what they say of a line or an entry is what it was then.
CREATE TABLE budget_events (
    sequence BIGINT NOT NULL PRIMARY KEY,
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

-- What a store held before it had a feed is where the feed begins.
INSERT INTO budget_events (sequence, kind, recorded_ms, line, label)
SELECT row_number() OVER (ORDER BY id), 1,
       (SELECT coalesce(max(recorded_ms), 0) FROM budget_entries), name, label
FROM budget_lines;

INSERT INTO budget_events (sequence, kind, recorded_ms, line, label, entry_id, entry_kind,
                           amount_won, effective_date, entry_recorded_ms, rounding)
SELECT (SELECT count(*) FROM budget_lines) + row_number() OVER (ORDER BY entry.id), 4,
       entry.recorded_ms, line.name, line.label, entry.id, entry.kind, entry.amount_won,
       entry.effective_date, entry.recorded_ms, entry.rounding
FROM budget_entries AS entry
JOIN budget_lines AS line ON line.id = entry.line_id;
