-- A closed year's lines are closed, so that who reads or posts to an open one need not ask for its year.
UPDATE budget_lines SET closed_ms = $3
WHERE publisher = $1 AND fiscal_year = $2 AND closed_ms IS NULL
