-- A line as who posts to it sees it, by its id.
SELECT line.id, line.name, line.label, line.fiscal_year, coalesce(balance.above_id, 0),
       balance.last_day, balance.own_current_won, balance.own_committed_won,
       balance.own_spent_won, balance.own_committed_count, balance.own_spent_count,
       balance.own_reserved_won
FROM budget_lines AS line
JOIN budget_balances AS balance ON balance.line_id = line.id
WHERE line.id = $1
