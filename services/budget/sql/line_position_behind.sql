-- The place behind a line and all below it; at depth -1, behind all lines of the ledger.
SELECT coalesce((SELECT beyond.position FROM budget_lines AS beyond
                 WHERE beyond.fiscal_year = $2 AND beyond.publisher = $1 AND beyond.position > $3
                     AND beyond.depth <= $4
                 ORDER BY beyond.position LIMIT 1),
                (SELECT max(last.position) + 1 FROM budget_lines AS last
                 WHERE last.fiscal_year = $2 AND last.publisher = $1), 1)
