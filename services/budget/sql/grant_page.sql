-- Grants, oldest first, behind one; of one line or all.
SELECT granted.id, line.name, granted.line_id, granted.grantee_code, granted.grantee_name,
       granted.total_won
FROM budget_grants AS granted
JOIN budget_lines AS line ON line.id = granted.line_id
WHERE ($1 = '' OR line.name = $1) AND granted.id > $2
ORDER BY granted.id
LIMIT $3
