-- The printed summary of a report's organisation.
INSERT INTO organization_summary (report_id, summary)
VALUES ($1, $2)
ON CONFLICT (report_id) DO UPDATE
SET summary = excluded.summary
