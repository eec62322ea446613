-- An entry that another one is to take back, with what was taken back of it so far and
-- what stands under contract.
SELECT entry.line_id, entry.kind, entry.amount_won, entry.carry_over_type, entry.origin_year,
       CASE WHEN entry.corrects_id IS NULL THEN 0 ELSE 1 END,
       CAST((SELECT coalesce(sum(correction.amount_won), 0) FROM budget_entries AS correction
             WHERE correction.corrects_id = entry.id) AS BIGINT),
       CAST((SELECT coalesce(sum(contract.amount_won), 0) FROM budget_contracts AS contract
             WHERE contract.entry_id = entry.id AND contract.withdrawn_ms IS NULL) AS BIGINT)
FROM budget_entries AS entry
WHERE entry.id = $1
