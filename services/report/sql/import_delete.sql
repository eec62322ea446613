-- An import has recorded its outcome.
DELETE FROM report_import
WHERE report_id = $1
