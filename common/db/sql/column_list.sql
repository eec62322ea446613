-- The columns of a table and their types, as SQLite tells them.
SELECT name, type FROM pragma_table_info($1) ORDER BY cid
