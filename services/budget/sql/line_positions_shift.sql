-- Makes room for a line in the order of its ledger.
UPDATE budget_lines SET position = position + 1
WHERE fiscal_year = $2 AND publisher = $1 AND position >= $3
