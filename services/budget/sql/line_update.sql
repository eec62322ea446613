-- What a rebuild found of a line that has a name already. A kept line that no report prints ($9 = 0)
-- is cited from where it was read before.
UPDATE budget_lines
SET parent_id = $2, label = $3, depth = $4, position = $5, memo = $6, first_day = $7, drop_day = $8,
    reading_id = CASE WHEN $9 = 0 THEN reading_id ELSE $9 END,
    text_line = CASE WHEN $9 = 0 THEN text_line ELSE $10 END,
    table_row = CASE WHEN $9 = 0 THEN table_row ELSE $11 END,
    parent_name = coalesce((SELECT parent.name FROM budget_lines AS parent WHERE parent.id = $2), ''),
    report_id = CASE WHEN $9 = 0 THEN report_id
                     ELSE coalesce((SELECT told.report_id FROM budget_readings AS told
                                    WHERE told.id = $9), '') END,
    section = CASE WHEN $9 = 0 THEN section
                   ELSE coalesce((SELECT told.section FROM budget_readings AS told
                                  WHERE told.id = $9), '') END
WHERE id = $1
