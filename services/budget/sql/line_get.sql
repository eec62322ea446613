-- A line by its name, with its balance and citation.
SELECT line.id, line.name, line.fiscal_year, coalesce(parent.name, ''), line.label, line.depth,
       line.position, line.publisher, line.memo, coalesce(reading.report_id, ''),
       coalesce(reading.section, ''), line.text_line, line.table_row,
       coalesce(balance.current_won, 0), coalesce(balance.committed_won, 0),
       coalesce(balance.spent_won, 0)
FROM budget_lines AS line
LEFT JOIN budget_lines AS parent ON parent.id = line.parent_id
LEFT JOIN budget_readings AS reading ON reading.id = line.reading_id
LEFT JOIN budget_balances AS balance ON balance.line_id = line.id
WHERE line.name = $1
