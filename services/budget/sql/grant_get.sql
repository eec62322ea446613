-- One grant.
SELECT granted.id, line.name, granted.line_id, granted.grantee_code, granted.grantee_name,
       granted.total_won
FROM budget_grants AS granted
JOIN budget_lines AS line ON line.id = granted.line_id
WHERE granted.id = $1
