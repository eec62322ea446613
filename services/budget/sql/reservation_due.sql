-- Open reservations whose time is over, the oldest first.
SELECT id, line_id, amount_won, expires_ms FROM budget_reservations
WHERE state = 1 AND expires_ms <= $1
ORDER BY expires_ms
LIMIT $2
