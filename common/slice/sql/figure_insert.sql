-- One figure of a part, visible with its slice.
INSERT INTO slice_figures (slice_id, line_number, column_number, position, unit, labels, place, message)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
