-- Whether a line or one below it has money set aside.
WITH RECURSIVE below(id) AS (
    SELECT id FROM budget_lines WHERE id = $1
    UNION ALL
    SELECT line.id FROM budget_lines AS line JOIN below ON line.parent_id = below.id)
SELECT line.name
FROM below
JOIN budget_balances AS balance ON balance.line_id = below.id
JOIN budget_lines AS line ON line.id = below.id
WHERE balance.own_reserved_won > 0
ORDER BY line.position
LIMIT 1
