-- One row, which is written to see whether the store can be.
CREATE TABLE rpc_probe (
    name TEXT NOT NULL PRIMARY KEY,
    touched_ms INTEGER NOT NULL
);
