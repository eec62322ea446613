-- What each owner holds of a report.
SELECT owner, figure_count, table_count, record_count, delivered, failure
FROM report_owner
WHERE report_id = $1
ORDER BY position
