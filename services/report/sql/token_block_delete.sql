-- The numerals are replaced by those of another reading.
DELETE FROM report_token_block
WHERE report_id = $1
