-- The same for the lines that line_delete_unplaced will delete.
INSERT INTO budget_events (sequence, kind, recorded_ms, line, label)
SELECT (SELECT coalesce(max(sequence), 0) FROM budget_events) + row_number() OVER (ORDER BY id),
       $3, $4, name, label
FROM budget_lines
WHERE publisher = $1 AND fiscal_year = $2 AND position = 0
    AND NOT EXISTS (SELECT 1 FROM budget_entries WHERE budget_entries.line_id = budget_lines.id)
