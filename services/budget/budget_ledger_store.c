#include "budget_ledger_store.h"

#include "base/clock.h"
#include "budget_events.h"
#include "budget_index.h"
#include "budget_sql.h"

/* A line that the store has. */
struct old_line {
    int64_t id;
    bool placed; /* Tables show it. */
    bool meant;  /* The ledger has it. */
};

/* A ledger on its way into the store. */
struct writing {
    struct db *db;
    struct arena *arena;
    const struct scope *scope;
    const struct ledger *ledger;
    struct budget_index paths; /* Path of a line that the store has → index in old. */
    struct old_line *old;
    size_t old_count, old_max;
    int64_t *ids; /* Of the ledger's lines. */
    int64_t last_code;
    int64_t now_ms;
};

static enum status old_line_add(struct writing *writing, const struct db_rows *rows)
{
    if (writing->old_count == writing->old_max) {
        struct old_line *grown = arena_grow(writing->arena, writing->old, writing->old_count,
                                            &writing->old_max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        writing->old = grown;
    }
    char *path = db_copy(rows, 0, writing->arena);
    if (path == NULL) return RESOURCE_EXHAUSTED;
    writing->old[writing->old_count] =
        (struct old_line){.id = db_int(rows, 1), .placed = db_int(rows, 2) != 0};
    return index_put(&writing->paths, path, (int32_t)writing->old_count++);
}

static enum status old_lines_read(struct writing *writing)
{
    struct db_rows rows;
    enum status status =
        db_query(writing->db, &rows, &budget_line_paths_sql, DB_TEXT(writing->scope->publisher),
                 DB_INT(writing->scope->fiscal_year));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        status = old_line_add(writing, &rows);
        if (status != OK) break;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* A ledger's line as the store writes it. */
struct line_values {
    const struct ledger_line *line;
    struct db_value parent;
    int64_t parent_id; /* 0 at a root. */
    char first_day[DATE_STRING_BYTES];
    char drop_day[DATE_STRING_BYTES]; /* "": it is not dropped. */
};

static enum status line_change(struct writing *writing, const struct line_values *values,
                               struct old_line *old)
{
    const struct ledger_line *line = values->line;
    const struct line_look look = {values->parent, line->label, line->depth, line->memo};
    old->meant = true;
    enum status status =
        db_run(writing->db, &budget_line_past_sql, DB_INT(old->id), DB_INT(writing->now_ms),
               DB_INT(values->parent_id), DB_INT(line->depth), DB_INT(line->position),
               DB_INT(line->memo), DB_TEXT(values->first_day), DB_TEXT(values->drop_day));
    if (status == OK && old->placed) status = event_line_look(writing->db, old->id, &look);
    if (status == OK)
        status = db_run(writing->db, &budget_line_update_sql, DB_INT(old->id), values->parent,
                        DB_TEXT(line->label), DB_INT(line->depth), DB_INT(line->position),
                        DB_INT(line->memo), DB_TEXT(values->first_day),
                        line->dropped ? DB_TEXT(values->drop_day) : DB_NULL, DB_INT(line->reading),
                        DB_INT(line->text_line), DB_INT(line->table_row));
    if (status != OK || old->placed) return status;
    return event_line(writing->db, old->id, EVENT_LINE_ADDED);
}

static enum status line_insert(struct writing *writing, const struct line_values *values,
                               int64_t *id)
{
    const struct ledger_line *line = values->line;
    int64_t code = ++writing->last_code;
    char *name = arena_printf(writing->arena, "lines/%d-general-%04d", writing->scope->fiscal_year,
                              (int)code);
    if (name == NULL) return RESOURCE_EXHAUSTED;
    enum status status = db_query_int(
        writing->db, id, &budget_line_insert_sql, DB_TEXT(name),
        DB_INT(writing->scope->fiscal_year), DB_INT(code), DB_TEXT(writing->scope->publisher),
        DB_TEXT(line->key), values->parent, DB_TEXT(line->label), DB_INT(line->depth),
        DB_INT(line->position), DB_INT(line->memo), DB_TEXT(values->first_day),
        line->dropped ? DB_TEXT(values->drop_day) : DB_NULL, DB_INT(line->reading),
        DB_INT(line->text_line), DB_INT(line->table_row));
    if (status == OK) status = posting_line_open(writing->db, *id, 0);
    if (status == OK)
        status =
            db_run(writing->db, &budget_line_past_none_sql, DB_INT(*id), DB_INT(writing->now_ms));
    return status == OK ? event_line(writing->db, *id, EVENT_LINE_ADDED) : status;
}

static enum status line_store(struct writing *writing, size_t index)
{
    const struct ledger_line *line = &writing->ledger->lines[index];
    struct line_values values = {.line = line, .parent = DB_NULL};
    date_format(line->first_day, values.first_day);
    if (line->dropped) date_format(line->drop_day, values.drop_day);
    if (line->parent >= 0) values.parent_id = writing->ids[line->parent];
    if (line->parent >= 0) values.parent = DB_INT(values.parent_id);
    const int32_t *old = index_find(&writing->paths, line->key);
    if (old == NULL) return line_insert(writing, &values, &writing->ids[index]);
    writing->ids[index] = writing->old[*old].id;
    return line_change(writing, &values, &writing->old[*old]);
}

/* Lines that no report prints any more: their entries are taken back, and tables do without them.
 */
static enum status lines_unplace(struct writing *writing)
{
    enum status status = OK;
    for (size_t i = 0; i < writing->old_count && status == OK; i++) {
        struct db_value id = DB_INT(writing->old[i].id);
        if (writing->old[i].meant || !writing->old[i].placed) continue;
        status = event_line(writing->db, writing->old[i].id, EVENT_LINE_REMOVED);
        if (status == OK)
            status = db_run(writing->db, &budget_line_past_sql, id, DB_INT(writing->now_ms),
                            DB_INT(0), DB_INT(0), DB_INT(0), DB_INT(0), DB_TEXT(""), DB_TEXT(""));
        if (status == OK) status = db_run(writing->db, &budget_line_unplace_sql, id);
    }
    return status;
}

static enum status label_store(struct writing *writing, const struct ledger_label *label)
{
    char day[DATE_STRING_BYTES];
    date_format(label->day, day);
    return db_run(writing->db, &budget_label_put_sql, DB_INT(writing->ids[label->line]),
                  DB_TEXT(day), DB_TEXT(label->label));
}

/* Now, or when the last entry was recorded, where the clock was set back since. */
static enum status now_read(struct db *db, int64_t *now_ms)
{
    int64_t last_ms = 0;
    enum status status =
        db_query_int_values(db, &last_ms, &budget_entry_last_recorded_sql, NULL, 0);
    *now_ms = clock_now_ms();
    if (last_ms > *now_ms) *now_ms = last_ms;
    return status;
}

enum status ledger_store(struct db *db, struct arena *arena, const struct scope *scope,
                         const struct ledger *ledger, struct derived_list *derived,
                         struct derived_posted *posted)
{
    struct writing writing = {
        .db = db, .arena = arena, .scope = scope, .ledger = ledger, .paths = {.arena = arena}};
    struct db_value publisher = DB_TEXT(scope->publisher);
    struct db_value year = DB_INT(scope->fiscal_year);
    writing.ids = arena_calloc(arena, ledger->line_count + 1, sizeof *writing.ids);
    if (writing.ids == NULL) return RESOURCE_EXHAUSTED;
    enum status status = now_read(db, &writing.now_ms);
    if (status == OK) status = old_lines_read(&writing);
    if (status == OK)
        status = db_query_int(db, &writing.last_code, &budget_line_code_last_sql, year);
    for (size_t i = 0; i < ledger->line_count && status == OK; i++)
        status = line_store(&writing, i);
    if (status == OK)
        status = derived_store(db, arena, derived, ledger, writing.ids, writing.now_ms, posted);
    if (status == OK) status = lines_unplace(&writing);
    if (status == OK) status = posting_total(db, arena, scope);
    if (status == OK) status = db_run(db, &budget_label_delete_sql, publisher, year);
    for (size_t i = 0; i < ledger->said_count && status == OK; i++)
        status = label_store(&writing, &ledger->labels_said[i]);
    return status;
}
