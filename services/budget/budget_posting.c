#include "budget_posting.h"

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

enum status posting_line_open(struct db *db, int64_t line_id, int64_t above_id)
{
    return db_run(db, &budget_balance_open_sql, DB_INT(line_id),
                  above_id == 0 ? DB_NULL : DB_INT(above_id));
}

enum status posting_line_get(struct db *db, struct arena *arena, int64_t line_id,
                             struct posting_line *line)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_posting_line_sql, DB_INT(line_id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        *line = (struct posting_line){.id = db_int(&rows, 0),
                                      .name = db_copy(&rows, 1, arena),
                                      .label = db_copy(&rows, 2, arena),
                                      .fiscal_year = (int32_t)db_int(&rows, 3),
                                      .above_id = db_int(&rows, 4)};
        struct text last_day = db_text(&rows, 5);
        if (last_day.length < sizeof line->last_day)
            memcpy(line->last_day, last_day.bytes, last_day.length);
        for (int a = 0; a < AMOUNT_COUNT; a++)
            line->own.balance.won[a] = db_int(&rows, 6 + a);
        line->own.committed_count = db_int(&rows, 9);
        line->own.spent_count = db_int(&rows, 10);
        line->reserved_won = db_int(&rows, 11);
        if (line->name == NULL || line->label == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    return status;
}

static enum status entry_add(struct db *db, const struct posting_line *line,
                             struct posting *posting)
{
    struct db_rows rows;
    enum status status = db_query(
        db, &rows, &budget_entry_insert_sql, DB_INT(line->id), DB_INT(posting->kind),
        DB_INT(posting->won), DB_TEXT(posting->day), DB_INT(posting->now_ms),
        DB_INT(posting->rounding), posting->reading == 0 ? DB_NULL : DB_INT(posting->reading),
        DB_INT(posting->text_line), DB_INT(posting->table_row), DB_INT(posting->table_column),
        posting->corrects == 0 ? DB_NULL : DB_INT(posting->corrects),
        DB_INT(posting->carry_over_type), DB_INT(posting->origin_year),
        posting->reservation == 0 ? DB_NULL : DB_INT(posting->reservation),
        DB_TEXT(posting->description));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        posting->id = db_int(&rows, 0);
        posting->recorded_ms = db_int(&rows, 1);
    }
    db_end(&rows);
    return status == NOT_FOUND ? INTERNAL : status;
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
    struct db_rows rows;
    struct own_balance before = {0};
    bool there = false;
    enum status status = db_query(db, &rows, &budget_day_before_sql, DB_INT(line_id), DB_TEXT(day));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        there = text_equal(db_text(&rows, 0), text_from(day));
        before = (struct own_balance){
            .balance = {{db_int(&rows, 1), db_int(&rows, 2), db_int(&rows, 3)}},
            .committed_count = db_int(&rows, 4),
            .spent_count = db_int(&rows, 5)};
    }
    db_end(&rows);
    if (status != OK && status != NOT_FOUND) return status;
    return there ? OK : day_put(db, line_id, day, &before);
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
    int64_t above = line->above_id;
    while (status == OK && above != 0)
        status = db_query_int(db, &above, &budget_balance_raise_sql, DB_INT(above),
                              DB_INT(won[AMOUNT_CURRENT]), DB_INT(won[AMOUNT_COMMITTED]),
                              DB_INT(won[AMOUNT_SPENT]), DB_INT(shift->reserved_won));
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
