-- The last entry, and when it was recorded.
SELECT id, recorded_ms FROM budget_entries ORDER BY id DESC LIMIT 1
