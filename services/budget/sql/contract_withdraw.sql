-- Withdraws a contract that stands.
UPDATE budget_contracts SET withdrawn_ms = $2, withdrawn_reason = $3
WHERE id = $1 AND withdrawn_ms IS NULL
