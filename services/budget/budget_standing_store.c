/* The statements of tables as of a day; see budget_store.h. */
#include "budget_sql.h"
#include "budget_store.h"

enum status line_span(struct db *db, struct arena *arena, const char *name, struct line_span *span)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_line_span_sql, DB_TEXT(name));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        *span = (struct line_span){.id = db_int(&rows, 0),
                                   .publisher = db_copy(&rows, 1, arena),
                                   .fiscal_year = (int32_t)db_int(&rows, 2),
                                   .first = (int32_t)db_int(&rows, 3),
                                   .beyond = (int32_t)db_int(&rows, 4)};
        if (span->first == 0) span->beyond = 0;
        if (span->publisher == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    return status;
}

/* Columns of all three statements of rows. */
static enum status table_row_read(const struct db_rows *rows, struct arena *arena,
                                  struct table_record *row)
{
    *row = (struct table_record){
        .id = db_int(rows, 0),
        .above_id = db_int(rows, 1),
        .name = db_copy(rows, 2, arena),
        .label = db_copy(rows, 3, arena),
        .depth = (int32_t)db_int(rows, 4),
        .memo = db_int(rows, 5) != 0,
        .publisher = db_copy(rows, 6, arena),
        .path = db_copy(rows, 7, arena),
        .dropped = db_int(rows, 8) != 0,
        .citation = {.report_id = db_copy(rows, 9, arena),
                     .section = db_copy(rows, 10, arena),
                     .line = (int32_t)db_int(rows, 11),
                     .table_row = (int32_t)db_int(rows, 12)},
        .own = {{db_int(rows, 13), db_int(rows, 14), db_int(rows, 15)}},
        .committed_count = db_int(rows, 16),
        .spent_count = db_int(rows, 17),
        .kept = db_int(rows, 18) != 0,
    };
    bool whole = row->name != NULL && row->label != NULL && row->publisher != NULL &&
                 row->path != NULL && row->citation.report_id != NULL &&
                 row->citation.section != NULL;
    return whole ? OK : RESOURCE_EXHAUSTED;
}

/* Takes the rows of a query that has begun, and ends it. */
static enum status table_rows_read(struct db_rows *rows, struct arena *arena,
                                   struct table_record **out, size_t *count)
{
    size_t max = 0;
    enum status status;
    while ((status = db_next(rows)) == OK) {
        if (*count == max) {
            struct table_record *grown = arena_grow(arena, *out, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *out = grown;
        }
        status = table_row_read(rows, arena, &(*out)[*count]);
        if (status != OK) break;
        (*count)++;
    }
    db_end(rows);
    return status == NOT_FOUND ? OK : status;
}

enum status table_rows(struct db *db, struct arena *arena, const struct table_query *query,
                       struct table_record **out, size_t *count)
{
    struct db_rows rows;
    char day[DATE_STRING_BYTES];
    enum status status;
    *out = NULL;
    *count = 0;
    date_format(query->as_of, day);
    if (query->span == NULL) {
        status = db_query(db, &rows, &budget_table_rows_sql, DB_INT(query->fiscal_year),
                          DB_TEXT(day), DB_TEXT(query->publisher), DB_INT((int64_t)query->size));
    } else {
        status = db_query(db, &rows, &budget_table_rows_below_sql, DB_INT(query->fiscal_year),
                          DB_TEXT(day), DB_TEXT(query->publisher), DB_INT(query->span->first),
                          DB_INT(query->span->beyond), DB_INT((int64_t)query->size));
    }
    return status == OK ? table_rows_read(&rows, arena, out, count) : status;
}

enum status table_rows_known(struct db *db, struct arena *arena, const struct table_query *query,
                             struct table_record **out, size_t *count)
{
    struct db_rows rows;
    char day[DATE_STRING_BYTES];
    *out = NULL;
    *count = 0;
    date_format(query->as_of, day);
    enum status status =
        db_query(db, &rows, &budget_table_rows_known_sql, DB_INT(query->fiscal_year), DB_TEXT(day),
                 DB_TEXT(query->publisher), DB_INT(query->span == NULL ? 0 : query->span->id),
                 DB_INT(query->known_ms), DB_INT((int64_t)query->size));
    return status == OK ? table_rows_read(&rows, arena, out, count) : status;
}

enum status table_later(struct db *db, struct arena *arena, int64_t known_ms, struct date as_of,
                        struct table_change **out, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    char day[DATE_STRING_BYTES];
    *out = NULL;
    *count = 0;
    date_format(as_of, day);
    const char *first_day = arena_printf(arena, "%.4s-01-01", day);
    if (first_day == NULL) return RESOURCE_EXHAUSTED;
    enum status status = db_query(db, &rows, &budget_table_later_sql, DB_INT(known_ms),
                                  DB_TEXT(day), DB_TEXT(first_day));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct table_change *grown = arena_grow(arena, *out, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *out = grown;
        }
        (*out)[(*count)++] = (struct table_change){
            .line_id = db_int(&rows, 0),
            .balance = {{db_int(&rows, 1), db_int(&rows, 2), db_int(&rows, 3)}},
            .committed_count = db_int(&rows, 4),
            .spent_count = db_int(&rows, 5)};
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}
