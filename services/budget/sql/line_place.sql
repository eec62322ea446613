-- The place of a line in its fiscal year's list, for the page behind it.
SELECT publisher, position FROM budget_lines WHERE id = $1 AND fiscal_year = $2
