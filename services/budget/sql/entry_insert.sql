-- An entry, by the id behind the last one's: there is one writer at a time.
INSERT INTO budget_entries (id, line_id, kind, amount_won, effective_date, recorded_ms, rounding,
                            reading_id, text_line, table_row, table_column, corrects_id,
                            carry_over_type, origin_year, reservation_id, description)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
