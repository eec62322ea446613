-- Every account of a bureau ('': of all) as it was last reported by a day ('': by now), in the order
-- of the text.
SELECT account.id, account.fund, account.account, account.budget_won, account.executed_won,
       account.day, account.report_id, account.section, account.text_line, account.table_row,
       account.table_column, account.publisher
FROM budget_fund_accounts AS account
WHERE ($1 = '' OR account.day <= $1) AND ($2 = '' OR account.publisher = $2)
    AND NOT EXISTS (SELECT 1 FROM budget_fund_accounts AS later
                    WHERE later.publisher = account.publisher AND later.path = account.path
                        AND ($1 = '' OR later.day <= $1)
                        AND (later.day, later.id) > (account.day, account.id))
ORDER BY account.publisher, account.day, account.report_id, account.text_line, account.table_row
LIMIT $3
