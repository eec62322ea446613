-- A back-dated entry counts on every day from its own on.
UPDATE budget_days
SET current_won = current_won + $3, committed_won = committed_won + $4, spent_won = spent_won + $5,
    committed_count = committed_count + $6, spent_count = spent_count + $7
WHERE line_id = $1 AND day >= $2
