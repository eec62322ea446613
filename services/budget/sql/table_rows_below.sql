-- The same of a line and those below it, by their places.
-- Large: a row for each line.
SELECT line.id, coalesce(line.parent_id, 0), line.name,
       coalesce((SELECT called.label FROM budget_labels AS called
                 WHERE called.line_id = line.id AND called.day <= $2
                 ORDER BY called.day DESC LIMIT 1), line.label),
       line.depth, line.memo, line.publisher, line.path,
       CASE WHEN line.drop_day IS NOT NULL AND line.drop_day <= $2 THEN 1 ELSE 0 END,
       line.report_id, line.section, line.text_line, line.table_row,
       coalesce(day.current_won, 0), coalesce(day.committed_won, 0), coalesce(day.spent_won, 0),
       coalesce(day.committed_count, 0), coalesce(day.spent_count, 0),
       CASE WHEN line.created_ms IS NOT NULL THEN 1
            WHEN (coalesce(day.committed_count, 0) = 0) <> (coalesce(day.spent_count, 0) = 0)
                AND EXISTS (SELECT 1 FROM budget_entries AS by_call
                            WHERE by_call.line_id = line.id AND by_call.reading_id IS NULL
                                AND by_call.kind IN (3, 4, 8, 9)
                                AND by_call.effective_date <= $2) THEN 1
            ELSE 0 END
FROM budget_lines AS line
LEFT JOIN budget_days AS day ON day.line_id = line.id
    AND day.day = (SELECT max(upto.day) FROM budget_days AS upto
                   WHERE upto.line_id = line.id AND upto.day <= $2)
WHERE line.fiscal_year = $1 AND line.publisher = $3 AND line.position >= $4
    AND line.position < $5 AND line.first_day <= $2
ORDER BY line.position
LIMIT $6
