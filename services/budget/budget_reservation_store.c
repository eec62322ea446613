#include "budget_reservation_store.h"

#include "budget_sql.h"

enum status reservation_add(struct db *db, struct posting_line *line,
                            struct reservation *reservation)
{
    enum status status = posting_reserve(db, line, reservation->amount_won);
    if (status != OK) return status;
    return db_query_int(db, &reservation->id, &budget_reservation_insert_sql, DB_INT(line->id),
                        DB_INT(reservation->amount_won), DB_TEXT(reservation->subject),
                        DB_INT(reservation->created_ms), DB_INT(reservation->expires_ms));
}

static enum status reservation_read(const struct db_rows *rows, struct arena *arena, int64_t now_ms,
                                    struct reservation *reservation)
{
    *reservation = (struct reservation){.id = db_int(rows, 0),
                                        .line_id = db_int(rows, 1),
                                        .line = db_copy(rows, 2, arena),
                                        .amount_won = db_int(rows, 3),
                                        .state = (int32_t)db_int(rows, 4),
                                        .posted_won = db_int(rows, 5),
                                        .entry_id = db_int(rows, 6),
                                        .subject = db_copy(rows, 7, arena),
                                        .created_ms = db_int(rows, 8),
                                        .expires_ms = db_int(rows, 9),
                                        .resolved_ms = db_int(rows, 10)};
    reservation_settle(reservation, now_ms);
    return reservation->line == NULL || reservation->subject == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status reservation_get(struct db *db, struct arena *arena, int64_t id, int64_t now_ms,
                            struct reservation *reservation)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_reservation_get_sql, DB_INT(id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = reservation_read(&rows, arena, now_ms, reservation);
    db_end(&rows);
    return status;
}

enum status reservation_resolve(struct db *db, const struct reservation *reservation)
{
    return db_run(db, &budget_reservation_resolve_sql, DB_INT(reservation->id),
                  DB_INT(reservation->state), DB_INT(reservation->posted_won),
                  reservation->entry_id == 0 ? DB_NULL : DB_INT(reservation->entry_id),
                  DB_INT(reservation->resolved_ms));
}

static enum status page_query(struct db *db, struct db_rows *rows,
                              const struct reservation_query *query)
{
    struct db_value after = DB_INT(query->after_id);
    struct db_value state = DB_INT(query->state);
    struct db_value now = DB_INT(query->now_ms);
    struct db_value size = DB_INT((int64_t)query->size);
    if (query->line[0] != '\0')
        return db_query(db, rows, &budget_reservation_page_line_sql, after, state, now, size,
                        DB_TEXT(query->line), DB_TEXT(query->subject));
    if (query->subject[0] != '\0')
        return db_query(db, rows, &budget_reservation_page_subject_sql, after, state, now, size,
                        DB_TEXT(query->subject));
    return db_query(db, rows, &budget_reservation_page_sql, after, state, now, size);
}

enum status reservation_page(struct db *db, struct arena *arena,
                             const struct reservation_query *query,
                             struct reservation **reservations, size_t *count)
{
    struct db_rows rows;
    *count = 0;
    *reservations = arena_calloc(arena, query->size, sizeof **reservations);
    if (*reservations == NULL) return RESOURCE_EXHAUSTED;
    enum status status = page_query(db, &rows, query);
    if (status != OK) return status;
    while (*count < query->size && (status = db_next(&rows)) == OK) {
        status = reservation_read(&rows, arena, query->now_ms, &(*reservations)[*count]);
        if (status != OK) break;
        (*count)++;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* The reservations that are due, read before they are written. */
static enum status due_read(struct db_rows *rows, struct arena *arena, struct reservation **due,
                            size_t *count)
{
    enum status status = OK;
    *count = 0;
    *due = arena_calloc(arena, RESERVATIONS_A_RUN, sizeof **due);
    if (*due == NULL) status = RESOURCE_EXHAUSTED;
    while (status == OK && *count < RESERVATIONS_A_RUN && (status = db_next(rows)) == OK)
        (*due)[(*count)++] = (struct reservation){.id = db_int(rows, 0),
                                                  .line_id = db_int(rows, 1),
                                                  .amount_won = db_int(rows, 2),
                                                  .state = RESERVATION_EXPIRED,
                                                  .resolved_ms = db_int(rows, 3)};
    db_end(rows);
    return status == NOT_FOUND ? OK : status;
}

static enum status expire(struct db *db, struct posting_line *line,
                          const struct reservation *reservation)
{
    enum status status = posting_reserve(db, line, -reservation->amount_won);
    return status == OK ? reservation_resolve(db, reservation) : status;
}

enum status reservations_expire(struct db *db, struct arena *arena, int64_t now_ms, size_t *count)
{
    struct db_rows rows;
    struct reservation *due;
    enum status status = db_query(db, &rows, &budget_reservation_due_sql, DB_INT(now_ms),
                                  DB_INT(RESERVATIONS_A_RUN));
    if (status == OK) status = due_read(&rows, arena, &due, count);
    for (size_t i = 0; status == OK && i < *count; i++) {
        struct posting_line line;
        status = posting_line_get(db, arena, due[i].line_id, &line);
        if (status == OK) status = expire(db, &line, &due[i]);
    }
    return status;
}

enum status reservations_expire_line(struct db *db, struct arena *arena, int64_t now_ms,
                                     struct posting_line *line, size_t *count)
{
    struct db_rows rows;
    struct reservation *due;
    enum status status = db_query(db, &rows, &budget_reservation_due_line_sql, DB_INT(now_ms),
                                  DB_INT(RESERVATIONS_A_RUN), DB_INT(line->id));
    if (status == OK) status = due_read(&rows, arena, &due, count);
    for (size_t i = 0; status == OK && i < *count; i++)
        status = expire(db, line, &due[i]);
    return status;
}
