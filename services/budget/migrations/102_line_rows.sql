-- What a line is shown with lies in its own row: the name of its parent, and the report and headings
-- of its reading. Reading a line is one seek by its name, one for its row, one for its balance.
-- line_insert, line_update and line_unplace keep the copies true.
ALTER TABLE budget_lines ADD COLUMN parent_name TEXT NOT NULL DEFAULT ''; -- '' at the root.
ALTER TABLE budget_lines ADD COLUMN report_id TEXT NOT NULL DEFAULT ''; -- '' where none prints it.
ALTER TABLE budget_lines ADD COLUMN section TEXT NOT NULL DEFAULT '';

UPDATE budget_lines
SET parent_name = coalesce((SELECT parent.name FROM budget_lines AS parent
                            WHERE parent.id = budget_lines.parent_id), ''),
    report_id = coalesce((SELECT reading.report_id FROM budget_readings AS reading
                          WHERE reading.id = budget_lines.reading_id), ''),
    section = coalesce((SELECT reading.section FROM budget_readings AS reading
                        WHERE reading.id = budget_lines.reading_id), '');
