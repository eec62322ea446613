#include "budget_plan_store.h"

#include <string.h>

#include "budget_sql.h"

enum status plan_insert(struct db *db, const struct plan_record *plan)
{
    int64_t id;
    enum status status = db_query_int(db, &id, &budget_plan_insert_sql, DB_INT(plan->line_id),
                                      DB_INT(plan->basis), DB_INT(plan->recorded_ms));
    for (size_t i = 0; i < plan->point_count && status == OK; i++) {
        const struct plan_point *point = &plan->points[i];
        status = db_run(db, &budget_plan_point_insert_sql, DB_INT(id), DB_TEXT(point->day),
                        DB_INT(point->rate_hundredths), DB_INT(point->amount_won));
    }
    return status;
}

/* Points as they are read. */
struct point_list {
    struct plan_point *points;
    size_t count, max;
};

/* Adds the point whose columns begin at `column`. */
static enum status point_read(const struct db_rows *rows, int column, struct arena *arena,
                              struct point_list *list)
{
    if (list->count == list->max) {
        struct plan_point *grown =
            arena_grow(arena, list->points, list->count, &list->max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        list->points = grown;
    }
    struct plan_point point = {.day = db_copy(rows, column, arena),
                               .rate_hundredths = (int32_t)db_int(rows, column + 1),
                               .amount_won = db_int(rows, column + 2)};
    if (point.day == NULL) return RESOURCE_EXHAUSTED;
    list->points[list->count++] = point;
    return OK;
}

enum status plan_last(struct db *db, struct arena *arena, int64_t known_ms,
                      struct plan_record *plan)
{
    struct db_rows rows;
    struct point_list list = {0};
    int64_t id = 0;
    enum status status =
        db_query(db, &rows, &budget_plan_last_sql, DB_INT(plan->line_id), DB_INT(known_ms));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        id = db_int(&rows, 0);
        plan->basis = (int32_t)db_int(&rows, 1);
        plan->recorded_ms = db_int(&rows, 2);
    }
    db_end(&rows);
    if (status == OK) status = db_query(db, &rows, &budget_plan_points_sql, DB_INT(id));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        status = point_read(&rows, 0, arena, &list);
        if (status != OK) break;
    }
    db_end(&rows);
    plan->points = list.points;
    plan->point_count = list.count;
    return status == NOT_FOUND ? OK : status;
}

/* Adds a plan for the line of the current row, unless the last plan is it. */
static enum status plan_begin(const struct db_rows *rows, struct arena *arena,
                              struct plan_record **plans, size_t *count, size_t *max)
{
    struct text line = db_text(rows, 0);
    if (*count > 0 && text_equal(line, text_from((*plans)[*count - 1].line))) return OK;
    if (*count == *max) {
        struct plan_record *grown = arena_grow(arena, *plans, *count, max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        *plans = grown;
    }
    struct plan_record plan = {.line = db_copy(rows, 0, arena), .basis = (int32_t)db_int(rows, 1)};
    if (plan.line == NULL) return RESOURCE_EXHAUSTED;
    (*plans)[(*count)++] = plan;
    return OK;
}

enum status plan_list(struct db *db, struct arena *arena, const struct plan_query *query,
                      struct plan_record **plans, size_t *count)
{
    enum { POINT_FROM = 2 };
    size_t max = 0;
    struct db_rows rows;
    struct point_list list = {0};
    *plans = NULL;
    *count = 0;
    enum status status = db_query(db, &rows, &budget_plan_list_sql, DB_INT(query->fiscal_year),
                                  DB_TEXT(query->publisher), DB_INT(query->known_ms));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        status = plan_begin(&rows, arena, plans, count, &max);
        if (status == OK) status = point_read(&rows, POINT_FROM, arena, &list);
        if (status != OK) break;
        (*plans)[*count - 1].point_count++;
    }
    db_end(&rows);
    size_t at = 0;
    for (size_t i = 0; i < *count && list.points != NULL; i++) {
        (*plans)[i].points = &list.points[at];
        at += (*plans)[i].point_count;
    }
    return status == NOT_FOUND ? OK : status;
}

enum status pace_reason_insert(struct db *db, const struct pace_reason *reason, int64_t now_ms)
{
    return db_run(db, &budget_pace_reason_insert_sql, DB_INT(reason->line_id),
                  DB_INT(reason->reason), DB_TEXT(reason->note), DB_TEXT(reason->first_day),
                  DB_TEXT(reason->last_day), DB_INT(now_ms));
}

enum status pace_reason_list(struct db *db, struct arena *arena, const struct plan_query *query,
                             struct pace_reason **reasons, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *reasons = NULL;
    *count = 0;
    enum status status =
        db_query(db, &rows, &budget_pace_reason_list_sql, DB_INT(query->fiscal_year),
                 DB_TEXT(query->publisher), DB_INT(query->known_ms), DB_TEXT(query->day));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct pace_reason *grown = arena_grow(arena, *reasons, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *reasons = grown;
        }
        struct pace_reason reason = {.line = db_copy(&rows, 0, arena),
                                     .reason = (int32_t)db_int(&rows, 1),
                                     .note = db_copy(&rows, 2, arena)};
        if (reason.line == NULL || reason.note == NULL) status = RESOURCE_EXHAUSTED;
        if (status != OK) break;
        (*reasons)[(*count)++] = reason;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status grant_insert(struct db *db, struct grant_record *grant, const struct instalment *parts,
                         size_t count, int64_t now_ms)
{
    enum status status =
        db_query_int(db, &grant->id, &budget_grant_insert_sql, DB_INT(grant->line_id),
                     DB_TEXT(grant->grantee_code), DB_TEXT(grant->grantee_name),
                     DB_INT(grant->total_won), DB_INT(now_ms));
    for (size_t i = 0; i < count && status == OK; i++)
        status =
            db_run(db, &budget_instalment_insert_sql, DB_INT(grant->id), DB_INT((int64_t)i + 1),
                   DB_TEXT(parts[i].due_day), DB_INT(parts[i].amount_won));
    return status;
}

/* Columns of grant_get and grant_page. */
static enum status grant_read(const struct db_rows *rows, struct arena *arena,
                              struct grant_record *grant)
{
    *grant = (struct grant_record){.id = db_int(rows, 0),
                                   .line = db_copy(rows, 1, arena),
                                   .line_id = db_int(rows, 2),
                                   .grantee_code = db_copy(rows, 3, arena),
                                   .grantee_name = db_copy(rows, 4, arena),
                                   .total_won = db_int(rows, 5)};
    bool whole = grant->line != NULL && grant->grantee_code != NULL && grant->grantee_name != NULL;
    return whole ? OK : RESOURCE_EXHAUSTED;
}

enum status grant_get(struct db *db, struct arena *arena, int64_t id, struct grant_record *grant)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_grant_get_sql, DB_INT(id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = grant_read(&rows, arena, grant);
    db_end(&rows);
    return status;
}

enum status grant_page(struct db *db, struct arena *arena, const char *line, int64_t after,
                       size_t size, struct grant_record **grants, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *grants = NULL;
    *count = 0;
    enum status status = db_query(db, &rows, &budget_grant_page_sql, DB_TEXT(line), DB_INT(after),
                                  DB_INT((int64_t)size));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct grant_record *grown = arena_grow(arena, *grants, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *grants = grown;
        }
        status = grant_read(&rows, arena, &(*grants)[*count]);
        if (status != OK) break;
        (*count)++;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status instalment_list(struct db *db, struct arena *arena, int64_t grant_id, const char *as_of,
                            struct instalment **parts, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *parts = NULL;
    *count = 0;
    enum status status =
        db_query(db, &rows, &budget_instalment_list_sql, DB_INT(grant_id), DB_TEXT(as_of));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct instalment *grown = arena_grow(arena, *parts, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *parts = grown;
        }
        struct instalment part = {.due_day = db_copy(&rows, 1, arena),
                                  .amount_won = db_int(&rows, 2),
                                  .entry_id = db_int(&rows, 3),
                                  .paid_won = db_int(&rows, 4)};
        if (part.due_day == NULL) status = RESOURCE_EXHAUSTED;
        if (part.due_day == NULL) break;
        (*parts)[(*count)++] = part;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status instalment_pay(struct db *db, int64_t grant_id, int64_t position, int64_t entry_id)
{
    return db_run(db, &budget_instalment_pay_sql, DB_INT(grant_id), DB_INT(position),
                  DB_INT(entry_id));
}
