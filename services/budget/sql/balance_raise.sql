-- The total of a line grows by what was posted below it.
UPDATE budget_balances
SET current_won = current_won + $2, committed_won = committed_won + $3, spent_won = spent_won + $4,
    reserved_won = reserved_won + $5
WHERE line_id = $1
