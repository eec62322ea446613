-- An import begins to deliver slices, or goes on where it was cut off.
INSERT INTO report_import (report_id, digest, as_of, begun_ms)
VALUES ($1, $2, $3, $4)
ON CONFLICT (report_id) DO UPDATE
SET digest = excluded.digest, as_of = excluded.as_of
