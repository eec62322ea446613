-- One procedure.
SELECT procedure.id, line.name, procedure.line_id, procedure.title, procedure.amount_won,
       procedure.stage, procedure.failed_count, procedure.last_day,
       coalesce(procedure.contract_id, 0)
FROM budget_procedures AS procedure
JOIN budget_lines AS line ON line.id = procedure.line_id
WHERE procedure.id = $1
