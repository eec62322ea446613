-- These bytes need not be read again.
INSERT INTO slice_facts (file, digest) VALUES ($1, $2)
ON CONFLICT (file) DO UPDATE SET digest = excluded.digest
