-- Marks all lines of a ledger as not yet seen by the rebuild.
UPDATE budget_lines SET position = 0 WHERE publisher = $1 AND fiscal_year = $2
