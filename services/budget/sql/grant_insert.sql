-- A grant.
INSERT INTO budget_grants (line_id, grantee_code, grantee_name, total_won, recorded_ms)
VALUES ($1, $2, $3, $4, $5)
RETURNING id
