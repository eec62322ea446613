-- How many rows there are, for the tests of what was kept.
SELECT COUNT(*) FROM runtime_rows
