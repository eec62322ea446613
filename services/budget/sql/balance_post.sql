-- Where a line stands after an entry or a reservation of its own; its total grows as far.
UPDATE budget_balances
SET last_day = $2, own_current_won = $3, own_committed_won = $4, own_spent_won = $5,
    own_committed_count = $6, own_spent_count = $7, own_reserved_won = $8,
    current_won = current_won + $9, committed_won = committed_won + $10,
    spent_won = spent_won + $11, reserved_won = reserved_won + $12
WHERE line_id = $1
