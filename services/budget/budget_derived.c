#include "budget_derived.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "budget_index.h"
#include "budget_sql.h"

static enum status entry_add(struct arena *arena, struct derived_list *list,
                             const struct db_rows *rows)
{
    if (list->count == list->max) {
        struct derived_entry *grown =
            arena_grow(arena, list->entries, list->count, &list->max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        list->entries = grown;
    }
    struct derived_entry *entry = &list->entries[list->count++];
    struct text day = db_text(rows, 4);
    *entry = (struct derived_entry){.line_id = db_int(rows, 1),
                                    .posting = {.id = db_int(rows, 0),
                                                .kind = (enum entry_kind)db_int(rows, 2),
                                                .won = db_int(rows, 3),
                                                .rounding = db_int(rows, 5) != 0,
                                                .reading = db_int(rows, 6),
                                                .text_line = (int32_t)db_int(rows, 7),
                                                .table_row = (int32_t)db_int(rows, 8),
                                                .table_column = (int32_t)db_int(rows, 9),
                                                .corrects = db_int(rows, 10),
                                                .description = ""},
                                    .left_won = db_int(rows, 3)};
    (void)snprintf(entry->posting.day, sizeof entry->posting.day, "%.*s", (int)day.length,
                   day.bytes);
    return OK;
}

static int entry_compare(const void *a, const void *b)
{
    const struct derived_entry *left = a;
    const struct derived_entry *right = b;
    return left->posting.id < right->posting.id ? -1 : left->posting.id > right->posting.id;
}

static struct derived_entry *entry_find(const struct derived_list *list, int64_t id)
{
    const struct derived_entry key = {.posting = {.id = id}};
    return bsearch(&key, list->entries, list->count, sizeof key, entry_compare);
}

static enum status entries_read(struct db *db, struct arena *arena, const struct scope *scope,
                                struct derived_list *list)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_entry_derived_sql, DB_TEXT(scope->publisher),
                                  DB_INT(scope->fiscal_year));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        status = entry_add(arena, list, &rows);
        if (status != OK) break;
    }
    db_end(&rows);
    if (status != NOT_FOUND) return status;
    for (size_t i = 0; i < list->count; i++) {
        int64_t corrects = list->entries[i].posting.corrects;
        struct derived_entry *corrected = corrects == 0 ? NULL : entry_find(list, corrects);
        if (corrected != NULL) corrected->taken_back = true;
    }
    return OK;
}

/* Notes what a call took back of an entry. */
static enum status correction_add(struct arena *arena, struct derived_list *list,
                                  const struct db_rows *rows)
{
    if (list->correction_count == list->correction_max) {
        struct derived_correction *grown = arena_grow(
            arena, list->corrections, list->correction_count, &list->correction_max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        list->corrections = grown;
    }
    struct derived_correction *correction = &list->corrections[list->correction_count++];
    struct text day = db_text(rows, 4);
    *correction = (struct derived_correction){.line_id = db_int(rows, 1),
                                              .kind = (enum entry_kind)db_int(rows, 2),
                                              .won = db_int(rows, 3)};
    (void)snprintf(correction->day, sizeof correction->day, "%.*s", (int)day.length, day.bytes);
    struct derived_entry *corrected = entry_find(list, db_int(rows, 0));
    if (corrected == NULL) return DATA_LOSS;
    correction->of = (size_t)(corrected - list->entries);
    return __builtin_add_overflow(corrected->left_won, correction->won, &corrected->left_won)
               ? OUT_OF_RANGE
               : OK;
}

enum status derived_read(struct db *db, struct arena *arena, const struct scope *scope,
                         struct derived_list *list)
{
    struct db_rows rows;
    *list = (struct derived_list){.count = 0};
    enum status status = entries_read(db, arena, scope, list);
    if (status != OK || list->count == 0) return status;
    status = db_query(db, &rows, &budget_entry_derived_corrected_sql, DB_TEXT(scope->publisher),
                      DB_INT(scope->fiscal_year));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        status = correction_add(arena, list, &rows);
        if (status != OK) break;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* What tells derived entries apart: two with the same say the same of the same cell. */
static const char *entry_key(struct arena *arena, int64_t line_id, const struct posting *posting)
{
    return arena_printf(arena, "%lld %lld %lld %d %d %d %d %d %s", (long long)line_id,
                        (long long)posting->won, (long long)posting->reading, (int)posting->kind,
                        posting->rounding, posting->text_line, posting->table_row,
                        posting->table_column, posting->day);
}

/* The entries that still count, by their keys. */
static enum status live_index(struct arena *arena, const struct derived_list *list,
                              struct budget_index *live)
{
    enum status status = OK;
    *live = (struct budget_index){.arena = arena};
    for (size_t i = 0; i < list->count && status == OK; i++) {
        const struct derived_entry *entry = &list->entries[i];
        if (entry->posting.corrects != 0 || entry->taken_back) continue;
        const char *key = entry_key(arena, entry->line_id, &entry->posting);
        status = key == NULL ? RESOURCE_EXHAUSTED : index_put(live, key, (int32_t)i);
    }
    return status;
}

/* Entries on their way into the store. */
struct posting_run {
    struct db *db;
    struct arena *arena;
    struct posting_line line; /* The last that was posted to; id 0: none. */
    int64_t now_ms;
    struct derived_posted *posted;
};

static enum status posted_note(struct derived_posted *posted, const struct posting *posting)
{
    struct balance change;
    if (!entry_change(posting->kind, posting->won, &change)) return OUT_OF_RANGE;
    if (!balance_add(&posted->change, &change)) return OUT_OF_RANGE;
    if (posted->id_count < DERIVED_IDS_MAX) posted->ids[posted->id_count++] = posting->id;
    posted->count++;
    posted->corrections += posting->corrects != 0;
    return OK;
}

static enum status run_post(struct posting_run *run, int64_t line_id, struct posting *posting)
{
    enum status status = OK;
    posting->now_ms = run->now_ms;
    if (run->line.id != line_id)
        status = posting_line_get(run->db, run->arena, line_id, &run->line);
    if (status == OK) status = posting_add(run->db, &run->line, posting);
    return status == OK ? posted_note(run->posted, posting) : status;
}

/* Takes back what the reports no longer mean. */
static enum status run_take_back(struct posting_run *run, const struct derived_list *list)
{
    enum status status = OK;
    for (size_t i = 0; i < list->count && status == OK; i++) {
        const struct derived_entry *entry = &list->entries[i];
        if (entry->posting.corrects != 0 || entry->taken_back || entry->meant) continue;
        struct posting back = entry->posting;
        back.corrects = entry->posting.id;
        if (__builtin_sub_overflow(0, entry->left_won, &back.won)) return OUT_OF_RANGE;
        status = run_post(run, entry->line_id, &back);
    }
    return status;
}

enum status derived_store(struct db *db, struct arena *arena, struct derived_list *list,
                          const struct ledger *ledger, const int64_t *line_ids, int64_t now_ms,
                          struct derived_posted *posted)
{
    struct budget_index live;
    struct posting_run run = {.db = db, .arena = arena, .now_ms = now_ms, .posted = posted};
    bool *there = arena_calloc(arena, ledger->entry_count + 1, sizeof *there);
    struct posting *postings = arena_calloc(arena, ledger->entry_count + 1, sizeof *postings);
    if (there == NULL || postings == NULL) return RESOURCE_EXHAUSTED;
    enum status status = live_index(arena, list, &live);
    for (size_t i = 0; i < ledger->entry_count && status == OK; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];
        struct posting *posting = &postings[i];
        *posting = (struct posting){.kind = entry->kind,
                                    .won = entry->won,
                                    .rounding = entry->rounding,
                                    .reading = entry->reading,
                                    .text_line = entry->text_line,
                                    .table_row = entry->table_row,
                                    .table_column = entry->table_column,
                                    .description = ""};
        date_format(entry->day, posting->day);
        const char *key = entry_key(arena, line_ids[entry->line], posting);
        if (key == NULL) return RESOURCE_EXHAUSTED;
        const int32_t *same = index_find(&live, key);
        there[i] = same != NULL && !list->entries[*same].meant;
        if (there[i]) list->entries[*same].meant = true;
    }
    if (status == OK) status = run_take_back(&run, list);
    for (size_t i = 0; i < ledger->entry_count && status == OK; i++) {
        if (!there[i]) status = run_post(&run, line_ids[ledger->entries[i].line], &postings[i]);
    }
    return status;
}
