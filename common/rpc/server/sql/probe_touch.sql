-- A write as small as one can be, to see whether the store takes it.
INSERT INTO rpc_probe (name, touched_ms) VALUES ('writer', $1)
ON CONFLICT (name) DO UPDATE SET touched_ms = excluded.touched_ms
