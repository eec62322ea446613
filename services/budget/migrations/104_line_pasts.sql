-- How lines stood in the tables before imports changed that, so that a table can be shown as it was
-- known at an instant. A row says how a line stood until then; how it stands since is the line's own
-- row or the next past.
CREATE TABLE budget_line_pasts (
    line_id INTEGER NOT NULL REFERENCES budget_lines (id),
    until_ms BIGINT NOT NULL,
    parent_id INTEGER,
    depth INTEGER NOT NULL,
    position INTEGER NOT NULL, -- 0: no table showed it.
    memo INTEGER NOT NULL CHECK (memo IN (0, 1)),
    first_day TEXT NOT NULL,
    drop_day TEXT,
    PRIMARY KEY (line_id, until_ms)
) WITHOUT ROWID;

-- Lines that reports brought were not there before that was recorded.
INSERT INTO budget_line_pasts (line_id, until_ms, parent_id, depth, position, memo, first_day)
SELECT line.id, min(event.recorded_ms), NULL, line.depth, 0, line.memo, line.first_day
FROM budget_lines AS line
JOIN budget_events AS event ON event.line = line.name AND event.kind = 1
WHERE line.created_ms IS NULL
GROUP BY line.id, line.depth, line.memo, line.first_day;

-- What reports mean is looked up when they are read again, among any number of other entries.
CREATE INDEX budget_entries_derived ON budget_entries (line_id) WHERE reading_id IS NOT NULL;
