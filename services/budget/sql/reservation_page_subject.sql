-- The same of a subject.
SELECT reservation.id, reservation.line_id, line.name, reservation.amount_won, reservation.state,
       reservation.posted_won, coalesce(reservation.entry_id, 0), reservation.subject,
       reservation.created_ms, reservation.expires_ms, coalesce(reservation.resolved_ms, 0)
FROM budget_reservations AS reservation
JOIN budget_lines AS line ON line.id = reservation.line_id
WHERE reservation.subject = $5 AND reservation.id > $1
    AND ($2 = 0 OR $2 = CASE WHEN reservation.state = 1 AND reservation.expires_ms <= $3 THEN 4
                             ELSE reservation.state END)
ORDER BY reservation.id
LIMIT $4
