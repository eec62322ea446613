-- A new line that a report prints; closed where its year is.
INSERT INTO budget_lines (name, fiscal_year, code, publisher, path, parent_id, label, depth,
                          position, memo, first_day, drop_day, reading_id, text_line, table_row,
                          parent_name, report_id, section, closed_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
        coalesce((SELECT name FROM budget_lines WHERE id = $6), ''),
        coalesce((SELECT report_id FROM budget_readings WHERE id = $13), ''),
        coalesce((SELECT section FROM budget_readings WHERE id = $13), ''),
        (SELECT closed_ms FROM budget_closed_years WHERE publisher = $4 AND fiscal_year = $2))
RETURNING id
