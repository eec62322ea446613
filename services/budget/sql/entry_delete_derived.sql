-- All entries of a ledger that were derived from reports; those recorded by calls stay.
DELETE FROM budget_entries
WHERE reading_id IS NOT NULL
    AND line_id IN (SELECT id FROM budget_lines WHERE publisher = $1 AND fiscal_year = $2)
