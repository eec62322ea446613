-- Marks all lines of a ledger as not yet seen by the rebuild. Until it sees one, no report prints it.
UPDATE budget_lines SET position = 0, report_id = '', section = ''
WHERE publisher = $1 AND fiscal_year = $2
