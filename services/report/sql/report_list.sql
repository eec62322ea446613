-- Imported reports, newest date first, behind the last one of the page before.
SELECT report_id, digest, title, publisher, as_of, basis, line_count, facts_only,
       coalesce(imported_ms, 0)
FROM report
WHERE $1 = '' OR as_of < $1 OR (as_of = $1 AND report_id > $2)
ORDER BY as_of DESC, report_id
LIMIT $3
