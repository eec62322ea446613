-- The entries of a ledger that were derived from reports; those recorded by calls are not touched.
SELECT entry.id, entry.line_id, entry.kind, entry.amount_won, entry.effective_date, entry.rounding,
       entry.reading_id, entry.text_line, entry.table_row, entry.table_column
FROM budget_entries AS entry
JOIN budget_lines AS line ON line.id = entry.line_id
WHERE line.publisher = $1 AND line.fiscal_year = $2 AND entry.reading_id IS NOT NULL
