-- The lines that a ledger has, so that a rebuild keeps their names.
SELECT path, id FROM budget_lines WHERE publisher = $1 AND fiscal_year = $2
