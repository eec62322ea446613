-- A record, and what later ones took back of it, which is 0 or negative.
SELECT record.class_id, record.fiscal_year, record.action, record.amount_won, record.day,
       coalesce(record.corrects_id, 0),
       CAST(coalesce((SELECT sum(taken.amount_won) FROM budget_revenue_records AS taken
                      WHERE taken.corrects_id = record.id), 0) AS BIGINT)
FROM budget_revenue_records AS record WHERE record.id = $1
