-- A replay of a part is answered with its first outcome.
SELECT report_id, digest, part, committed, figure_count, table_count, record_count
FROM slice_requests WHERE request_id = $1
