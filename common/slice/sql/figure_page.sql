-- Figures behind a place in the order of the text; the primary key serves it without a sort.
SELECT line_number, column_number, position, message FROM slice_figures
WHERE slice_id = $1 AND (line_number, column_number, position) > ($2, $3, $4)
  AND (labels LIKE $5 ESCAPE '\' OR place LIKE $5 ESCAPE '\')
ORDER BY line_number, column_number, position LIMIT $6
