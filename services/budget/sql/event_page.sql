-- Events behind a number, in their order.
SELECT sequence, kind, recorded_ms, line, label, coalesce(entry_id, 0), coalesce(entry_kind, 0),
       coalesce(amount_won, 0), coalesce(effective_date, ''), coalesce(entry_recorded_ms, 0),
       coalesce(rounding, 0)
FROM budget_events
WHERE sequence > $1
ORDER BY sequence
LIMIT $2
