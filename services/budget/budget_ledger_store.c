/* Writing a ledger down; see ledger_store in budget_store.h. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "budget_events.h"
#include "budget_index.h"
#include "budget_posting.h"
#include "budget_sql.h"
#include "budget_store.h"

/* A ledger on its way into the store. */
struct writing {
    struct db *db;
    struct arena *arena;
    const struct scope *scope;
    const struct ledger *ledger;
    struct budget_index paths; /* Path of a line that the store has → index in old_ids. */
    int64_t *old_ids;
    size_t old_count, old_max;
    int64_t *ids;               /* Of the ledger's lines. */
    struct posting_line *lines; /* The same, as they are posted to; id 0: not read yet. */
    int64_t last_code;
};

static enum status old_lines_read(struct writing *writing)
{
    struct db_rows rows;
    enum status status =
        db_query(writing->db, &rows, &budget_line_paths_sql, DB_TEXT(writing->scope->publisher),
                 DB_INT(writing->scope->fiscal_year));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (writing->old_count == writing->old_max) {
            int64_t *grown = arena_grow(writing->arena, writing->old_ids, writing->old_count,
                                        &writing->old_max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            writing->old_ids = grown;
        }
        char *path = db_copy(&rows, 0, writing->arena);
        if (path == NULL) status = RESOURCE_EXHAUSTED;
        if (path != NULL) status = index_put(&writing->paths, path, (int32_t)writing->old_count);
        if (status != OK) break;
        writing->old_ids[writing->old_count++] = db_int(&rows, 1);
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

static enum status line_store(struct writing *writing, size_t index)
{
    const struct ledger_line *line = &writing->ledger->lines[index];
    char first_day[DATE_STRING_BYTES];
    char drop_day[DATE_STRING_BYTES];
    date_format(line->first_day, first_day);
    date_format(line->drop_day, drop_day);
    struct db_value parent = line->parent < 0 ? DB_NULL : DB_INT(writing->ids[line->parent]);
    struct db_value dropped = line->dropped ? DB_TEXT(drop_day) : DB_NULL;
    const int32_t *old = index_find(&writing->paths, line->key);
    if (old != NULL) {
        writing->ids[index] = writing->old_ids[*old];
        const struct line_look look = {parent, line->label, line->depth, line->memo};
        enum status status = event_line_look(writing->db, writing->ids[index], &look);
        if (status != OK) return status;
        return db_run(writing->db, &budget_line_update_sql, DB_INT(writing->ids[index]), parent,
                      DB_TEXT(line->label), DB_INT(line->depth), DB_INT(line->position),
                      DB_INT(line->memo), DB_TEXT(first_day), dropped, DB_INT(line->reading),
                      DB_INT(line->text_line), DB_INT(line->table_row));
    }
    int64_t code = ++writing->last_code;
    char *name = arena_printf(writing->arena, "lines/%d-general-%04d", writing->scope->fiscal_year,
                              (int)code);
    if (name == NULL) return RESOURCE_EXHAUSTED;
    enum status status = db_query_int(
        writing->db, &writing->ids[index], &budget_line_insert_sql, DB_TEXT(name),
        DB_INT(writing->scope->fiscal_year), DB_INT(code), DB_TEXT(writing->scope->publisher),
        DB_TEXT(line->key), parent, DB_TEXT(line->label), DB_INT(line->depth),
        DB_INT(line->position), DB_INT(line->memo), DB_TEXT(first_day), dropped,
        DB_INT(line->reading), DB_INT(line->text_line), DB_INT(line->table_row));
    if (status == OK) status = posting_line_open(writing->db, writing->ids[index], 0);
    return status == OK ? event_line(writing->db, writing->ids[index], EVENT_LINE_ADDED) : status;
}

/* What tells derived entries apart: two with the same say the same of the same cell. */
struct entry_key {
    int64_t line_id, won, reading;
    int kind, rounding, text_line, table_row, table_column;
    const char *day;
};

static const char *entry_key(struct arena *arena, const struct entry_key *key)
{
    return arena_printf(arena, "%lld %lld %lld %d %d %d %d %d %s", (long long)key->line_id,
                        (long long)key->won, (long long)key->reading, key->kind, key->rounding,
                        key->text_line, key->table_row, key->table_column, key->day);
}

/* The entries that the store has: an index from key to number, ids, and which are still meant. */
struct old_entries {
    struct budget_index keys;
    struct old_entry {
        int64_t line_id;
        struct posting posting;
        bool meant;
    } * entries;
    size_t count, max;
};

static enum status old_entry_add(struct arena *arena, struct old_entries *old,
                                 const struct db_rows *rows)
{
    if (old->count == old->max) {
        struct old_entry *grown =
            arena_grow(arena, old->entries, old->count, &old->max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        old->entries = grown;
    }
    const char *day = db_copy(rows, 4, arena);
    if (day == NULL) return RESOURCE_EXHAUSTED;
    struct entry_key parts = {.line_id = db_int(rows, 1),
                              .kind = (int)db_int(rows, 2),
                              .won = db_int(rows, 3),
                              .day = day,
                              .rounding = (int)db_int(rows, 5),
                              .reading = db_int(rows, 6),
                              .text_line = (int)db_int(rows, 7),
                              .table_row = (int)db_int(rows, 8),
                              .table_column = (int)db_int(rows, 9)};
    const char *key = entry_key(arena, &parts);
    if (key == NULL) return RESOURCE_EXHAUSTED;
    struct old_entry *entry = &old->entries[old->count];
    *entry = (struct old_entry){
        .line_id = parts.line_id,
        .posting = {.id = db_int(rows, 0), .kind = (enum entry_kind)parts.kind, .won = parts.won}};
    (void)snprintf(entry->posting.day, sizeof entry->posting.day, "%s", day);
    return index_put(&old->keys, key, (int32_t)old->count++);
}

static enum status old_entries_read(struct writing *writing, struct old_entries *old)
{
    struct db_rows rows;
    *old = (struct old_entries){.keys = {.arena = writing->arena}};
    enum status status =
        db_query(writing->db, &rows, &budget_entry_derived_sql, DB_TEXT(writing->scope->publisher),
                 DB_INT(writing->scope->fiscal_year));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        status = old_entry_add(writing->arena, old, &rows);
        if (status != OK) break;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* Leaves an entry that the store has as it was recorded; writes one that is new. */
static enum status entry_store(struct writing *writing, const struct ledger_entry *entry,
                               struct old_entries *old, int64_t now_ms)
{
    char day[DATE_STRING_BYTES];
    date_format(entry->day, day);
    struct entry_key parts = {.line_id = writing->ids[entry->line],
                              .kind = (int)entry->kind,
                              .won = entry->won,
                              .day = day,
                              .rounding = entry->rounding,
                              .reading = entry->reading,
                              .text_line = entry->text_line,
                              .table_row = entry->table_row,
                              .table_column = entry->table_column};
    const char *key = entry_key(writing->arena, &parts);
    if (key == NULL) return RESOURCE_EXHAUSTED;
    const int32_t *same = index_find(&old->keys, key);
    if (same != NULL && old->entries != NULL && !old->entries[*same].meant) {
        old->entries[*same].meant = true;
        return OK;
    }
    struct posting posting = {.kind = entry->kind,
                              .won = entry->won,
                              .rounding = entry->rounding,
                              .reading = entry->reading,
                              .text_line = entry->text_line,
                              .table_row = entry->table_row,
                              .table_column = entry->table_column,
                              .description = "",
                              .now_ms = now_ms};
    memcpy(posting.day, day, sizeof posting.day);
    struct posting_line *line = &writing->lines[entry->line];
    enum status status = OK;
    if (line->id == 0) status = posting_line_get(writing->db, writing->arena, parts.line_id, line);
    return status == OK ? posting_add(writing->db, line, &posting) : status;
}

/* Takes the entries away that the ledger no longer means. */
static enum status entries_withdraw(struct writing *writing, const struct old_entries *old)
{
    enum status status = OK;
    for (size_t i = 0; i < old->count && status == OK; i++) {
        struct posting_line line;
        if (old->entries[i].meant) continue;
        status = posting_line_get(writing->db, writing->arena, old->entries[i].line_id, &line);
        if (status == OK) status = posting_withdraw(writing->db, &line, &old->entries[i].posting);
    }
    return status;
}

static enum status entries_store(struct writing *writing)
{
    struct old_entries old;
    enum status status = old_entries_read(writing, &old);
    int64_t now_ms = clock_now_ms();
    for (size_t i = 0; status == OK && i < writing->ledger->entry_count; i++)
        status = entry_store(writing, &writing->ledger->entries[i], &old, now_ms);
    return status == OK ? entries_withdraw(writing, &old) : status;
}

static enum status label_store(struct writing *writing, const struct ledger_label *label)
{
    char day[DATE_STRING_BYTES];
    date_format(label->day, day);
    return db_run(writing->db, &budget_label_put_sql, DB_INT(writing->ids[label->line]),
                  DB_TEXT(day), DB_TEXT(label->label));
}

enum status ledger_store(struct db *db, struct arena *arena, const struct scope *scope,
                         const struct ledger *ledger)
{
    struct writing writing = {
        .db = db, .arena = arena, .scope = scope, .ledger = ledger, .paths = {.arena = arena}};
    struct db_value publisher = DB_TEXT(scope->publisher);
    struct db_value year = DB_INT(scope->fiscal_year);
    writing.ids = arena_calloc(arena, ledger->line_count + 1, sizeof *writing.ids);
    writing.lines = arena_calloc(arena, ledger->line_count + 1, sizeof *writing.lines);
    if (writing.ids == NULL || writing.lines == NULL) return RESOURCE_EXHAUSTED;
    enum status status = old_lines_read(&writing);
    if (status == OK)
        status = db_query_int(db, &writing.last_code, &budget_line_code_last_sql, year);
    if (status == OK) status = db_run(db, &budget_line_unplace_sql, publisher, year);
    for (size_t i = 0; i < ledger->line_count && status == OK; i++)
        status = line_store(&writing, i);
    if (status == OK) status = entries_store(&writing);
    if (status == OK) status = event_lines_gone(db, scope);
    if (status == OK) status = db_run(db, &budget_line_delete_unplaced_sql, publisher, year);
    if (status == OK) status = posting_total(db, arena, scope);
    if (status == OK) status = db_run(db, &budget_label_delete_sql, publisher, year);
    for (size_t i = 0; i < ledger->said_count && status == OK; i++)
        status = label_store(&writing, &ledger->labels_said[i]);
    return status;
}
