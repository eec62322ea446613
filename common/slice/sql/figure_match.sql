-- The first figure of a slice with all the words that an indicator asks for.
SELECT message FROM slice_figures
WHERE slice_id = $1 AND ($2 = '' OR unit = $2)
  AND labels LIKE $3 ESCAPE '\' AND labels LIKE $4 ESCAPE '\' AND labels LIKE $5 ESCAPE '\'
  AND labels LIKE $6 ESCAPE '\'
ORDER BY line_number, column_number, position LIMIT 1
