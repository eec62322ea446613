-- The snapshots of a ledger in the order in which they are applied. What a report no longer holds
-- (seen = 0) is kept for the citations of entries that it once meant.
SELECT id, report_id, report_day, table_name, previous FROM budget_readings
WHERE publisher = $1 AND fiscal_year = $2 AND seen = 1
ORDER BY day, report_day, report_id, table_line, id
