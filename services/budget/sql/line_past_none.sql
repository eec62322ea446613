-- A new line was not there until now.
INSERT INTO budget_line_pasts (line_id, until_ms, parent_id, depth, position, memo, first_day)
SELECT id, $2, NULL, depth, 0, memo, first_day FROM budget_lines WHERE id = $1
