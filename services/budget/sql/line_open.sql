-- Whether a line, and whether its year, is closed.
SELECT CASE WHEN line.closed_ms IS NULL THEN 0 ELSE 1 END,
       (SELECT count(*) FROM budget_closed_years AS closed
        WHERE closed.publisher = line.publisher AND closed.fiscal_year = line.fiscal_year)
FROM budget_lines AS line
WHERE line.id = $1
