#include "budget_store.h"

#include "budget_sql.h"

/* A day of the store; the epoch for one that the store should not hold. */
static struct date day_of(const struct db_rows *rows, int column)
{
    struct date day = {0};
    if (date_parse(db_text(rows, column), &day) != OK) day.days = 0;
    return day;
}

enum status scope_add(struct arena *arena, struct scope_list *scopes, struct scope scope)
{
    for (size_t i = 0; i < scopes->count; i++) {
        if (scopes->scopes[i].fiscal_year == scope.fiscal_year &&
            text_equal(text_from(scopes->scopes[i].publisher), text_from(scope.publisher)))
            return OK;
    }
    if (scopes->count == scopes->max) {
        struct scope *grown =
            arena_grow(arena, scopes->scopes, scopes->count, &scopes->max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        scopes->scopes = grown;
    }
    scopes->scopes[scopes->count++] = scope;
    return OK;
}

enum status reading_put(struct db *db, const struct reading *reading)
{
    char day[DATE_STRING_BYTES];
    char report_day[DATE_STRING_BYTES];
    date_format(reading->day, day);
    date_format(reading->report_day, report_day);
    return db_run(db, &budget_reading_put_sql, DB_TEXT(reading->report_id), DB_TEXT(report_day),
                  DB_TEXT(reading->table_name), DB_INT(reading->table_line),
                  DB_TEXT(reading->section), DB_TEXT(reading->scope.publisher),
                  DB_INT(reading->scope.fiscal_year), DB_INT(reading->kind),
                  DB_INT(reading->previous), DB_TEXT(day));
}

enum status reading_unsee(struct db *db, const char *report_id)
{
    return db_run(db, &budget_reading_unsee_sql, DB_TEXT(report_id));
}

enum status reading_scopes(struct db *db, struct arena *arena, const char *report_id,
                           struct scope_list *scopes)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_reading_scopes_sql, DB_TEXT(report_id));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        struct scope scope = {db_copy(&rows, 0, arena), (int32_t)db_int(&rows, 1)};
        status = scope.publisher == NULL ? RESOURCE_EXHAUSTED : scope_add(arena, scopes, scope);
        if (status != OK) break;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status reading_list(struct db *db, struct arena *arena, const struct scope *scope,
                         struct reading_list *readings)
{
    struct db_rows rows;
    *readings = (struct reading_list){0};
    enum status status = db_query(db, &rows, &budget_reading_list_sql, DB_TEXT(scope->publisher),
                                  DB_INT(scope->fiscal_year));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (readings->count == readings->max) {
            struct reading *grown = arena_grow(arena, readings->readings, readings->count,
                                               &readings->max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            readings->readings = grown;
        }
        struct reading reading = {.id = db_int(&rows, 0),
                                  .report_id = db_copy(&rows, 1, arena),
                                  .report_day = day_of(&rows, 2),
                                  .table_name = db_copy(&rows, 3, arena),
                                  .previous = db_int(&rows, 4) != 0,
                                  .scope = *scope};
        if (reading.report_id == NULL || reading.table_name == NULL) status = RESOURCE_EXHAUSTED;
        if (status != OK) break;
        readings->readings[readings->count++] = reading;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* The columns of line_get and line_page. */
static enum status line_read(const struct db_rows *rows, struct arena *arena,
                             struct line_record *line)
{
    *line = (struct line_record){
        .id = db_int(rows, 0),
        .name = db_copy(rows, 1, arena),
        .fiscal_year = (int32_t)db_int(rows, 2),
        .parent = db_copy(rows, 3, arena),
        .label = db_copy(rows, 4, arena),
        .depth = (int32_t)db_int(rows, 5),
        .position = (int32_t)db_int(rows, 6),
        .publisher = db_copy(rows, 7, arena),
        .memo = db_int(rows, 8) != 0,
        .citation = {.report_id = db_copy(rows, 9, arena),
                     .section = db_copy(rows, 10, arena),
                     .line = (int32_t)db_int(rows, 11),
                     .table_row = (int32_t)db_int(rows, 12)},
        .balance = {{db_int(rows, 13), db_int(rows, 14), db_int(rows, 15)}},
        .reserved_won = db_int(rows, 16),
        .line_class = (int32_t)db_int(rows, 17),
        .closed = db_int(rows, 18) != 0,
    };
    bool whole = line->name != NULL && line->parent != NULL && line->label != NULL &&
                 line->publisher != NULL && line->citation.report_id != NULL &&
                 line->citation.section != NULL;
    return whole ? OK : RESOURCE_EXHAUSTED;
}

enum status line_get(struct db *db, struct arena *arena, const char *name, struct line_record *line)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_line_get_sql, DB_TEXT(name));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = line_read(&rows, arena, line);
    db_end(&rows);
    return status;
}

enum status line_place(struct db *db, struct arena *arena, int64_t id, int32_t fiscal_year,
                       struct line_place *place)
{
    struct db_rows rows;
    enum status status =
        db_query(db, &rows, &budget_line_place_sql, DB_INT(id), DB_INT(fiscal_year));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        place->publisher = db_copy(&rows, 0, arena);
        place->position = (int32_t)db_int(&rows, 1);
        if (place->publisher == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    return status;
}

enum status line_page(struct db *db, struct arena *arena, const struct scope *scope,
                      const struct line_place *after, size_t size, struct line_record **lines,
                      size_t *count)
{
    *count = 0;
    *lines = arena_calloc(arena, size, sizeof **lines);
    if (*lines == NULL) return RESOURCE_EXHAUSTED;
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_line_page_sql, DB_INT(scope->fiscal_year),
                                  DB_TEXT(scope->publisher), DB_TEXT(after->publisher),
                                  DB_INT(after->position), DB_INT((int64_t)size));
    if (status != OK) return status;
    while (*count < size && (status = db_next(&rows)) == OK) {
        status = line_read(&rows, arena, &(*lines)[*count]);
        if (status != OK) break;
        (*count)++;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status line_year_last(struct db *db, const char *publisher, int32_t *fiscal_year)
{
    int64_t year;
    enum status status = db_query_int(db, &year, &budget_line_year_last_sql, DB_TEXT(publisher));
    if (status == OK) *fiscal_year = (int32_t)year;
    return status;
}

static enum status entry_read(const struct db_rows *rows, struct arena *arena,
                              struct entry_record *entry)
{
    *entry = (struct entry_record){
        .id = db_int(rows, 0),
        .line = db_copy(rows, 1, arena),
        .kind = (int32_t)db_int(rows, 2),
        .won = db_int(rows, 3),
        .effective_date = db_copy(rows, 4, arena),
        .recorded_ms = db_int(rows, 5),
        .rounding = db_int(rows, 6) != 0,
        .citation = {.report_id = db_copy(rows, 7, arena),
                     .section = db_copy(rows, 8, arena),
                     .line = (int32_t)db_int(rows, 9),
                     .table_row = (int32_t)db_int(rows, 10),
                     .table_column = (int32_t)db_int(rows, 11)},
        .corrects = db_int(rows, 12),
        .carry_over_type = (int32_t)db_int(rows, 13),
        .origin_year = (int32_t)db_int(rows, 14),
        .reservation = db_int(rows, 15),
        .description = db_copy(rows, 16, arena),
        .after_closing = db_int(rows, 17) != 0,
    };
    bool whole = entry->line != NULL && entry->effective_date != NULL &&
                 entry->citation.report_id != NULL && entry->citation.section != NULL &&
                 entry->description != NULL;
    return whole ? OK : RESOURCE_EXHAUSTED;
}

enum status entry_get(struct db *db, struct arena *arena, int64_t id, struct entry_record *entry)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_entry_get_sql, DB_INT(id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = entry_read(&rows, arena, entry);
    db_end(&rows);
    return status;
}

/* Begins the statement that suits the query. */
static enum status entry_query(struct db *db, struct db_rows *rows, const struct entry_query *query)
{
    const struct line_span *span = query->span;
    const struct db_value values[] = {
        DB_TEXT(query->after_date),
        DB_INT(query->after_id),
        DB_TEXT(query->last_day),
        DB_INT(query->known_ms),
        DB_TEXT(query->kinds),
        DB_INT((int64_t)query->size),
        span == NULL ? DB_NULL : DB_INT(query->below ? span->fiscal_year : span->id),
        span == NULL ? DB_NULL : DB_TEXT(span->publisher),
        span == NULL ? DB_NULL : DB_INT(span->first),
        span == NULL ? DB_NULL : DB_INT(span->beyond),
    };
    enum { OF_ALL = 6, OF_LINE = 7, OF_BELOW = 10 };
    if (span == NULL) return db_query_values(db, rows, &budget_entry_page_sql, values, OF_ALL);
    return query->below ? db_query_values(db, rows, &budget_entry_page_below_sql, values, OF_BELOW)
                        : db_query_values(db, rows, &budget_entry_page_line_sql, values, OF_LINE);
}

enum status entry_page(struct db *db, struct arena *arena, const struct entry_query *query,
                       struct entry_record **entries, size_t *count)
{
    *count = 0;
    *entries = arena_calloc(arena, query->size, sizeof **entries);
    if (*entries == NULL) return RESOURCE_EXHAUSTED;
    struct db_rows rows;
    enum status status = entry_query(db, &rows, query);
    if (status != OK) return status;
    while (*count < query->size && (status = db_next(&rows)) == OK) {
        status = entry_read(&rows, arena, &(*entries)[*count]);
        if (status != OK) break;
        (*count)++;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status record_count(struct db *db, int64_t *count)
{
    return db_query_int_values(db, count, &budget_ledger_record_count_sql, NULL, 0);
}

enum status report_record_count(struct db *db, const char *report_id, int64_t *count)
{
    return db_query_int(db, count, &budget_report_record_count_sql, DB_TEXT(report_id));
}
