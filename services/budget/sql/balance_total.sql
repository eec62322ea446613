-- The total of a line, added up anew, and where it counts.
UPDATE budget_balances
SET above_id = $2, current_won = $3, committed_won = $4, spent_won = $5, reserved_won = $6
WHERE line_id = $1
