-- The balance of a line, lines below included.
INSERT INTO budget_balances (line_id, current_won, committed_won, spent_won)
VALUES ($1, $2, $3, $4)
ON CONFLICT (line_id) DO UPDATE
SET current_won = excluded.current_won, committed_won = excluded.committed_won,
    spent_won = excluded.spent_won
