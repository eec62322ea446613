-- A write that succeeded, in the transaction that holds what it wrote.
INSERT INTO rpc_requests (request_id, method, digest, response, recorded_ms)
VALUES ($1, $2, $3, $4, $5)
