-- Adds in place, so that two additions at once are both kept.
UPDATE runtime_rows SET number = number + $2 WHERE name = $1
