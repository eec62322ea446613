-- An entry.
INSERT INTO budget_entries (line_id, kind, amount_won, effective_date, recorded_ms, rounding,
                            reading_id, text_line, table_row, table_column)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING id
