-- The feed's next events: the lines that their year's closing closes.
INSERT INTO budget_events (sequence, kind, recorded_ms, line, label)
SELECT (SELECT coalesce(max(sequence), 0) FROM budget_events)
           + row_number() OVER (ORDER BY line.depth, line.id),
       $4, $3, line.name, line.label
FROM budget_lines AS line
WHERE line.publisher = $1 AND line.fiscal_year = $2 AND line.closed_ms IS NULL
