-- The tree of a ledger with what each line stands at by itself. A line is older than those below it.
-- Large: a row for each line.
SELECT balance.line_id, CASE WHEN line.memo = 0 THEN coalesce(line.parent_id, 0) ELSE 0 END,
       balance.own_current_won, balance.own_committed_won, balance.own_spent_won,
       balance.own_reserved_won
FROM budget_lines AS line
JOIN budget_balances AS balance ON balance.line_id = line.id
WHERE line.publisher = $1 AND line.fiscal_year = $2
ORDER BY line.id
