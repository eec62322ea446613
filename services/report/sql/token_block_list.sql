-- The numerals of a report from a block on.
-- Large: as long as the text.
SELECT block, tokens
FROM report_token_block
WHERE report_id = $1 AND block >= $2
ORDER BY block
