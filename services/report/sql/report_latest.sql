-- The latest report of each publisher that speaks of this day or an earlier one.
SELECT report_id, digest, title, publisher, as_of, basis, line_count, facts_only,
       coalesce(imported_ms, 0)
FROM report
WHERE ($1 = '' OR basis <= $1)
  AND ($2 = '' OR publisher = $2)
  AND NOT EXISTS (
    SELECT 1
    FROM report AS newer
    WHERE newer.publisher = report.publisher
      AND ($1 = '' OR newer.basis <= $1)
      AND (newer.as_of > report.as_of
           OR (newer.as_of = report.as_of AND newer.report_id > report.report_id)))
ORDER BY as_of, report_id
