-- What a request's entry is, without what later entries take back of it.
SELECT line_id, kind,
       amount_won + CAST(coalesce((SELECT sum(taken.amount_won) FROM budget_entries AS taken
                                   WHERE taken.corrects_id = entry.id), 0) AS BIGINT)
FROM budget_entries AS entry WHERE entry.id = $1
