-- The lines of a ledger that calls made, posted to or reserved of, and those above them: they stand
-- whether a report prints them or not.
-- Large: a row for each line.
WITH RECURSIVE kept (id) AS (
    SELECT line.id FROM budget_lines AS line
    WHERE line.publisher = $1 AND line.fiscal_year = $2
        AND (line.created_ms IS NOT NULL
             OR EXISTS (SELECT 1 FROM budget_entries AS entry
                        WHERE entry.line_id = line.id AND entry.reading_id IS NULL)
             OR EXISTS (SELECT 1 FROM budget_reservations AS reservation
                        WHERE reservation.line_id = line.id))
    UNION
    SELECT line.parent_id FROM kept JOIN budget_lines AS line ON line.id = kept.id
    WHERE line.parent_id IS NOT NULL
)
SELECT line.id, coalesce(line.parent_id, 0), line.path, line.label, line.depth, line.memo,
       line.first_day
FROM kept
JOIN budget_lines AS line ON line.id = kept.id
ORDER BY line.depth, line.position, line.id
