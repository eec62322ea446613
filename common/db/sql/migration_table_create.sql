-- The steps that made this store; without it there is nothing to compare with.
CREATE TABLE IF NOT EXISTS schema_migrations (
    number INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    applied_ms BIGINT NOT NULL
)
