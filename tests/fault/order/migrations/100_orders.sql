-- Orders, by the request that made them.
CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    state INTEGER NOT NULL,
    reservation TEXT NOT NULL
);
