-- Where a line and those below it stand: they follow it, up to the next that is not deeper.
SELECT line.id, line.publisher, line.fiscal_year, line.position,
       coalesce((SELECT beyond.position FROM budget_lines AS beyond
                 WHERE beyond.fiscal_year = line.fiscal_year
                     AND beyond.publisher = line.publisher AND beyond.position > line.position
                     AND beyond.depth <= line.depth
                 ORDER BY beyond.position LIMIT 1), 2147483647)
FROM budget_lines AS line
WHERE line.name = $1
