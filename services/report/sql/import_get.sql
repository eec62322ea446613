-- The import of a report that has begun and not ended.
SELECT digest, as_of, begun_ms
FROM report_import
WHERE report_id = $1
