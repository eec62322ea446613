-- Lines that no report prints any more, once their entries are gone.
DELETE FROM budget_lines
WHERE publisher = $1 AND fiscal_year = $2 AND position = 0
    AND NOT EXISTS (SELECT 1 FROM budget_entries WHERE budget_entries.line_id = budget_lines.id)
