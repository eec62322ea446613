-- What the entries come to that were recorded after an instant and count up to a day: a table as it
-- was known then is without them. Days and lines are wrapped so that the index by recording is taken.
-- Large: a row for each line.
SELECT line_id + 0,
       CAST(sum(CASE WHEN kind IN (1, 2, 5, 6) THEN amount_won
                     WHEN kind = 7 THEN -amount_won ELSE 0 END) AS BIGINT),
       CAST(sum(CASE kind WHEN 3 THEN amount_won WHEN 8 THEN -amount_won ELSE 0 END) AS BIGINT),
       CAST(sum(CASE kind WHEN 4 THEN amount_won WHEN 9 THEN -amount_won ELSE 0 END) AS BIGINT),
       CAST(sum(CASE WHEN kind NOT IN (3, 8) THEN 0 WHEN corrects_id IS NULL THEN 1
                     WHEN reading_id IS NULL THEN 0 ELSE -1 END) AS BIGINT),
       CAST(sum(CASE WHEN kind NOT IN (4, 9) THEN 0 WHEN corrects_id IS NULL THEN 1
                     WHEN reading_id IS NULL THEN 0 ELSE -1 END) AS BIGINT)
FROM budget_entries
WHERE recorded_ms > $1 AND substr(effective_date, 1, 10) BETWEEN $3 AND $2
GROUP BY line_id + 0
