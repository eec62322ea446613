-- The remarks are replaced by those of another reading.
DELETE FROM report_remark
WHERE report_id = $1
