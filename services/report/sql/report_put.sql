-- A report becomes visible, or is replaced by its text where it came as facts.
INSERT INTO report (report_id, digest, title, publisher, as_of, basis, line_count, facts_only,
                    imported_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (report_id) DO UPDATE
SET digest = excluded.digest, title = excluded.title, publisher = excluded.publisher,
    as_of = excluded.as_of, basis = excluded.basis, line_count = excluded.line_count,
    facts_only = excluded.facts_only,
    imported_ms = coalesce(report.imported_ms, excluded.imported_ms)
