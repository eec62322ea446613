-- What a line's money is for.
UPDATE budget_lines SET line_class = $2 WHERE id = $1
