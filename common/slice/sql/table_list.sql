-- An owner derives its records from all tables of a report, in the order of the text.
-- Large: as long as the text.
SELECT message FROM slice_tables
WHERE slice_id = (SELECT id FROM slices WHERE report_id = $1 AND state = 1)
ORDER BY line_number, column_number, position
