-- The lines of a year whose class was set.
-- Large: a row for each line.
SELECT id, line_class FROM budget_lines
WHERE fiscal_year = $1 AND ($2 = '' OR publisher = $2) AND line_class <> 0
ORDER BY id
