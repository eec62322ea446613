-- A record read from a report.
INSERT INTO organization_unit (report_id, position, unit)
VALUES ($1, $2, $3)
