-- What a write id was used for, and how that was answered.
SELECT method, digest, response FROM rpc_requests WHERE request_id = $1
