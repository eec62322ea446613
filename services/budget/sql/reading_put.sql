-- A recognised table as a snapshot of one fiscal year; one that was read before keeps its id.
INSERT INTO budget_readings (report_id, report_day, table_name, table_line, section, publisher,
                             fiscal_year, kind, previous, day, seen)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)
ON CONFLICT (report_id, table_name, fiscal_year) DO UPDATE
SET report_day = excluded.report_day, table_line = excluded.table_line,
    section = excluded.section, publisher = excluded.publisher, kind = excluded.kind,
    previous = excluded.previous, day = excluded.day, seen = 1
