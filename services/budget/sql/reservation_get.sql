-- A reservation by its number.
SELECT reservation.id, reservation.line_id, line.name, reservation.amount_won, reservation.state,
       reservation.posted_won, coalesce(reservation.entry_id, 0), reservation.subject,
       reservation.created_ms, reservation.expires_ms, coalesce(reservation.resolved_ms, 0)
FROM budget_reservations AS reservation
JOIN budget_lines AS line ON line.id = reservation.line_id
WHERE reservation.id = $1
