-- Facts whose bytes were seen before need not be read.
SELECT count(*) FROM slice_facts WHERE file = $1 AND digest = $2
