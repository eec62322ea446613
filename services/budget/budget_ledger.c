#include "budget_ledger.h"

#include <string.h>

static const enum entry_kind amount_kinds[AMOUNT_COUNT] = {
    [AMOUNT_CURRENT] = ENTRY_APPROPRIATION,
    [AMOUNT_COMMITTED] = ENTRY_COMMITMENT,
    [AMOUNT_SPENT] = ENTRY_EXPENDITURE,
};

void ledger_init(struct ledger *ledger, struct arena *arena)
{
    *ledger = (struct ledger){.arena = arena,
                              .keys = {.arena = arena},
                              .labels = {.arena = arena},
                              .first_root = LINE_NONE,
                              .last_root_placed = LINE_NONE};
}

struct snapshot snapshot_of(const struct budget_table *table, int64_t reading)
{
    struct snapshot snapshot = {.table = table, .day = table->day, .reading = reading};
    for (int a = 0; a < AMOUNT_COUNT; a++)
        snapshot.source[a] = table->has[a] ? a : -1;
    if (table->kind == BUDGET_TABLE_COMPARISON) {
        snapshot.source[AMOUNT_CURRENT] = AMOUNT_BUDGET;
        snapshot.source[AMOUNT_COMMITTED] = -1;
        snapshot.source[AMOUNT_SPENT] = -1;
    }
    return snapshot;
}

bool snapshot_before(const struct budget_table *table, int64_t reading, struct snapshot *snapshot)
{
    struct date_parts day = date_to_parts(table->day);
    day.year--;
    struct snapshot before = {.table = table, .reading = reading, .source = {-1, -1, -1}};
    if (table->kind != BUDGET_TABLE_COMPARISON || !date_from_parts(day, &before.day)) return false;
    before.source[AMOUNT_CURRENT] = AMOUNT_PREVIOUS;
    *snapshot = before;
    return true;
}

static struct ledger_line *line_at(const struct ledger *ledger, int32_t line)
{
    return &ledger->lines[line];
}

/* Puts a new line behind the sibling that the snapshot printed before it. */
static void line_link(struct ledger *ledger, int32_t line)
{
    int32_t parent = line_at(ledger, line)->parent;
    int32_t *first = parent < 0 ? &ledger->first_root : &line_at(ledger, parent)->first_child;
    int32_t before = parent < 0 ? ledger->last_root_placed : line_at(ledger, parent)->last_placed;
    int32_t *link = before < 0 ? first : &line_at(ledger, before)->next_sibling;
    line_at(ledger, line)->next_sibling = *link;
    *link = line;
}

/* Remembers the line as the last that the snapshot printed under its parent. */
static void line_placed(struct ledger *ledger, int32_t line)
{
    int32_t parent = line_at(ledger, line)->parent;
    if (parent < 0)
        ledger->last_root_placed = line;
    else
        line_at(ledger, parent)->last_placed = line;
}

/* Makes a line of *line, with no parts yet. */
static enum status line_append(struct ledger *ledger, const struct ledger_line *line,
                               int32_t *index)
{
    if (ledger->line_count == ledger->line_max) {
        struct ledger_line *lines = arena_grow(ledger->arena, ledger->lines, ledger->line_count,
                                               &ledger->line_max, sizeof *lines);
        if (lines == NULL) return RESOURCE_EXHAUSTED;
        ledger->lines = lines;
    }
    *index = (int32_t)ledger->line_count;
    enum status status = index_put(&ledger->keys, line->key, *index);
    if (status != OK) return status;
    struct ledger_line *added = &ledger->lines[ledger->line_count++];
    *added = *line;
    added->first_child = LINE_NONE;
    added->next_sibling = LINE_NONE;
    added->last_placed = LINE_NONE;
    line_link(ledger, *index);
    return OK;
}

static enum status line_add(struct ledger *ledger, const struct snapshot *snapshot,
                            const struct budget_row *row, int32_t parent, const char *key,
                            int32_t *line)
{
    const struct ledger_line added = {.label = row->label,
                                      .key = key,
                                      .parent = parent,
                                      .depth = parent < 0 ? 0 : line_at(ledger, parent)->depth + 1,
                                      .memo = row->place.memo,
                                      .first_day = snapshot->day};
    return line_append(ledger, &added, line);
}

enum status ledger_keep(struct ledger *ledger, const struct ledger_line *line, int32_t *index)
{
    const struct ledger_line kept = {.label = line->label,
                                     .key = line->key,
                                     .parent = line->parent,
                                     .depth = line->depth,
                                     .memo = line->memo,
                                     .first_day = line->first_day,
                                     .kept = true};
    enum status status = line_append(ledger, &kept, index);
    if (status == OK) line_placed(ledger, *index);
    return status;
}

/* Adds to a line's own balance and to the totals of all it counts in, up to a memo line. */
static bool balance_raise(struct ledger *ledger, int32_t index, int amount, int64_t won)
{
    int64_t *own = &line_at(ledger, index)->own.won[amount];
    if (__builtin_add_overflow(*own, won, own)) return false;
    for (int32_t at = index; at >= 0; at = line_at(ledger, at)->parent) {
        int64_t *total = &line_at(ledger, at)->total.won[amount];
        if (__builtin_add_overflow(*total, won, total)) return false;
        if (line_at(ledger, at)->memo) break;
    }
    return true;
}

enum status ledger_record(struct ledger *ledger, int32_t line, const struct balance *recorded,
                          const bool told[static AMOUNT_COUNT])
{
    struct ledger_line *kept = line_at(ledger, line);
    for (int a = 0; a < AMOUNT_COUNT; a++) {
        int64_t more;
        if (__builtin_sub_overflow(recorded->won[a], kept->recorded.won[a], &more) ||
            !balance_raise(ledger, line, a, more))
            return OUT_OF_RANGE;
        kept->recorded.won[a] = recorded->won[a];
        kept->told[a] = told[a];
    }
    return OK;
}

/* The first snapshot that prints a line says where it is read, and makes its label known. */
static enum status line_print(struct ledger *ledger, const struct snapshot *snapshot, int32_t index,
                              const struct budget_row *row)
{
    struct ledger_line *line = line_at(ledger, index);
    if (snapshot->day.days < line->first_day.days) line->first_day = snapshot->day;
    if (line->printed) return OK;
    line->printed = true;
    line->reading = snapshot->reading;
    line->text_line = row->line;
    line->table_row = row->table_row;
    const int32_t *same = index_find(&ledger->labels, row->key);
    return index_put(&ledger->labels, row->key, same == NULL ? index : LINE_NONE);
}

/* The line that a row speaks of: the one with the row's path; else, in a ledger that has lines, the
 * only one with its label; else a new one. A label that a parent prints twice is counted. */
static enum status line_match(struct ledger *ledger, const struct snapshot *snapshot,
                              const struct budget_row *row, int32_t parent, bool may_guess,
                              int32_t *line)
{
    const char *key = arena_printf(ledger->arena, "%s/%s",
                                   parent < 0 ? "" : line_at(ledger, parent)->key, row->key);
    if (key == NULL) return RESOURCE_EXHAUSTED;
    int32_t *found = index_find(&ledger->keys, key);
    if (found != NULL && line_at(ledger, *found)->stamp == ledger->stamp) {
        struct ledger_line *first = line_at(ledger, *found);
        if (first->repeat_stamp != ledger->stamp) first->repeats = 1;
        first->repeat_stamp = ledger->stamp;
        key = arena_printf(ledger->arena, "%s#%d", key, ++first->repeats);
        if (key == NULL) return RESOURCE_EXHAUSTED;
        found = index_find(&ledger->keys, key);
    } else if (found == NULL && may_guess) {
        int32_t *same = index_find(&ledger->labels, row->key);
        bool only = same != NULL && *same >= 0 && line_at(ledger, *same)->stamp != ledger->stamp;
        if (only) found = same;
    }
    if (found == NULL) return line_add(ledger, snapshot, row, parent, key, line);
    *line = *found;
    return OK;
}

/* Remembers what the line is called from the snapshot's day on, where that is new. */
static enum status line_call(struct ledger *ledger, const struct snapshot *snapshot, int32_t index,
                             const char *label)
{
    struct ledger_line *line = line_at(ledger, index);
    bool added = line->label == label;
    if (!added && strcmp(line->label, label) == 0) return OK;
    if (ledger->said_count == ledger->said_max) {
        struct ledger_label *said = arena_grow(ledger->arena, ledger->labels_said,
                                               ledger->said_count, &ledger->said_max, sizeof *said);
        if (said == NULL) return RESOURCE_EXHAUSTED;
        ledger->labels_said = said;
    }
    line->label = label;
    ledger->labels_said[ledger->said_count++] = (struct ledger_label){index, snapshot->day, label};
    return OK;
}

/* Finds or makes the line of every row. */
static enum status snapshot_match(struct ledger *ledger, const struct snapshot *snapshot,
                                  int32_t *lines)
{
    const struct budget_table *table = snapshot->table;
    bool may_guess = ledger->line_count > 0;
    ledger->stamp++;
    ledger->last_root_placed = LINE_NONE;
    for (size_t i = 0; i < ledger->line_count; i++)
        ledger->lines[i].last_placed = LINE_NONE;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct budget_row *row = &table->rows[i];
        int32_t parent = row->place.parent < 0 ? LINE_NONE : lines[row->place.parent];
        enum status status = line_match(ledger, snapshot, row, parent, may_guess, &lines[i]);
        if (status == OK) status = line_call(ledger, snapshot, lines[i], row->label);
        if (status == OK) status = line_print(ledger, snapshot, lines[i], row);
        if (status != OK) return status;
        struct ledger_line *line = line_at(ledger, lines[i]);
        line->stamp = ledger->stamp;
        line->row = (int32_t)i;
        line->broken_down = false;
        line->dropped = false;
        if (parent >= 0 && !row->place.memo) line_at(ledger, parent)->broken_down = true;
        line_placed(ledger, lines[i]);
    }
    return OK;
}

/* Posts an amount to a line and to the balances of all above it, up to a memo line. An amount of 0
 * is posted only where it states what was not stated before. */
static enum status post(struct ledger *ledger, const struct ledger_entry *entry, int amount,
                        bool states_zero)
{
    struct ledger_line *line = line_at(ledger, entry->line);
    bool stated = line->stated[amount] || line->told[amount];
    if (entry->won == 0 && (stated || !states_zero)) return OK;
    line->stated[amount] = true;
    if (ledger->entry_count == ledger->entry_max) {
        struct ledger_entry *entries =
            arena_grow(ledger->arena, ledger->entries, ledger->entry_count, &ledger->entry_max,
                       sizeof *entries);
        if (entries == NULL) return RESOURCE_EXHAUSTED;
        ledger->entries = entries;
    }
    if (!balance_raise(ledger, entry->line, amount, entry->won)) return OUT_OF_RANGE;
    ledger->entries[ledger->entry_count++] = *entry;
    return OK;
}

/* Takes to zero what reports said of lines that the snapshot no longer prints among their parent's
 * parts, and of what is below them. */
static enum status snapshot_drop(struct ledger *ledger, const struct snapshot *snapshot)
{
    for (size_t i = 0; i < ledger->line_count; i++) {
        struct ledger_line *line = &ledger->lines[i];
        if (line->stamp == ledger->stamp || line->parent < 0) continue;
        const struct ledger_line *parent = line_at(ledger, line->parent);
        bool left_out = parent->stamp == ledger->stamp && parent->broken_down;
        bool falls_with_parent = parent->stamp != ledger->stamp &&
                                 (parent->dropped || parent->left_stamp == ledger->stamp);
        if (!left_out && !falls_with_parent) continue;
        line->left_stamp = ledger->stamp;
        if (!line->dropped) line->drop_day = snapshot->day;
        line->dropped = !line->kept;
        for (int a = 0; a < AMOUNT_COUNT; a++) {
            if (snapshot->source[a] < 0) continue;
            struct ledger_entry entry = {.line = (int32_t)i,
                                         .kind = amount_kinds[a],
                                         .day = snapshot->day,
                                         .reading = snapshot->reading};
            if (__builtin_sub_overflow(line->recorded.won[a], line->own.won[a], &entry.won))
                return OUT_OF_RANGE;
            enum status status = post(ledger, &entry, a, false);
            if (status != OK) return status;
        }
    }
    return OK;
}

/* Posts what a row prints beyond its line's balance. */
static enum status row_post(struct ledger *ledger, const struct snapshot *snapshot, int32_t index)
{
    const struct ledger_line *line = line_at(ledger, index);
    const struct budget_row *row = &snapshot->table->rows[line->row];
    for (int a = 0; a < AMOUNT_COUNT; a++) {
        int source = snapshot->source[a];
        if (source < 0) continue;
        struct ledger_entry entry = {.line = index,
                                     .kind = amount_kinds[a],
                                     .day = snapshot->day,
                                     .rounding = line->broken_down,
                                     .reading = snapshot->reading,
                                     .text_line = row->line,
                                     .table_row = row->table_row,
                                     .table_column = snapshot->table->column[source]};
        if (__builtin_sub_overflow(row->won[source], line->total.won[a], &entry.won))
            return OUT_OF_RANGE;
        bool states_zero = a != AMOUNT_CURRENT && !line->broken_down;
        enum status status = post(ledger, &entry, a, states_zero);
        if (status != OK) return status;
    }
    return OK;
}

/* The lines of the snapshot with the deepest first, so that a parent sees its parts' balances. The
 * order within a depth is the table's. */
static enum status lines_by_depth(struct ledger *ledger, const int32_t *lines, size_t count,
                                  int32_t **sorted)
{
    int32_t deepest = 0;
    for (size_t i = 0; i < count; i++) {
        if (line_at(ledger, lines[i])->depth > deepest) deepest = line_at(ledger, lines[i])->depth;
    }
    size_t *begins = arena_calloc(ledger->arena, (size_t)deepest + 2, sizeof *begins);
    *sorted = arena_calloc(ledger->arena, count + 1, sizeof **sorted);
    if (begins == NULL || *sorted == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++)
        begins[deepest - line_at(ledger, lines[i])->depth + 1]++;
    for (int32_t depth = 0; depth <= deepest; depth++)
        begins[depth + 1] += begins[depth];
    for (size_t i = 0; i < count; i++)
        (*sorted)[begins[deepest - line_at(ledger, lines[i])->depth]++] = lines[i];
    return OK;
}

enum status ledger_apply(struct ledger *ledger, const struct snapshot *snapshot)
{
    size_t count = snapshot->table->row_count;
    int32_t *sorted;
    int32_t *lines = arena_calloc(ledger->arena, count + 1, sizeof *lines);
    if (lines == NULL) return RESOURCE_EXHAUSTED;
    enum status status = snapshot_match(ledger, snapshot, lines);
    if (status == OK) status = snapshot_drop(ledger, snapshot);
    if (status == OK) status = lines_by_depth(ledger, lines, count, &sorted);
    for (size_t i = 0; i < count && status == OK; i++)
        status = row_post(ledger, snapshot, sorted[i]);
    return status;
}

void ledger_order(struct ledger *ledger)
{
    int32_t position = 0;
    int32_t at = ledger->first_root;
    while (at >= 0) {
        struct ledger_line *line = line_at(ledger, at);
        line->position = ++position;
        int32_t next = line->first_child;
        for (; next < 0 && at >= 0; at = line_at(ledger, at)->parent)
            next = line_at(ledger, at)->next_sibling;
        at = next;
    }
}
