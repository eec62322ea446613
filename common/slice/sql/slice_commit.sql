-- With this row all figures and tables of the slice become visible.
UPDATE slices SET state = 1 WHERE id = $1
