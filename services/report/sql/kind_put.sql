-- How many numerals of a kind a report has.
INSERT INTO report_kind (report_id, kind, count)
VALUES ($1, $2, $3)
