-- An entry that another one is to take back, with what was taken back of it so far.
SELECT entry.line_id, entry.kind, entry.amount_won, entry.carry_over_type, entry.origin_year,
       CASE WHEN entry.corrects_id IS NULL THEN 0 ELSE 1 END,
       CAST((SELECT coalesce(sum(correction.amount_won), 0) FROM budget_entries AS correction
             WHERE correction.corrects_id = entry.id) AS BIGINT)
FROM budget_entries AS entry
WHERE entry.id = $1
