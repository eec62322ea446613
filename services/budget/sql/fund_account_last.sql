-- The account of which a report's account is, as last reported, with what is planned of it now.
SELECT last.publisher, last.path, last.budget_won, last.executed_won,
       CAST(coalesce((SELECT sum(plan.amount_won) FROM budget_fund_plans AS plan
                      WHERE plan.publisher = last.publisher AND plan.path = last.path
                          AND plan.settled_day = ''), 0) AS BIGINT)
FROM budget_fund_accounts AS asked
JOIN budget_fund_accounts AS last ON last.publisher = asked.publisher AND last.path = asked.path
WHERE asked.id = $1
ORDER BY last.day DESC, last.id DESC
LIMIT 1
