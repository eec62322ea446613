-- The feed's next event: something happened to a line.
INSERT INTO budget_events (sequence, kind, recorded_ms, line, label)
SELECT (SELECT coalesce(max(sequence), 0) + 1 FROM budget_events), $2, $3, name, label
FROM budget_lines
WHERE id = $1
