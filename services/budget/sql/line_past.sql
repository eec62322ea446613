-- How a line stood until now, before a rebuild puts it elsewhere; nothing where it does not.
INSERT INTO budget_line_pasts (line_id, until_ms, parent_id, depth, position, memo, first_day,
                               drop_day)
SELECT id, $2, parent_id, depth, position, memo, first_day, drop_day
FROM budget_lines
WHERE id = $1
    AND (coalesce(parent_id, 0) <> $3 OR depth <> $4 OR position <> $5 OR memo <> $6
         OR first_day <> $7 OR coalesce(drop_day, '') <> $8)
ON CONFLICT (line_id, until_ms) DO NOTHING
