-- The number of the last entry; 0 before the first.
SELECT coalesce(max(id), 0) FROM budget_entries
