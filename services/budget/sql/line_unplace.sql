-- A line that no report prints any more, and whose entries are taken back. What was known before still
-- shows it, cited from where it was read.
UPDATE budget_lines SET position = 0 WHERE id = $1
