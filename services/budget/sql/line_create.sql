-- A line that a call adds; it is there from its year's first day on.
INSERT INTO budget_lines (name, fiscal_year, code, publisher, path, parent_id, label, depth,
                          position, memo, first_day, reading_id, text_line, table_row, parent_name,
                          fund, line_class, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, 0, 0, 0, $11, $12, $13, $14)
RETURNING id
