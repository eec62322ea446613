-- What was odd in a report's text.
-- Large: as long as the text.
SELECT line, message
FROM report_remark
WHERE report_id = $1
ORDER BY position
