-- A stage, behind those that the procedure has.
INSERT INTO budget_procedure_stages (procedure_id, position, stage, day, note, recorded_ms)
SELECT $1, coalesce(max(position), 0) + 1, $2, $3, $4, $5
FROM budget_procedure_stages WHERE procedure_id = $1
