-- The lines of a fiscal year that a table as of a day shows, each with the sums of its own entries
-- up to that day. $4 = 1: only of bureaus whose execution was reported by then.
SELECT line.name,
       coalesce((SELECT called.label FROM budget_labels AS called
                 WHERE called.line_id = line.id AND called.day <= $2
                 ORDER BY called.day DESC LIMIT 1), line.label),
       line.depth, line.memo, line.publisher, line.path,
       CASE WHEN line.drop_day IS NOT NULL AND line.drop_day <= $2 THEN 1 ELSE 0 END,
       coalesce(reading.report_id, ''), coalesce(reading.section, ''), line.text_line,
       line.table_row,
       coalesce(sum(CASE WHEN entry.kind IN (1, 2) THEN entry.amount_won END), 0),
       coalesce(sum(CASE WHEN entry.kind = 3 THEN entry.amount_won END), 0),
       coalesce(sum(CASE WHEN entry.kind = 4 THEN entry.amount_won END), 0),
       count(CASE WHEN entry.kind = 3 THEN 1 END), count(CASE WHEN entry.kind = 4 THEN 1 END)
FROM budget_lines AS line
LEFT JOIN budget_readings AS reading ON reading.id = line.reading_id
LEFT JOIN budget_entries AS entry ON entry.line_id = line.id AND entry.effective_date <= $2
WHERE line.fiscal_year = $1 AND ($3 = '' OR line.publisher = $3) AND line.first_day <= $2
    AND ($4 = 0 OR EXISTS (SELECT 1 FROM budget_readings AS told
                           WHERE told.publisher = line.publisher AND told.kind = 1
                               AND told.fiscal_year = line.fiscal_year AND told.day <= $2))
GROUP BY line.id, reading.id
ORDER BY line.publisher, line.position
LIMIT $5
