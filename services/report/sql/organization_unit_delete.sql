-- The records are replaced by those of another reading.
DELETE FROM organization_unit
WHERE report_id = $1
