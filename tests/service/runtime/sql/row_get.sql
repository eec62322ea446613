-- A row by its name.
SELECT number, text FROM runtime_rows WHERE name = $1
