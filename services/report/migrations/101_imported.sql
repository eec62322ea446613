-- When the import began that brought a report: what the ledger held before is what its tables are
-- compared with. NULL: it came as facts, or before this was kept.
ALTER TABLE report ADD COLUMN imported_ms BIGINT;
