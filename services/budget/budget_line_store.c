#include "budget_line_store.h"

#include "budget_events.h"
#include "budget_posting.h"
#include "budget_sql.h"

enum status line_above_get(struct db *db, struct arena *arena, const char *name,
                           struct line_above *above)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_line_above_sql, DB_TEXT(name));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        *above = (struct line_above){.id = db_int(&rows, 0),
                                     .name = db_copy(&rows, 1, arena),
                                     .publisher = db_copy(&rows, 2, arena),
                                     .fiscal_year = (int32_t)db_int(&rows, 3),
                                     .fund = db_copy(&rows, 4, arena),
                                     .path = db_copy(&rows, 5, arena),
                                     .depth = (int32_t)db_int(&rows, 6),
                                     .position = (int32_t)db_int(&rows, 7),
                                     .closed = db_int(&rows, 8) != 0,
                                     .year_closed = db_int(&rows, 9) != 0};
        bool whole = above->name != NULL && above->publisher != NULL && above->fund != NULL &&
                     above->path != NULL;
        if (!whole) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    return status;
}

/* The text of a statement's first row. */
static enum status name_read(struct db_rows *rows, struct arena *arena, const char **name)
{
    enum status status = db_next(rows);
    if (status == OK) {
        *name = db_copy(rows, 0, arena);
        if (*name == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(rows);
    return status;
}

enum status line_with_path(struct db *db, struct arena *arena, const struct scope *scope,
                           const char *path, const char **name)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_line_with_path_sql, DB_TEXT(scope->publisher),
                                  DB_INT(scope->fiscal_year), DB_TEXT(path));
    return status == OK ? name_read(&rows, arena, name) : status;
}

/* Makes room behind the parent's last line. */
static enum status position_take(struct db *db, const struct line_new *line, int64_t *position)
{
    int32_t after = line->above == NULL ? 0 : line->above->position;
    int32_t depth = line->above == NULL ? -1 : line->above->depth; /* -1: behind all. */
    enum status status =
        db_query_int(db, position, &budget_line_position_behind_sql, DB_TEXT(line->scope.publisher),
                     DB_INT(line->scope.fiscal_year), DB_INT(after), DB_INT(depth));
    if (status != OK) return status;
    return db_run(db, &budget_line_positions_shift_sql, DB_TEXT(line->scope.publisher),
                  DB_INT(line->scope.fiscal_year), DB_INT(*position));
}

enum status line_create(struct db *db, struct arena *arena, const struct line_new *line,
                        const char **name)
{
    int64_t position;
    int64_t code;
    int64_t id = 0;
    int32_t year = line->scope.fiscal_year;
    const struct line_above *above = line->above;
    enum status status = db_query_int(db, &code, &budget_line_code_last_sql, DB_INT(year));
    if (status == OK) status = position_take(db, line, &position);
    if (status != OK) return status;
    *name = arena_printf(arena, "lines/%d-%s-%04lld", (int)year, line->fund, (long long)code + 1);
    const char *first_day = arena_printf(arena, "%04d-01-01", (int)year);
    if (*name == NULL || first_day == NULL) return RESOURCE_EXHAUSTED;
    status = db_query_int(db, &id, &budget_line_create_sql, DB_TEXT(*name), DB_INT(year),
                          DB_INT(code + 1), DB_TEXT(line->scope.publisher), DB_TEXT(line->path),
                          above == NULL ? DB_NULL : DB_INT(above->id), DB_TEXT(line->label),
                          DB_INT(above == NULL ? 0 : above->depth + 1), DB_INT(position),
                          DB_TEXT(first_day), DB_TEXT(above == NULL ? "" : above->name),
                          DB_TEXT(line->fund), DB_INT(line->line_class), DB_INT(line->now_ms));
    if (status == OK) status = posting_line_open(db, id, above == NULL ? 0 : above->id);
    if (status == OK)
        status =
            db_run(db, &budget_label_put_sql, DB_INT(id), DB_TEXT(first_day), DB_TEXT(line->label));
    return status == OK ? event_line(db, id, EVENT_LINE_ADDED) : status;
}

enum status line_below_reserved(struct db *db, struct arena *arena, int64_t line_id,
                                const char **name)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_line_below_reserved_sql, DB_INT(line_id));
    return status == OK ? name_read(&rows, arena, name) : status;
}

enum status line_close(struct db *db, int64_t line_id, int64_t now_ms, int32_t *count)
{
    enum status status = event_lines_close(db, line_id, now_ms);
    if (status == OK)
        status = db_run(db, &budget_line_below_close_sql, DB_INT(line_id), DB_INT(now_ms));
    if (status == OK) *count = (int32_t)db_changes(db);
    return status;
}

enum status year_closed_get(struct db *db, const struct scope *scope, int64_t *closed_ms)
{
    return db_query_int(db, closed_ms, &budget_year_closed_get_sql, DB_TEXT(scope->publisher),
                        DB_INT(scope->fiscal_year));
}

enum status year_reserved(struct db *db, struct arena *arena, const struct scope *scope,
                          int64_t *line_count, const char **name)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_year_reserved_sql, DB_TEXT(scope->publisher),
                                  DB_INT(scope->fiscal_year));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        *line_count = db_int(&rows, 0);
        *name = db_copy(&rows, 1, arena);
        if (*name == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    return status;
}

enum status year_close(struct db *db, const struct scope *scope, int64_t now_ms)
{
    enum status status = event_year_close(db, scope, now_ms);
    if (status != OK) return status;
    status = db_run(db, &budget_year_close_sql, DB_TEXT(scope->publisher),
                    DB_INT(scope->fiscal_year), DB_INT(now_ms));
    if (status != OK) return status;
    return db_run(db, &budget_year_lines_close_sql, DB_TEXT(scope->publisher),
                  DB_INT(scope->fiscal_year), DB_INT(now_ms));
}
