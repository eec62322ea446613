-- How many steps made this store.
SELECT count(*) FROM schema_migrations
