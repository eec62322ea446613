-- The feed's next event: an entry was posted.
INSERT INTO budget_events (sequence, kind, recorded_ms, line, label, entry_id, entry_kind,
                           amount_won, effective_date, entry_recorded_ms, rounding)
VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM budget_events), $1, $2, $3, $4, $5, $6, $7, $8,
        $2, $9)
