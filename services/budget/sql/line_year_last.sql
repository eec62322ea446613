-- The latest fiscal year that has lines; 0 where there are none.
SELECT coalesce(max(fiscal_year), 0) FROM budget_lines WHERE $1 = '' OR publisher = $1
