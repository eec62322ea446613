-- What entries carried over into the lines of a year up to a day, as known at an instant; of a line
-- ('': of all) with those below it.
WITH RECURSIVE below(id) AS (
    SELECT id FROM budget_lines WHERE name = $4
    UNION ALL
    SELECT child.id FROM budget_lines AS child JOIN below ON child.parent_id = below.id)
SELECT line.name, line.label, entry.carry_over_type, entry.origin_year,
       CAST(sum(entry.amount_won) AS BIGINT)
FROM budget_entries AS entry
JOIN budget_lines AS line ON line.id = entry.line_id
WHERE line.fiscal_year = $1 AND entry.kind = 2 AND entry.effective_date <= $2
    AND ($3 = '' OR line.publisher = $3) AND ($4 = '' OR line.id IN (SELECT id FROM below))
    AND entry.recorded_ms <= $5
GROUP BY line.publisher, line.position, line.name, line.label, entry.carry_over_type,
         entry.origin_year
HAVING sum(entry.amount_won) <> 0
ORDER BY line.publisher, line.position, line.name, entry.carry_over_type, entry.origin_year
LIMIT $6
