-- The counts are replaced by those of another reading.
DELETE FROM report_kind
WHERE report_id = $1
