-- A plan, which counts from now on.
INSERT INTO budget_plans (line_id, basis, recorded_ms) VALUES ($1, $2, $3)
RETURNING id
