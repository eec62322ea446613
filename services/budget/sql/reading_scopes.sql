-- The ledgers that a report has entries in: they are rebuilt when it is replaced.
SELECT DISTINCT publisher, fiscal_year FROM budget_readings WHERE report_id = $1
ORDER BY publisher, fiscal_year
