-- The same of one line.
SELECT entry.id, line.name, entry.kind, entry.amount_won, entry.effective_date, entry.recorded_ms,
       entry.rounding, coalesce(reading.report_id, ''), coalesce(reading.section, ''),
       entry.text_line, entry.table_row, entry.table_column, coalesce(entry.corrects_id, 0),
       entry.carry_over_type, entry.origin_year, coalesce(entry.reservation_id, 0),
       entry.description,
       CASE WHEN line.closed_ms IS NOT NULL AND entry.recorded_ms > line.closed_ms THEN 1 ELSE 0 END
FROM budget_entries AS entry
JOIN budget_lines AS line ON line.id = entry.line_id
LEFT JOIN budget_readings AS reading ON reading.id = entry.reading_id
WHERE entry.line_id = $7
    AND (entry.effective_date, entry.id) > ($1, $2) AND entry.effective_date <= $3
    AND entry.recorded_ms <= $4 AND ($5 = '' OR $5 LIKE '%,' || entry.kind || ',%')
ORDER BY entry.effective_date, entry.id
LIMIT $6
