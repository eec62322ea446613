-- The printed summary of a report's organisation.
SELECT summary
FROM organization_summary
WHERE report_id = $1
