-- A record read from a report.
INSERT INTO audit_finding (report_id, position, finding)
VALUES ($1, $2, $3)
