-- What calls took back of them.
-- Large: a row for each entry.
SELECT entry.id, correction.line_id, correction.kind, correction.amount_won,
       correction.effective_date
FROM budget_lines AS line
JOIN budget_entries AS entry ON entry.line_id = line.id AND entry.reading_id IS NOT NULL
JOIN budget_entries AS correction
    ON correction.corrects_id = entry.id AND correction.reading_id IS NULL
WHERE line.publisher = $1 AND line.fiscal_year = $2
