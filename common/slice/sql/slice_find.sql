-- A report has at most one slice in each state: the visible one and the one being put together.
SELECT id, digest, part_count, figure_count, table_count FROM slices WHERE report_id = $1 AND state = $2
