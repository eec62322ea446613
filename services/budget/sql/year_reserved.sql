-- How many lines a bureau's fiscal year has, and the first that has money set aside ('': none).
SELECT count(*),
       coalesce((SELECT line.name FROM budget_lines AS line
                 JOIN budget_balances AS balance ON balance.line_id = line.id
                 WHERE line.publisher = $1 AND line.fiscal_year = $2
                     AND balance.own_reserved_won > 0
                 ORDER BY line.position LIMIT 1), '')
FROM budget_lines AS counted
WHERE counted.publisher = $1 AND counted.fiscal_year = $2
