-- An entry. It was recorded now, or with the entry before where the clock was set back since.
INSERT INTO budget_entries (line_id, kind, amount_won, effective_date, recorded_ms, rounding,
                            reading_id, text_line, table_row, table_column, corrects_id,
                            carry_over_type, origin_year, reservation_id, description)
VALUES ($1, $2, $3, $4,
        coalesce((SELECT CASE WHEN last.recorded_ms > $5 THEN last.recorded_ms ELSE $5 END
                  FROM budget_entries AS last ORDER BY last.id DESC LIMIT 1), $5),
        $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
RETURNING id, recorded_ms
