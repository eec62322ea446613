-- The same of a line and those below it: the first of each line, of which the first are taken, so that
-- a page costs as much as there are lines, however many entries they have.
SELECT entry.id, line.name, entry.kind, entry.amount_won, entry.effective_date, entry.recorded_ms,
       entry.rounding, coalesce(reading.report_id, ''), coalesce(reading.section, ''),
       entry.text_line, entry.table_row, entry.table_column, coalesce(entry.corrects_id, 0),
       entry.carry_over_type, entry.origin_year, coalesce(entry.reservation_id, 0),
       entry.description,
       CASE WHEN line.closed_ms IS NOT NULL AND entry.recorded_ms > line.closed_ms THEN 1 ELSE 0 END
FROM budget_lines AS line
JOIN budget_entries AS entry ON entry.id IN (
    SELECT of_line.id FROM budget_entries AS of_line
    WHERE of_line.line_id = line.id AND (of_line.effective_date, of_line.id) > ($1, $2)
        AND of_line.effective_date <= $3 AND of_line.recorded_ms <= $4
        AND ($5 = '' OR $5 LIKE '%,' || of_line.kind || ',%')
    ORDER BY of_line.effective_date, of_line.id LIMIT $6)
LEFT JOIN budget_readings AS reading ON reading.id = entry.reading_id
WHERE line.fiscal_year = $7 AND line.publisher = $8 AND line.position >= $9
    AND line.position < $10
ORDER BY entry.effective_date, entry.id
LIMIT $6
