-- The number of the last event; 0 before the first.
SELECT coalesce(max(sequence), 0) FROM budget_events
