-- The line of a ledger that has a path of labels.
SELECT name FROM budget_lines WHERE publisher = $1 AND fiscal_year = $2 AND path = $3
