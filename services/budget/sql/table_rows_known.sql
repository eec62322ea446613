-- The same as the lines were known at an instant, of all or ($4) of a line and those below it. The
-- sums are those that are known now: table_later says what to take off.
-- Large: a row for each line.
WITH RECURSIVE below (id) AS (
    SELECT root.id FROM budget_lines AS root WHERE root.id = $4
    UNION ALL
    SELECT child.id FROM below JOIN budget_lines AS child ON child.parent_id = below.id
), stood (id, parent_id, depth, position, memo, first_day, drop_day) AS (
    SELECT line.id,
           CASE WHEN past.line_id IS NULL THEN line.parent_id ELSE past.parent_id END,
           coalesce(past.depth, line.depth), coalesce(past.position, line.position),
           coalesce(past.memo, line.memo), coalesce(past.first_day, line.first_day),
           CASE WHEN past.line_id IS NULL THEN line.drop_day ELSE past.drop_day END
    FROM budget_lines AS line
    LEFT JOIN budget_line_pasts AS past ON past.line_id = line.id
        AND past.until_ms = (SELECT min(later.until_ms) FROM budget_line_pasts AS later
                             WHERE later.line_id = line.id AND later.until_ms > $5)
    WHERE line.fiscal_year = $1 AND ($3 = '' OR line.publisher = $3)
        AND (line.created_ms IS NULL OR line.created_ms <= $5)
)
SELECT line.id, coalesce(stood.parent_id, 0), line.name,
       coalesce((SELECT called.label FROM budget_labels AS called
                 WHERE called.line_id = line.id AND called.day <= $2
                 ORDER BY called.day DESC LIMIT 1), line.label),
       stood.depth, stood.memo, line.publisher, line.path,
       CASE WHEN stood.drop_day IS NOT NULL AND stood.drop_day <= $2 THEN 1 ELSE 0 END,
       line.report_id, line.section, line.text_line, line.table_row,
       coalesce(day.current_won, 0), coalesce(day.committed_won, 0), coalesce(day.spent_won, 0),
       coalesce(day.committed_count, 0), coalesce(day.spent_count, 0),
       CASE WHEN line.created_ms IS NOT NULL THEN 1
            WHEN (coalesce(day.committed_count, 0) = 0) <> (coalesce(day.spent_count, 0) = 0)
                AND EXISTS (SELECT 1 FROM budget_entries AS by_call
                            WHERE by_call.line_id = line.id AND by_call.reading_id IS NULL
                                AND by_call.kind IN (3, 4, 8, 9)
                                AND by_call.effective_date <= $2
                                AND by_call.recorded_ms <= $5) THEN 1
            ELSE 0 END
FROM stood
JOIN budget_lines AS line ON line.id = stood.id
LEFT JOIN budget_days AS day ON day.line_id = line.id
    AND day.day = (SELECT max(upto.day) FROM budget_days AS upto
                   WHERE upto.line_id = line.id AND upto.day <= $2)
WHERE stood.position > 0 AND stood.first_day <= $2
    AND ($4 = 0 OR line.id IN (SELECT below.id FROM below))
ORDER BY line.publisher, stood.position
LIMIT $6
