-- Entries, oldest first, behind a place; of one line or all, up to a day or all.
SELECT entry.id, line.name, entry.kind, entry.amount_won, entry.effective_date, entry.recorded_ms,
       entry.rounding, coalesce(reading.report_id, ''), coalesce(reading.section, ''),
       entry.text_line, entry.table_row, entry.table_column
FROM budget_entries AS entry
JOIN budget_lines AS line ON line.id = entry.line_id
LEFT JOIN budget_readings AS reading ON reading.id = entry.reading_id
WHERE ($1 = '' OR line.name = $1) AND ($2 = '' OR entry.effective_date <= $2)
    AND (entry.effective_date, entry.id) > ($3, $4)
ORDER BY entry.effective_date, entry.id
LIMIT $5
