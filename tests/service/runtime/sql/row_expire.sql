-- Removes up to $2 rows whose number has come, the least first.
DELETE FROM runtime_rows WHERE name IN (
    SELECT name FROM runtime_rows WHERE number <= $1 ORDER BY number, name LIMIT $2)
