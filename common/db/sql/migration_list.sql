-- The steps that made this store, in order, to be compared with the program's.
SELECT number, name, digest FROM schema_migrations ORDER BY number
