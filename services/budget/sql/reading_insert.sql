-- A recognised table as a snapshot of one fiscal year.
INSERT INTO budget_readings (report_id, report_day, table_name, table_line, section, publisher,
                             fiscal_year, kind, previous, day)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
