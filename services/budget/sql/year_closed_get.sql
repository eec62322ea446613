-- Since when a bureau's fiscal year is closed.
SELECT closed_ms FROM budget_closed_years WHERE publisher = $1 AND fiscal_year = $2
