#include "budget_revenue_store.h"

#include "budget_sql.h"

enum status revenue_class_insert(struct db *db, const struct revenue_class_record *class,
                                 int64_t now_ms)
{
    return db_run(db, &budget_revenue_class_insert_sql, DB_TEXT(class->code),
                  DB_TEXT(class->publisher), DB_TEXT(class->label), DB_INT(class->kind),
                  DB_TEXT(class->legal_basis), DB_INT(now_ms));
}

/* Columns of revenue_class_get, and the first ones of revenue_sums. */
static enum status class_read(const struct db_rows *rows, struct arena *arena,
                              struct revenue_class_record *class)
{
    *class = (struct revenue_class_record){.id = db_int(rows, 0),
                                           .code = db_copy(rows, 1, arena),
                                           .publisher = db_copy(rows, 2, arena),
                                           .label = db_copy(rows, 3, arena),
                                           .kind = (int32_t)db_int(rows, 4),
                                           .legal_basis = db_copy(rows, 5, arena)};
    bool whole = class->code != NULL && class->publisher != NULL && class->label != NULL &&
                 class->legal_basis != NULL;
    return whole ? OK : RESOURCE_EXHAUSTED;
}

enum status revenue_class_get(struct db *db, struct arena *arena, const char *code,
                              struct revenue_class_record *class)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_revenue_class_get_sql, DB_TEXT(code));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = class_read(&rows, arena, class);
    db_end(&rows);
    return status;
}

enum status revenue_insert(struct db *db, struct revenue_record *record)
{
    return db_query_int(db, &record->id, &budget_revenue_record_insert_sql,
                        DB_INT(record->class_id), DB_INT(record->fiscal_year),
                        DB_INT(record->action), DB_INT(record->amount_won), DB_TEXT(record->day),
                        DB_TEXT(record->description),
                        record->corrects_id == 0 ? DB_NULL : DB_INT(record->corrects_id),
                        DB_INT(record->recorded_ms));
}

enum status revenue_get(struct db *db, struct arena *arena, int64_t id,
                        struct revenue_record *record)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_revenue_record_get_sql, DB_INT(id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        *record = (struct revenue_record){.id = id,
                                          .class_id = db_int(&rows, 0),
                                          .fiscal_year = (int32_t)db_int(&rows, 1),
                                          .action = (int32_t)db_int(&rows, 2),
                                          .amount_won = db_int(&rows, 3),
                                          .day = db_copy(&rows, 4, arena),
                                          .corrects_id = db_int(&rows, 5),
                                          .taken_won = db_int(&rows, 6)};
        if (record->day == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    return status;
}

enum status revenue_days(struct db *db, struct arena *arena, int64_t class_id, int32_t fiscal_year,
                         struct revenue_day **days, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *days = NULL;
    *count = 0;
    enum status status =
        db_query(db, &rows, &budget_revenue_sums_day_sql, DB_INT(class_id), DB_INT(fiscal_year));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct revenue_day *grown = arena_grow(arena, *days, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *days = grown;
        }
        struct revenue_day day = {.day = db_copy(&rows, 0, arena)};
        for (int action = REVENUE_ASSESSED; action <= REVENUE_ACTION_LAST; action++)
            day.sums.won[action] = db_int(&rows, action);
        if (day.day == NULL) status = RESOURCE_EXHAUSTED;
        if (day.day == NULL) break;
        (*days)[(*count)++] = day;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status revenue_list(struct db *db, struct arena *arena, const struct revenue_query *query,
                         struct revenue_class_record **classes, size_t *count)
{
    enum { SUMS_FROM = 5 }; /* The column before that of the first action. */
    size_t max = 0;
    struct db_rows rows;
    *classes = NULL;
    *count = 0;
    enum status status = db_query(db, &rows, &budget_revenue_sums_sql, DB_INT(query->fiscal_year),
                                  DB_TEXT(query->as_of), DB_INT(query->known_ms),
                                  DB_TEXT(query->publisher), DB_INT((int64_t)query->size));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct revenue_class_record *grown =
                arena_grow(arena, *classes, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *classes = grown;
        }
        struct revenue_class_record *class = &(*classes)[*count];
        status = class_read(&rows, arena, class);
        if (status != OK) break;
        for (int action = REVENUE_ASSESSED; action <= REVENUE_ACTION_LAST; action++)
            class->sums.won[action] = db_int(&rows, SUMS_FROM + action);
        (*count)++;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status revenue_page(struct db *db, struct arena *arena, const struct revenue_query *query,
                         struct revenue_record **records, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *records = NULL;
    *count = 0;
    enum status status =
        db_query(db, &rows, &budget_revenue_record_page_sql, DB_TEXT(query->code),
                 DB_INT(query->fiscal_year), DB_TEXT(query->as_of), DB_INT(query->known_ms),
                 DB_TEXT(query->after_day), DB_INT(query->after_id), DB_INT((int64_t)query->size));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct revenue_record *grown = arena_grow(arena, *records, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *records = grown;
        }
        struct revenue_record record = {.id = db_int(&rows, 0),
                                        .code = db_copy(&rows, 1, arena),
                                        .fiscal_year = (int32_t)db_int(&rows, 2),
                                        .action = (int32_t)db_int(&rows, 3),
                                        .amount_won = db_int(&rows, 4),
                                        .day = db_copy(&rows, 5, arena),
                                        .description = db_copy(&rows, 6, arena),
                                        .corrects_id = db_int(&rows, 7),
                                        .recorded_ms = db_int(&rows, 8)};
        bool whole = record.code != NULL && record.day != NULL && record.description != NULL;
        if (!whole) status = RESOURCE_EXHAUSTED;
        if (!whole) break;
        (*records)[(*count)++] = record;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}
