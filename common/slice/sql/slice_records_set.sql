-- What the owner derived is known only after the commit of the slice.
UPDATE slices SET record_count = $2 WHERE id = $1
