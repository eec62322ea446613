-- How many numerals of each kind a report has.
SELECT kind, count
FROM report_kind
WHERE report_id = $1
ORDER BY kind
