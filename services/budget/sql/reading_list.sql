-- The snapshots of a ledger in the order in which they are applied.
SELECT id, report_id, report_day, table_name, previous FROM budget_readings
WHERE publisher = $1 AND fiscal_year = $2
ORDER BY day, report_day, report_id, table_line, id
