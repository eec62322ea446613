-- Procedures, oldest first, behind one; of one line or all, all or only those that go on.
SELECT procedure.id, line.name, procedure.line_id, procedure.title, procedure.amount_won,
       procedure.stage, procedure.failed_count, procedure.last_day,
       coalesce(procedure.contract_id, 0)
FROM budget_procedures AS procedure
JOIN budget_lines AS line ON line.id = procedure.line_id
WHERE ($1 = '' OR line.name = $1) AND ($2 = 0 OR procedure.stage < 6) AND procedure.id > $3
ORDER BY procedure.id
LIMIT $4
