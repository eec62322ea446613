-- A line as those see it that are to be put below it or closed with it.
SELECT line.id, line.name, line.publisher, line.fiscal_year, line.fund, line.path, line.depth,
       line.position, CASE WHEN line.closed_ms IS NULL THEN 0 ELSE 1 END,
       CASE WHEN EXISTS (SELECT 1 FROM budget_closed_years AS closed
                         WHERE closed.publisher = line.publisher
                             AND closed.fiscal_year = line.fiscal_year) THEN 1 ELSE 0 END
FROM budget_lines AS line
WHERE line.name = $1 AND line.position > 0
