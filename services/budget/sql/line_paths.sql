-- The lines that a ledger has, so that a rebuild keeps their names; placed: tables show them.
-- Large: a row for each line.
SELECT path, id, CASE WHEN position > 0 THEN 1 ELSE 0 END AS placed
FROM budget_lines
WHERE publisher = $1 AND fiscal_year = $2
