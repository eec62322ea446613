-- The records are replaced by those of another reading.
DELETE FROM audit_finding
WHERE report_id = $1
