-- The same of one line.
SELECT id, line_id, amount_won, expires_ms FROM budget_reservations
WHERE line_id = $3 AND state = 1 AND expires_ms <= $1
ORDER BY expires_ms
LIMIT $2
