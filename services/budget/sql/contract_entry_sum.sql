-- What the contracts that stand take of a commitment.
SELECT CAST(coalesce(sum(amount_won), 0) AS BIGINT) FROM budget_contracts
WHERE entry_id = $1 AND withdrawn_ms IS NULL
