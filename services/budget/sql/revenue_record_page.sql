-- Records by their day behind a place; filters that are '' or 0 are off.
SELECT record.id, class.code, record.fiscal_year, record.action, record.amount_won, record.day,
       record.description, coalesce(record.corrects_id, 0), record.recorded_ms
FROM budget_revenue_records AS record
JOIN budget_revenue_classes AS class ON class.id = record.class_id
WHERE ($1 = '' OR class.code = $1) AND ($2 = 0 OR record.fiscal_year = $2)
    AND ($3 = '' OR record.day <= $3) AND record.recorded_ms <= $4
    AND (record.day, record.id) > ($5, $6)
ORDER BY record.day, record.id
LIMIT $7
