-- The order of every list: reports by the date they speak of, then by id.
SELECT id, number, report_id, digest, title, as_of, publisher, figure_count, table_count
FROM slices WHERE state = 1 AND ($1 = '' OR report_id = $1) ORDER BY as_of, report_id
