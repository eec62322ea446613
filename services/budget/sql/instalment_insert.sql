-- A part of a grant.
INSERT INTO budget_instalments (grant_id, position, due_day, amount_won) VALUES ($1, $2, $3, $4)
