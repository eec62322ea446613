-- The feed's next events: the lines that line_below_close will close.
WITH RECURSIVE below(id) AS (
    SELECT id FROM budget_lines WHERE id = $1
    UNION ALL
    SELECT line.id FROM budget_lines AS line JOIN below ON line.parent_id = below.id)
INSERT INTO budget_events (sequence, kind, recorded_ms, line, label)
SELECT (SELECT coalesce(max(sequence), 0) FROM budget_events)
           + row_number() OVER (ORDER BY line.depth, line.id),
       $3, $2, line.name, line.label
FROM budget_lines AS line
JOIN below ON below.id = line.id
WHERE line.closed_ms IS NULL
