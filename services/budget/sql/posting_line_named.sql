-- A line as who posts to it sees it, by its name. One that no report prints any more is gone.
SELECT line.id, line.name, line.label, line.fiscal_year, line.fund,
       CASE WHEN line.closed_ms IS NULL THEN 0 ELSE 1 END,
       CASE WHEN line.closed_ms IS NOT NULL
                AND EXISTS (SELECT 1 FROM budget_closed_years AS closed
                            WHERE closed.publisher = line.publisher
                                AND closed.fiscal_year = line.fiscal_year) THEN 1 ELSE 0 END,
       coalesce(balance.above_id, 0), balance.last_day, balance.own_current_won,
       balance.own_committed_won, balance.own_spent_won, balance.own_committed_count,
       balance.own_spent_count, balance.own_reserved_won,
       coalesce(one_above.above_id, 0), coalesce(two_above.above_id, 0),
       coalesce(three_above.above_id, 0)
FROM budget_lines AS line
JOIN budget_balances AS balance ON balance.line_id = line.id
LEFT JOIN budget_balances AS one_above ON one_above.line_id = balance.above_id
LEFT JOIN budget_balances AS two_above ON two_above.line_id = one_above.above_id
LEFT JOIN budget_balances AS three_above ON three_above.line_id = two_above.above_id
WHERE line.name = $1 AND line.position > 0
