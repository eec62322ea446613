-- The outcome of one owner's slice.
INSERT INTO report_owner (report_id, owner, position, figure_count, table_count, record_count,
                          delivered, failure)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (report_id, owner) DO UPDATE
SET position = excluded.position, figure_count = excluded.figure_count,
    table_count = excluded.table_count, record_count = excluded.record_count,
    delivered = excluded.delivered, failure = excluded.failure
