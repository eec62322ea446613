-- A part has been stored; the next one must follow it.
UPDATE slices SET part_count = $2, figure_count = $3, table_count = $4 WHERE id = $1
