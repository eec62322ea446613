-- The feed's next event: something happened to an entry.
INSERT INTO budget_events (sequence, kind, recorded_ms, line, label, entry_id, entry_kind,
                           amount_won, effective_date, entry_recorded_ms, rounding)
SELECT (SELECT coalesce(max(sequence), 0) + 1 FROM budget_events), $2, $3, line.name, line.label,
       entry.id, entry.kind, entry.amount_won, entry.effective_date, entry.recorded_ms,
       entry.rounding
FROM budget_entries AS entry
JOIN budget_lines AS line ON line.id = entry.line_id
WHERE entry.id = $1
