-- The tables of a schema that migrations made, as SQLite tells them.
SELECT name FROM sqlite_schema
WHERE type = 'table' AND name <> 'schema_migrations' AND name NOT LIKE 'sqlite_%'
ORDER BY name
