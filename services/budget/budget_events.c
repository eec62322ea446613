#include "budget_events.h"

#include "base/clock.h"
#include "budget_sql.h"

enum status event_line(struct db *db, int64_t line_id, enum event_kind kind)
{
    return db_run(db, &budget_event_line_sql, DB_INT(line_id), DB_INT(kind),
                  DB_INT(clock_now_ms()));
}

enum status event_entry(struct db *db, int64_t entry_id, enum event_kind kind)
{
    return db_run(db, &budget_event_entry_sql, DB_INT(entry_id), DB_INT(kind),
                  DB_INT(clock_now_ms()));
}

enum status event_posted(struct db *db, const struct posting_line *line,
                         const struct posting *posting)
{
    return db_run(db, &budget_event_posted_sql, DB_INT(EVENT_ENTRY_POSTED),
                  DB_INT(posting->recorded_ms), DB_TEXT(line->name), DB_TEXT(line->label),
                  DB_INT(posting->id), DB_INT(posting->kind), DB_INT(posting->won),
                  DB_TEXT(posting->day), DB_INT(posting->rounding));
}

enum status event_line_look(struct db *db, int64_t line_id, const struct line_look *look)
{
    return db_run(db, &budget_event_line_changed_sql, DB_INT(line_id), DB_INT(EVENT_LINE_CHANGED),
                  DB_INT(clock_now_ms()), look->parent, DB_TEXT(look->label), DB_INT(look->depth),
                  DB_INT(look->memo));
}

enum status event_lines_close(struct db *db, int64_t line_id, int64_t now_ms)
{
    return db_run(db, &budget_event_lines_close_sql, DB_INT(line_id), DB_INT(now_ms),
                  DB_INT(EVENT_LINE_CLOSED));
}

enum status event_year_close(struct db *db, const struct scope *scope, int64_t now_ms)
{
    return db_run(db, &budget_event_year_close_sql, DB_TEXT(scope->publisher),
                  DB_INT(scope->fiscal_year), DB_INT(now_ms), DB_INT(EVENT_LINE_CLOSED));
}

static enum status event_read(const struct db_rows *rows, struct arena *arena,
                              struct event_record *event)
{
    *event = (struct event_record){
        .sequence = db_int(rows, 0),
        .kind = (int32_t)db_int(rows, 1),
        .recorded_ms = db_int(rows, 2),
        .line = db_copy(rows, 3, arena),
        .label = db_copy(rows, 4, arena),
        .entry = {.id = db_int(rows, 5),
                  .kind = (int32_t)db_int(rows, 6),
                  .won = db_int(rows, 7),
                  .effective_date = db_copy(rows, 8, arena),
                  .recorded_ms = db_int(rows, 9),
                  .rounding = db_int(rows, 10) != 0,
                  .citation = {.report_id = "", .section = ""},
                  .corrects = db_int(rows, 11),
                  .carry_over_type = (int32_t)db_int(rows, 12),
                  .origin_year = (int32_t)db_int(rows, 13),
                  .reservation = db_int(rows, 14),
                  .description = db_copy(rows, 15, arena)},
    };
    event->entry.line = event->line;
    bool whole = event->line != NULL && event->label != NULL &&
                 event->entry.effective_date != NULL && event->entry.description != NULL;
    return whole ? OK : RESOURCE_EXHAUSTED;
}

enum status event_page(struct db *db, struct arena *arena, int64_t after, size_t size,
                       struct event_record **events, size_t *count)
{
    *count = 0;
    *events = arena_calloc(arena, size, sizeof **events);
    if (*events == NULL) return RESOURCE_EXHAUSTED;
    struct db_rows rows;
    enum status status =
        db_query(db, &rows, &budget_event_page_sql, DB_INT(after), DB_INT((int64_t)size));
    if (status != OK) return status;
    while (*count < size && (status = db_next(&rows)) == OK) {
        status = event_read(&rows, arena, &(*events)[*count]);
        if (status != OK) break;
        (*count)++;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status event_last(struct db *db, int64_t *sequence)
{
    return db_query_int_values(db, sequence, &budget_event_last_sql, NULL, 0);
}
