-- Figures and tables go with their slice.
DELETE FROM slices WHERE id = $1
