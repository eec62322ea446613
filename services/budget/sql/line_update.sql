-- What a rebuild found of a line that has a name already.
UPDATE budget_lines
SET parent_id = $2, label = $3, depth = $4, position = $5, memo = $6, first_day = $7, drop_day = $8,
    reading_id = $9, text_line = $10, table_row = $11,
    parent_name = coalesce((SELECT parent.name FROM budget_lines AS parent WHERE parent.id = $2), ''),
    report_id = coalesce((SELECT report_id FROM budget_readings WHERE id = $9), ''),
    section = coalesce((SELECT section FROM budget_readings WHERE id = $9), '')
WHERE id = $1
