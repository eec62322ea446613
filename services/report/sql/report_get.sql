-- One imported report.
SELECT report_id, digest, title, publisher, as_of, basis, line_count, facts_only,
       coalesce(imported_ms, 0)
FROM report
WHERE report_id = $1
