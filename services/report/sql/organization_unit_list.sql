-- The records of a report, in the order of the text.
-- Large: as long as the text.
SELECT unit
FROM organization_unit
WHERE report_id = $1
ORDER BY position
