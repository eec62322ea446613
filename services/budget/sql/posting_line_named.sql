-- A line as who posts to it sees it, by its name. One that no report prints any more is gone.
SELECT line.id, line.name, line.label, line.fiscal_year, line.fund,
       CASE WHEN line.closed_ms IS NULL THEN 0 ELSE 1 END,
       CASE WHEN EXISTS (SELECT 1 FROM budget_closed_years AS closed
                         WHERE closed.publisher = line.publisher
                             AND closed.fiscal_year = line.fiscal_year) THEN 1 ELSE 0 END,
       coalesce(balance.above_id, 0), balance.last_day, balance.own_current_won,
       balance.own_committed_won, balance.own_spent_won, balance.own_committed_count,
       balance.own_spent_count, balance.own_reserved_won
FROM budget_lines AS line
JOIN budget_balances AS balance ON balance.line_id = line.id
WHERE line.name = $1 AND line.position > 0
