-- Events behind a number, in their order. What an entry says beside its amount is its own, which never
-- changes; feeds from before that tell of entries that are gone.
SELECT event.sequence, event.kind, event.recorded_ms, event.line, event.label,
       coalesce(event.entry_id, 0), coalesce(event.entry_kind, 0), coalesce(event.amount_won, 0),
       coalesce(event.effective_date, ''), coalesce(event.entry_recorded_ms, 0),
       coalesce(event.rounding, 0), coalesce(entry.corrects_id, 0),
       coalesce(entry.carry_over_type, 0), coalesce(entry.origin_year, 0),
       coalesce(entry.reservation_id, 0), coalesce(entry.description, '')
FROM budget_events AS event
LEFT JOIN budget_entries AS entry ON entry.id = event.entry_id
WHERE event.sequence > $1
ORDER BY event.sequence
LIMIT $2
