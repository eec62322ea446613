-- Something odd in a report's text.
INSERT INTO report_remark (report_id, position, line, message)
VALUES ($1, $2, $3, $4)
