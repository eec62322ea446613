-- Writes that succeeded, by the id that their caller gave them: a call that comes again is answered
-- from here. Ids may be random; the row goes to the table's end and its id alone into the index.
CREATE TABLE rpc_requests (
    request_id TEXT NOT NULL PRIMARY KEY,
    method TEXT NOT NULL, -- The method's path.
    digest BLOB NOT NULL, -- SHA-256 of the request, encoded as protobuf.
    response BLOB NOT NULL, -- The answer, encoded as protobuf.
    recorded_ms INTEGER NOT NULL
);
