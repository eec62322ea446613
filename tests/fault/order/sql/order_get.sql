-- An order by its id.
SELECT state, reservation FROM orders WHERE id = $1
