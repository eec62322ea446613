-- The outcome of a part, for replays.
INSERT INTO slice_requests (request_id, report_id, digest, part,
                            committed, figure_count, table_count, record_count)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
