-- A record.
INSERT INTO budget_revenue_records (class_id, fiscal_year, action, amount_won, day, description,
                                    corrects_id, recorded_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING id
