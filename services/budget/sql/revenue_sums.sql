-- Every class with its sums of a year up to a day, as known at an instant.
SELECT class.id, class.code, class.publisher, class.label, class.kind, class.legal_basis,
       CAST(coalesce(sum(CASE WHEN record.action = 1 THEN record.amount_won END), 0) AS BIGINT),
       CAST(coalesce(sum(CASE WHEN record.action = 2 THEN record.amount_won END), 0) AS BIGINT),
       CAST(coalesce(sum(CASE WHEN record.action = 3 THEN record.amount_won END), 0) AS BIGINT)
FROM budget_revenue_classes AS class
LEFT JOIN budget_revenue_records AS record
    ON record.class_id = class.id AND record.fiscal_year = $1 AND record.day <= $2
        AND record.recorded_ms <= $3
WHERE ($4 = '' OR class.publisher = $4) AND class.recorded_ms <= $3
GROUP BY class.id, class.code, class.publisher, class.label, class.kind, class.legal_basis
ORDER BY class.publisher, class.code
LIMIT $5
