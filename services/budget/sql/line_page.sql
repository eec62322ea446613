-- Lines of a fiscal year in the order of the printed tables, behind a place.
SELECT line.id, line.name, line.fiscal_year, line.parent_name, line.label, line.depth,
       line.position, line.publisher, line.memo, line.report_id, line.section, line.text_line,
       line.table_row, balance.current_won, balance.committed_won, balance.spent_won,
       balance.reserved_won, line.line_class,
       CASE WHEN line.closed_ms IS NULL THEN 0 ELSE 1 END
FROM budget_lines AS line
JOIN budget_balances AS balance ON balance.line_id = line.id
WHERE line.fiscal_year = $1 AND line.position > 0 AND ($2 = '' OR line.publisher = $2)
    AND (line.publisher, line.position) > ($3, $4)
ORDER BY line.publisher, line.position
LIMIT $5
