-- The runtime keeps the outcome of every write for its replays (rpc_requests); this store kept
-- those of its parts too.
DROP TABLE slice_requests;
