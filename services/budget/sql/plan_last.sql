-- The plan of a line that was known last at an instant.
SELECT id, basis, recorded_ms FROM budget_plans
WHERE line_id = $1 AND recorded_ms <= $2
ORDER BY id DESC
LIMIT 1
