-- Some hundred numerals of a report.
INSERT INTO report_token_block (report_id, block, tokens)
VALUES ($1, $2, $3)
