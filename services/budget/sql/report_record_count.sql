-- How many records a report gives: lines first read in it, entries that count, accounts of funds and
-- items.
SELECT (SELECT count(*) FROM budget_readings AS reading
        JOIN budget_lines AS line ON line.publisher = reading.publisher
            AND line.fiscal_year = reading.fiscal_year AND line.reading_id = reading.id
        WHERE reading.report_id = $1 AND line.position > 0)
       + (SELECT count(*) FROM budget_readings AS reading
          JOIN budget_lines AS line ON line.publisher = reading.publisher
              AND line.fiscal_year = reading.fiscal_year
          JOIN budget_entries AS entry ON entry.line_id = line.id AND entry.reading_id IS NOT NULL
              AND entry.reading_id = reading.id
          WHERE reading.report_id = $1 AND entry.corrects_id IS NULL
              AND NOT EXISTS (SELECT 1 FROM budget_entries AS correction
                              WHERE correction.corrects_id = entry.id
                                  AND correction.reading_id IS NOT NULL))
       + (SELECT count(*) FROM budget_fund_accounts WHERE report_id = $1)
       + (SELECT count(*) FROM budget_fund_items AS item
          JOIN budget_fund_accounts AS account ON account.id = item.account_id
          WHERE account.report_id = $1)
