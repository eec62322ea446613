-- What became of an open reservation.
UPDATE budget_reservations
SET state = $2, posted_won = $3, entry_id = $4, resolved_ms = $5
WHERE id = $1 AND state = 1
