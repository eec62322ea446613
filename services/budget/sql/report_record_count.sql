-- How many records a report gave: lines first read in it, entries, accounts of funds and items.
SELECT (SELECT count(*) FROM budget_lines AS line
        JOIN budget_readings AS reading ON reading.id = line.reading_id
        WHERE reading.report_id = $1)
       + (SELECT count(*) FROM budget_entries AS entry
          JOIN budget_readings AS reading ON reading.id = entry.reading_id
          WHERE reading.report_id = $1)
       + (SELECT count(*) FROM budget_fund_accounts WHERE report_id = $1)
       + (SELECT count(*) FROM budget_fund_items AS item
          JOIN budget_fund_accounts AS account ON account.id = item.account_id
          WHERE account.report_id = $1)
