-- The records are replaced by those of another reading.
DELETE FROM headcount
WHERE report_id = $1
