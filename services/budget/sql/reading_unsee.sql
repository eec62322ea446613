-- Marks what was read of a report as not yet seen, before it is read again.
UPDATE budget_readings SET seen = 0 WHERE report_id = $1
