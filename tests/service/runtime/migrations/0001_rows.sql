-- Named numbers, for the tests of the runtime. A parent that does not exist makes the commit fail,
-- not the insert.
CREATE TABLE runtime_rows (
    name TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    text TEXT NOT NULL,
    parent TEXT REFERENCES runtime_rows (name) DEFERRABLE INITIALLY DEFERRED
);
