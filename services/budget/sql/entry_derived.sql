-- The entries of a ledger that were derived from reports, those that take others back included.
-- Large: a row for each entry.
SELECT entry.id, entry.line_id, entry.kind, entry.amount_won, entry.effective_date, entry.rounding,
       entry.reading_id, entry.text_line, entry.table_row, entry.table_column,
       coalesce(entry.corrects_id, 0)
FROM budget_lines AS line
JOIN budget_entries AS entry ON entry.line_id = line.id AND entry.reading_id IS NOT NULL
WHERE line.publisher = $1 AND line.fiscal_year = $2
ORDER BY entry.id
