-- What each day's records of a class and year come to, by their action.
SELECT day,
       CAST(sum(CASE WHEN action = 1 THEN amount_won ELSE 0 END) AS BIGINT),
       CAST(sum(CASE WHEN action = 2 THEN amount_won ELSE 0 END) AS BIGINT),
       CAST(sum(CASE WHEN action = 3 THEN amount_won ELSE 0 END) AS BIGINT)
FROM budget_revenue_records
WHERE class_id = $1 AND fiscal_year = $2
GROUP BY day
ORDER BY day
