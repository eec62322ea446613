-- The line whose total a line counts in; 0: there is none.
SELECT coalesce(above_id, 0) FROM budget_balances WHERE line_id = $1
