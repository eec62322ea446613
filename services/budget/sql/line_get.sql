-- A line by its name, with its balance and citation.
SELECT line.id, line.name, line.fiscal_year, line.parent_name, line.label, line.depth,
       line.position, line.publisher, line.memo, line.report_id, line.section, line.text_line,
       line.table_row, balance.current_won, balance.committed_won, balance.spent_won,
       balance.reserved_won, line.line_class,
       CASE WHEN line.closed_ms IS NULL THEN 0 ELSE 1 END
FROM budget_lines AS line
JOIN budget_balances AS balance ON balance.line_id = line.id
WHERE line.name = $1
