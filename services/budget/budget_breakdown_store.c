#include "budget_breakdown_store.h"

#include "budget_sql.h"

enum status line_class_set(struct db *db, int64_t line_id, int32_t class)
{
    return db_run(db, &budget_line_class_set_sql, DB_INT(line_id), DB_INT(class));
}

enum status line_class_list(struct db *db, struct arena *arena, int32_t fiscal_year,
                            const char *publisher, struct line_class_record **classes,
                            size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *classes = NULL;
    *count = 0;
    enum status status =
        db_query(db, &rows, &budget_line_class_list_sql, DB_INT(fiscal_year), DB_TEXT(publisher));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct line_class_record *grown =
                arena_grow(arena, *classes, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *classes = grown;
        }
        (*classes)[(*count)++] =
            (struct line_class_record){db_int(&rows, 0), (int32_t)db_int(&rows, 1)};
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status line_open(struct db *db, int64_t line_id, bool *closed, bool *year_closed)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_line_open_sql, DB_INT(line_id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        *closed = db_int(&rows, 0) != 0;
        *year_closed = db_int(&rows, 1) != 0;
    }
    db_end(&rows);
    return status;
}

enum status carry_over_list(struct db *db, struct arena *arena,
                            const struct carry_over_query *query, struct carry_over_record **out,
                            size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *out = NULL;
    *count = 0;
    enum status status =
        db_query(db, &rows, &budget_carry_over_list_sql, DB_INT(query->fiscal_year),
                 DB_TEXT(query->as_of), DB_TEXT(query->publisher), DB_TEXT(query->line),
                 DB_INT(query->known_ms), DB_INT((int64_t)query->size));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct carry_over_record *grown = arena_grow(arena, *out, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *out = grown;
        }
        struct carry_over_record row = {.line = db_copy(&rows, 0, arena),
                                        .label = db_copy(&rows, 1, arena),
                                        .type = (int32_t)db_int(&rows, 2),
                                        .origin_year = (int32_t)db_int(&rows, 3),
                                        .won = db_int(&rows, 4)};
        if (row.line == NULL || row.label == NULL) status = RESOURCE_EXHAUSTED;
        if (status != OK) break;
        (*out)[(*count)++] = row;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}
