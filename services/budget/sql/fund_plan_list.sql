-- What is planned of a report's account on a day ('': now).
SELECT plan.id, plan.label, plan.amount_won, plan.day, plan.settled_day
FROM budget_fund_accounts AS account
JOIN budget_fund_plans AS plan
    ON plan.publisher = account.publisher AND plan.path = account.path
WHERE account.id = $1 AND ($2 = '' OR plan.day <= $2)
    AND (plan.settled_day = '' OR ($2 <> '' AND plan.settled_day > $2))
ORDER BY plan.day, plan.id
