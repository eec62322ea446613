-- A new line.
INSERT INTO budget_lines (name, fiscal_year, code, publisher, path, parent_id, label, depth,
                          position, memo, first_day, drop_day, reading_id, text_line, table_row)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
RETURNING id
