-- An overview rests on the latest report up to a date that has the figure.
SELECT id FROM slices WHERE state = 1 AND ($1 = '' OR as_of <= $1)
ORDER BY as_of DESC, report_id DESC LIMIT $2
