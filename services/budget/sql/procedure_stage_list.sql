-- The stages of a procedure in their order.
SELECT stage, day, note FROM budget_procedure_stages WHERE procedure_id = $1 ORDER BY position
