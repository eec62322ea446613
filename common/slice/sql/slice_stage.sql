-- Part 0 begins a slice. It takes its report's number, so that page tokens outlive a replacement.
INSERT INTO slices (id, number, report_id, digest, title, as_of, publisher, state,
                    part_count, figure_count, table_count, record_count)
SELECT coalesce((SELECT max(id) FROM slices), 0) + 1,
       coalesce((SELECT number FROM slices WHERE report_id = $1),
                (SELECT max(number) FROM slices), 0)
       + CASE WHEN EXISTS (SELECT 1 FROM slices WHERE report_id = $1) THEN 0 ELSE 1 END,
       $1, $2, $3, $4, $5, 0, 0, 0, 0, 0
RETURNING id
