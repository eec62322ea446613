-- A record read from a report.
INSERT INTO headcount (report_id, position, headcount)
VALUES ($1, $2, $3)
