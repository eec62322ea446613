-- Forgets what the lines of a ledger were called, before a rebuild says it again.
DELETE FROM budget_labels
WHERE line_id IN (SELECT id FROM budget_lines WHERE publisher = $1 AND fiscal_year = $2)
