-- The columns of a table's primary key, in the key's order, as SQLite tells them.
SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk
