#include "budget_posting.h"

#include <stdio.h>
#include <string.h>

#include "budget_events.h"
#include "budget_sql.h"

/* What a posting does to its line and, but for the counts, to the totals above. */
struct shift {
    struct balance change;
    int64_t committed_count, spent_count;
    int64_t reserved_won;
};

static bool shift_of(const struct posting *posting, struct shift *shift)
{
    enum budget_amount account = entry_account(posting->kind);
    int64_t counted = posting->corrects == 0 ? 1 : posting->reading == 0 ? 0 : -1;
    *shift = (struct shift){.committed_count = account == AMOUNT_COMMITTED ? counted : 0,
                            .spent_count = account == AMOUNT_SPENT ? counted : 0,
                            .reserved_won = -posting->unreserved_won};
    return entry_change(posting->kind, posting->won, &shift->change);
}

/* A check of the store is what a sum meets that does not fit 64 bits. */
static enum status overflow_of(enum status status)
{
    return status == FAILED_PRECONDITION ? OUT_OF_RANGE : status;
}

static bool own_add(struct own_balance *own, const struct shift *shift)
{
    if (!balance_add(&own->balance, &shift->change)) return false;
    own->committed_count += shift->committed_count;
    own->spent_count += shift->spent_count;
    return true;
}

/* A day of the store; "" for one that is none. */
static void day_read(const struct db_rows *rows, int column, char day[static DATE_STRING_BYTES])
{
    struct text text = db_text(rows, column);
    size_t length = text.length < DATE_STRING_BYTES ? text.length : 0;
    if (length > 0) memcpy(day, text.bytes, length);
    day[length] = '\0';
}

enum status posting_line_open(struct db *db, int64_t line_id, int64_t above_id)
{
    return db_run(db, &budget_balance_open_sql, DB_INT(line_id),
                  above_id == 0 ? DB_NULL : DB_INT(above_id));
}

static enum status line_read(const struct db_rows *rows, struct arena *arena,
                             struct posting_line *line)
{
    *line = (struct posting_line){
        .id = db_int(rows, 0),
        .name = db_copy(rows, 1, arena),
        .label = db_copy(rows, 2, arena),
        .fiscal_year = (int32_t)db_int(rows, 3),
        .fund = db_copy(rows, 4, arena),
        .closed = db_int(rows, 5) != 0,
        .year_closed = db_int(rows, 6) != 0,
        .above_ids = {db_int(rows, 7), db_int(rows, 15), db_int(rows, 16), db_int(rows, 17)},
        .own = {.balance = {{db_int(rows, 9), db_int(rows, 10), db_int(rows, 11)}},
                .committed_count = db_int(rows, 12),
                .spent_count = db_int(rows, 13)},
        .reserved_won = db_int(rows, 14),
    };
    day_read(rows, 8, line->last_day);
    bool whole = line->name != NULL && line->label != NULL && line->fund != NULL;
    return whole ? OK : RESOURCE_EXHAUSTED;
}

static enum status line_query(struct db *db, struct arena *arena, const struct db_sql *sql,
                              struct db_value which, struct posting_line *line)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, sql, which);
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = line_read(&rows, arena, line);
    db_end(&rows);
    return status;
}

enum status posting_line_get(struct db *db, struct arena *arena, int64_t line_id,
                             struct posting_line *line)
{
    return line_query(db, arena, &budget_posting_line_sql, DB_INT(line_id), line);
}

enum status posting_line_find(struct db *db, struct arena *arena, const char *name,
                              struct posting_line *line)
{
    return line_query(db, arena, &budget_posting_line_named_sql, DB_TEXT(name), line);
}

/* The row of day_before and day_after. */
static struct own_balance own_read(const struct db_rows *rows)
{
    return (struct own_balance){.balance = {{db_int(rows, 1), db_int(rows, 2), db_int(rows, 3)}},
                                .committed_count = db_int(rows, 4),
                                .spent_count = db_int(rows, 5)};
}

/* Where a line stands as of a day: at nothing before its first. *same: the day has a row. */
static enum status own_as_of(struct db *db, int64_t line_id, const char *day,
                             struct own_balance *own, bool *same)
{
    struct db_rows rows;
    *own = (struct own_balance){0};
    *same = false;
    enum status status = db_query(db, &rows, &budget_day_before_sql, DB_INT(line_id), DB_TEXT(day));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        *own = own_read(&rows);
        *same = text_equal(db_text(&rows, 0), text_from(day));
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* The days behind one, added to it. */
static enum status days_after(struct db *db, struct arena *arena, int64_t line_id,
                              struct posting_day **days, size_t *count)
{
    struct db_rows rows;
    size_t max = *count;
    enum status status =
        db_query(db, &rows, &budget_day_after_sql, DB_INT(line_id), DB_TEXT((*days)[0].day));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct posting_day *grown = arena_grow(arena, *days, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *days = grown;
        }
        struct posting_day *day = &(*days)[(*count)++];
        *day = (struct posting_day){.balance = own_read(&rows).balance};
        day_read(&rows, 0, day->day);
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

struct posting_state posting_state_of(const struct posting_line *line)
{
    return (struct posting_state){.line = line->name,
                                  .line_id = line->id,
                                  .fiscal_year = line->fiscal_year,
                                  .closed = line->closed,
                                  .year_closed = line->year_closed,
                                  .reserved_won = line->reserved_won};
}

enum status posting_state_days(struct db *db, struct arena *arena, const struct posting_line *line,
                               const char *day, struct posting_state *state)
{
    struct posting_day *days = arena_calloc(arena, 1, sizeof *days);
    if (days == NULL) return RESOURCE_EXHAUSTED;
    state->days = days;
    state->day_count = 1;
    days->balance = line->own.balance;
    if (strcmp(day, line->last_day) >= 0) return OK;
    struct own_balance own;
    bool same;
    enum status status = own_as_of(db, line->id, day, &own, &same);
    days->balance = own.balance;
    (void)snprintf(days->day, sizeof days->day, "%s", day);
    if (status == OK) status = days_after(db, arena, line->id, &days, &state->day_count);
    state->days = days;
    return status;
}

enum status posting_corrected_get(struct db *db, int64_t id, struct posting_corrected *corrected)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_entry_corrected_sql, DB_INT(id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK)
        *corrected = (struct posting_corrected){.id = id,
                                                .line_id = db_int(&rows, 0),
                                                .kind = (enum entry_kind)db_int(&rows, 1),
                                                .won = db_int(&rows, 2),
                                                .carry_over_type = (int32_t)db_int(&rows, 3),
                                                .origin_year = (int32_t)db_int(&rows, 4),
                                                .correction = db_int(&rows, 5) != 0,
                                                .taken_back_won = db_int(&rows, 6),
                                                .contracted_won = db_int(&rows, 7)};
    db_end(&rows);
    return status;
}

enum status posting_last(struct db *db, int64_t *id)
{
    return db_query_int_values(db, id, &budget_entry_last_sql, NULL, 0);
}

/* The entry gets the next id, and now as its instant, or the last entry's where the clock was set
 * back. Both are asked for rather than returned by the INSERT, which would cost SQLite a table in
 * memory. */
static enum status entry_number(struct db *db, struct posting *posting)
{
    struct db_rows rows;
    enum status status = db_query_plain(db, &rows, &budget_entry_newest_sql);
    if (status != OK) return status;
    status = db_next(&rows);
    posting->id = 1;
    posting->recorded_ms = posting->now_ms;
    if (status == OK) {
        posting->id += db_int(&rows, 0);
        if (posting->recorded_ms < db_int(&rows, 1)) posting->recorded_ms = db_int(&rows, 1);
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

static enum status entry_add(struct db *db, const struct posting_line *line,
                             struct posting *posting)
{
    enum status status = entry_number(db, posting);
    if (status != OK) return status;
    return db_run(
        db, &budget_entry_insert_sql, DB_INT(posting->id), DB_INT(line->id), DB_INT(posting->kind),
        DB_INT(posting->won), DB_TEXT(posting->day), DB_INT(posting->recorded_ms),
        DB_INT(posting->rounding), posting->reading == 0 ? DB_NULL : DB_INT(posting->reading),
        DB_INT(posting->text_line), DB_INT(posting->table_row), DB_INT(posting->table_column),
        posting->corrects == 0 ? DB_NULL : DB_INT(posting->corrects),
        DB_INT(posting->carry_over_type), DB_INT(posting->origin_year),
        posting->reservation == 0 ? DB_NULL : DB_INT(posting->reservation),
        DB_TEXT(posting->description));
}

static enum status day_put(struct db *db, int64_t line_id, const char *day,
                           const struct own_balance *own)
{
    const int64_t *won = own->balance.won;
    return overflow_of(db_run(db, &budget_day_put_sql, DB_INT(line_id), DB_TEXT(day),
                              DB_INT(won[AMOUNT_CURRENT]), DB_INT(won[AMOUNT_COMMITTED]),
                              DB_INT(won[AMOUNT_SPENT]), DB_INT(own->committed_count),
                              DB_INT(own->spent_count)));
}

static enum status days_shift(struct db *db, int64_t line_id, const char *day,
                              const struct shift *shift)
{
    const int64_t *won = shift->change.won;
    return overflow_of(db_run(db, &budget_day_shift_sql, DB_INT(line_id), DB_TEXT(day),
                              DB_INT(won[AMOUNT_CURRENT]), DB_INT(won[AMOUNT_COMMITTED]),
                              DB_INT(won[AMOUNT_SPENT]), DB_INT(shift->committed_count),
                              DB_INT(shift->spent_count)));
}

/* Makes a row of a day between others, which stands where the one before it does. */
static enum status day_begin(struct db *db, int64_t line_id, const char *day)
{
    struct own_balance before;
    bool same;
    enum status status = own_as_of(db, line_id, day, &before, &same);
    return status != OK || same ? status : day_put(db, line_id, day, &before);
}

/* From one line above to the next, the level-th from the line; 0: there is none. */
static enum status line_above(struct db *db, const struct posting_line *line, size_t level,
                              int64_t *above)
{
    if (level >= POSTING_ABOVE_READ)
        return db_query_int(db, above, &budget_balance_above_sql, DB_INT(*above));
    *above = line->above_ids[level];
    return OK;
}

/* Raises the totals of a line and those above it; the line's own amounts are as it says. */
static enum status balances_put(struct db *db, const struct posting_line *line,
                                const struct shift *shift)
{
    const int64_t *own = line->own.balance.won;
    const int64_t *won = shift->change.won;
    enum status status = db_run(
        db, &budget_balance_post_sql, DB_INT(line->id), DB_TEXT(line->last_day),
        DB_INT(own[AMOUNT_CURRENT]), DB_INT(own[AMOUNT_COMMITTED]), DB_INT(own[AMOUNT_SPENT]),
        DB_INT(line->own.committed_count), DB_INT(line->own.spent_count),
        DB_INT(line->reserved_won), DB_INT(won[AMOUNT_CURRENT]), DB_INT(won[AMOUNT_COMMITTED]),
        DB_INT(won[AMOUNT_SPENT]), DB_INT(shift->reserved_won));
    int64_t above = line->above_ids[0];
    for (size_t level = 1; status == OK && above != 0; level++) {
        status = db_run(db, &budget_balance_raise_sql, DB_INT(above), DB_INT(won[AMOUNT_CURRENT]),
                        DB_INT(won[AMOUNT_COMMITTED]), DB_INT(won[AMOUNT_SPENT]),
                        DB_INT(shift->reserved_won));
        if (status == OK) status = line_above(db, line, level, &above);
    }
    return overflow_of(status);
}

enum status posting_add(struct db *db, struct posting_line *line, struct posting *posting)
{
    struct shift shift;
    if (!shift_of(posting, &shift) || !own_add(&line->own, &shift)) return OUT_OF_RANGE;
    line->reserved_won += shift.reserved_won;
    bool latest = strcmp(posting->day, line->last_day) >= 0;
    if (latest) memcpy(line->last_day, posting->day, sizeof line->last_day);
    enum status status = entry_add(db, line, posting);
    if (status == OK && latest) status = day_put(db, line->id, posting->day, &line->own);
    if (status == OK && !latest) status = day_begin(db, line->id, posting->day);
    if (status == OK && !latest) status = days_shift(db, line->id, posting->day, &shift);
    if (status == OK) status = balances_put(db, line, &shift);
    return status == OK ? event_posted(db, line, posting) : status;
}

enum status posting_reserve(struct db *db, struct posting_line *line, int64_t won)
{
    struct shift shift = {.reserved_won = won};
    if (__builtin_add_overflow(line->reserved_won, won, &line->reserved_won)) return OUT_OF_RANGE;
    return balances_put(db, line, &shift);
}

/* The lines of a ledger in the order of their ids. */
struct account_lines {
    struct account_line *lines;
    size_t count, max;
};

/* The index of a line by its id; -1: it is not there. */
static int32_t account_line_find(const struct account_lines *accounts, int64_t id)
{
    size_t begin = 0;
    size_t end = accounts->count;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (accounts->lines[middle].id < id)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin < accounts->count && accounts->lines[begin].id == id ? (int32_t)begin : -1;
}

static enum status account_line_add(struct arena *arena, struct account_lines *accounts,
                                    const struct db_rows *rows)
{
    if (accounts->count == accounts->max) {
        struct account_line *grown =
            arena_grow(arena, accounts->lines, accounts->count, &accounts->max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        accounts->lines = grown;
    }
    int64_t above_id = db_int(rows, 1);
    int32_t above = above_id == 0 ? -1 : account_line_find(accounts, above_id);
    if (above_id != 0 && above < 0) return DATA_LOSS;
    accounts->lines[accounts->count++] =
        (struct account_line){.id = db_int(rows, 0),
                              .above = above,
                              .balance = {{db_int(rows, 2), db_int(rows, 3), db_int(rows, 4)}},
                              .reserved_won = db_int(rows, 5)};
    return OK;
}

static enum status account_lines_put(struct db *db, const struct account_lines *accounts)
{
    enum status status = OK;
    for (size_t i = 0; i < accounts->count && status == OK; i++) {
        const struct account_line *line = &accounts->lines[i];
        const int64_t *won = line->balance.won;
        struct db_value above = line->above < 0 ? DB_NULL : DB_INT(accounts->lines[line->above].id);
        status = db_run(db, &budget_balance_total_sql, DB_INT(line->id), above,
                        DB_INT(won[AMOUNT_CURRENT]), DB_INT(won[AMOUNT_COMMITTED]),
                        DB_INT(won[AMOUNT_SPENT]), DB_INT(line->reserved_won));
    }
    return status;
}

enum status posting_total(struct db *db, struct arena *arena, const struct scope *scope)
{
    struct db_rows rows;
    struct account_lines accounts = {0};
    enum status status = db_query(db, &rows, &budget_balance_ledger_sql, DB_TEXT(scope->publisher),
                                  DB_INT(scope->fiscal_year));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        status = account_line_add(arena, &accounts, &rows);
        if (status != OK) break;
    }
    db_end(&rows);
    if (status != NOT_FOUND) return status;
    if (!account_lines_total(accounts.lines, accounts.count)) return OUT_OF_RANGE;
    return account_lines_put(db, &accounts);
}
