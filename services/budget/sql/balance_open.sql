-- A new line stands at nothing.
INSERT INTO budget_balances (line_id, above_id, last_day, own_current_won, own_committed_won,
                             own_spent_won, own_committed_count, own_spent_count, own_reserved_won,
                             current_won, committed_won, spent_won, reserved_won)
VALUES ($1, $2, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
