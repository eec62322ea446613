-- Where a procedure stands after a stage.
UPDATE budget_procedures SET stage = $2, failed_count = $3, last_day = $4, contract_id = $5
WHERE id = $1
