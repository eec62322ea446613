#include "budget_recorded.h"

#include <stdlib.h>
#include <string.h>

#include "budget_sql.h"

static int line_compare(const void *a, const void *b)
{
    const struct recorded_line *left = a;
    const struct recorded_line *right = b;
    return left->id < right->id ? -1 : left->id > right->id;
}

/* A kept line by its id, or NULL; the lines are in order up to now. */
static struct recorded_line *line_find(const struct recorded *recorded, int64_t id)
{
    const struct recorded_line key = {.id = id};
    if (recorded->count == 0) return NULL;
    return bsearch(&key, recorded->lines, recorded->count, sizeof key, line_compare);
}

/* Keeps the line of the row; the one above it was kept before. */
static enum status line_keep(struct recorded *recorded, struct ledger *ledger,
                             const struct db_rows *rows)
{
    if (recorded->count == recorded->max) {
        struct recorded_line *grown = arena_grow(recorded->arena, recorded->lines, recorded->count,
                                                 &recorded->max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        recorded->lines = grown;
    }
    int64_t above_id = db_int(rows, 1);
    const struct recorded_line *above = above_id == 0 ? NULL : line_find(recorded, above_id);
    struct ledger_line kept = {.key = db_copy(rows, 2, recorded->arena),
                               .label = db_copy(rows, 3, recorded->arena),
                               .depth = (int32_t)db_int(rows, 4),
                               .memo = db_int(rows, 5) != 0,
                               .parent = above == NULL ? LINE_NONE : above->index};
    if (kept.key == NULL || kept.label == NULL) return RESOURCE_EXHAUSTED;
    if (date_parse(db_text(rows, 6), &kept.first_day) != OK) return DATA_LOSS;
    struct recorded_line line = {.id = db_int(rows, 0)};
    enum status status = ledger_keep(ledger, &kept, &line.index);
    if (status != OK) return status;
    size_t at = recorded->count++;
    for (; at > 0 && recorded->lines[at - 1].id > line.id; at--)
        recorded->lines[at] = recorded->lines[at - 1];
    recorded->lines[at] = line;
    return OK;
}

enum status recorded_begin(struct recorded *recorded, struct ledger *ledger)
{
    struct db_rows rows;
    const struct scope *scope = recorded->scope;
    enum status status = db_query(recorded->db, &rows, &budget_line_kept_sql,
                                  DB_TEXT(scope->publisher), DB_INT(scope->fiscal_year));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        status = line_keep(recorded, ledger, &rows);
        if (status != OK) break;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* All entries of the kept lines by a day, those that reports mean as well. */
static enum status own_read(const struct recorded *recorded, struct own_balance *own)
{
    struct db_rows rows;
    enum status status =
        db_query(recorded->db, &rows, &budget_day_ledger_sql, DB_TEXT(recorded->scope->publisher),
                 DB_INT(recorded->scope->fiscal_year), DB_TEXT(recorded->day));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        const struct recorded_line *line = line_find(recorded, db_int(&rows, 0));
        if (line == NULL) continue;
        own[line - recorded->lines] = (struct own_balance){
            .balance = {{db_int(&rows, 1), db_int(&rows, 2), db_int(&rows, 3)}},
            .committed_count = db_int(&rows, 4),
            .spent_count = db_int(&rows, 5)};
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* Takes an entry off a line's own; a line that is not kept has nothing to take it from. */
static bool own_take_off(const struct recorded *recorded, struct own_balance *own, int64_t line_id,
                         enum entry_kind kind, int64_t won)
{
    struct balance change;
    const struct recorded_line *line = line_find(recorded, line_id);
    if (line == NULL) return true;
    if (!entry_change(kind, won, &change)) return false;
    for (int a = 0; a < AMOUNT_COUNT; a++) {
        int64_t *left = &own[line - recorded->lines].balance.won[a];
        if (__builtin_sub_overflow(*left, change.won[a], left)) return false;
    }
    return true;
}

/* Whether the snapshots so far mean a derived entry of a kept line. */
static bool entry_is_meant(const struct recorded *recorded, const struct ledger *ledger,
                           const struct derived_entry *entry)
{
    char day[DATE_STRING_BYTES];
    const struct posting *posting = &entry->posting;
    const struct recorded_line *line = line_find(recorded, entry->line_id);
    for (size_t i = 0; i < ledger->entry_count && line != NULL; i++) {
        const struct ledger_entry *meant = &ledger->entries[i];
        if (meant->line != line->index || meant->kind != posting->kind ||
            meant->won != posting->won || meant->reading != posting->reading ||
            meant->rounding != posting->rounding || meant->text_line != posting->text_line ||
            meant->table_row != posting->table_row || meant->table_column != posting->table_column)
            continue;
        date_format(meant->day, day);
        if (strcmp(day, posting->day) == 0) return true;
    }
    return false;
}

/* Whether what a call took back goes with the derived entry. */
static bool correction_goes(const struct recorded *recorded, const struct ledger *ledger,
                            const struct derived_correction *correction)
{
    const struct derived_entry *entry = &recorded->derived->entries[correction->of];
    if (strcmp(correction->day, recorded->day) > 0) return false;
    if (entry->taken_back || strcmp(correction->day, recorded->day) == 0) return true;
    return strcmp(entry->posting.day, recorded->day) < 0 &&
           !entry_is_meant(recorded, ledger, entry);
}

/* Leaves of all entries by the day what calls recorded. */
static bool derived_take_off(const struct recorded *recorded, const struct ledger *ledger,
                             struct own_balance *own)
{
    const struct derived_list *derived = recorded->derived;
    for (size_t i = 0; i < derived->count; i++) {
        const struct posting *posting = &derived->entries[i].posting;
        int64_t line_id = derived->entries[i].line_id;
        const struct recorded_line *line = line_find(recorded, line_id);
        if (line == NULL || strcmp(posting->day, recorded->day) > 0) continue;
        if (!own_take_off(recorded, own, line_id, posting->kind, posting->won)) return false;
        int64_t counted = posting->corrects == 0 ? 1 : -1;
        enum budget_amount account = entry_account(posting->kind);
        if (account == AMOUNT_COMMITTED) own[line - recorded->lines].committed_count -= counted;
        if (account == AMOUNT_SPENT) own[line - recorded->lines].spent_count -= counted;
    }
    for (size_t i = 0; i < derived->correction_count; i++) {
        const struct derived_correction *correction = &derived->corrections[i];
        if (correction_goes(recorded, ledger, correction) &&
            !own_take_off(recorded, own, correction->line_id, correction->kind, correction->won))
            return false;
    }
    return true;
}

enum status recorded_until(struct recorded *recorded, struct date day, struct ledger *ledger)
{
    char string[DATE_STRING_BYTES];
    date_format(day, string);
    if (recorded->count == 0 || strcmp(string, recorded->day) == 0) return OK;
    memcpy(recorded->day, string, sizeof recorded->day);
    struct own_balance *own = arena_calloc(recorded->arena, recorded->count, sizeof *own);
    if (own == NULL) return RESOURCE_EXHAUSTED;
    enum status status = own_read(recorded, own);
    if (status == OK && !derived_take_off(recorded, ledger, own)) status = OUT_OF_RANGE;
    for (size_t i = 0; i < recorded->count && status == OK; i++) {
        const bool told[AMOUNT_COUNT] = {[AMOUNT_COMMITTED] = own[i].committed_count > 0,
                                         [AMOUNT_SPENT] = own[i].spent_count > 0};
        status = ledger_record(ledger, recorded->lines[i].index, &own[i].balance, told);
    }
    return status;
}
