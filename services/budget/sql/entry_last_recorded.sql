-- When the last entry was recorded; 0: there is none.
SELECT coalesce((SELECT last.recorded_ms FROM budget_entries AS last ORDER BY last.id DESC LIMIT 1), 0)
