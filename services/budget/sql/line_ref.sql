-- What a request's line is.
SELECT id, fiscal_year, publisher FROM budget_lines WHERE name = $1
