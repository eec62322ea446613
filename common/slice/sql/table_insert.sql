-- One table of a part, visible with its slice.
INSERT INTO slice_tables (slice_id, line_number, column_number, position, search, message)
VALUES ($1, $2, $3, $4, $5, $6)
