-- A step is remembered in the transaction that ran it.
INSERT INTO schema_migrations (number, name, digest, applied_ms) VALUES ($1, $2, $3, $4)
