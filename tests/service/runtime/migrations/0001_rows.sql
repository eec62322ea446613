-- Named numbers, for the tests of the runtime.
CREATE TABLE runtime_rows (
    name TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    text TEXT NOT NULL
);
