#include "budget_standing.h"

#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "budget_refusal.h"

/* Where the record of a line is. */
struct line_at {
    int64_t id;
    int32_t index;
};

static int line_at_compare(const void *a, const void *b)
{
    const struct line_at *left = a;
    const struct line_at *right = b;
    return left->id < right->id ? -1 : left->id > right->id;
}

/* The records' lines in the order of their ids. */
static struct line_at *lines_by_id(struct arena *arena, const struct standing *standing)
{
    struct line_at *lines = arena_calloc(arena, standing->count + 1, sizeof *lines);
    if (lines == NULL) return NULL;
    for (size_t i = 0; i < standing->count; i++)
        lines[i] = (struct line_at){standing->records[i].id, (int32_t)i};
    qsort(lines, standing->count, sizeof *lines, line_at_compare);
    return lines;
}

/* The index of a line's record, LINE_NONE where it has none. */
static int32_t line_find(const struct line_at *lines, size_t count, int64_t id)
{
    const struct line_at key = {.id = id};
    const struct line_at *found = bsearch(&key, lines, count, sizeof *lines, line_at_compare);
    return found == NULL ? LINE_NONE : found->index;
}

/* A walk through the tree of records. */
struct walk {
    int32_t *parent, *first_child, *next_sibling;
};

/* Hangs every record under its parent's, siblings in the order of the records. */
static enum status walk_prepare(struct arena *arena, const struct standing *standing,
                                const struct line_at *lines, struct walk *walk, int32_t *first)
{
    size_t count = standing->count;
    walk->parent = arena_calloc(arena, count + 1, sizeof *walk->parent);
    walk->first_child = arena_calloc(arena, count + 1, sizeof *walk->first_child);
    walk->next_sibling = arena_calloc(arena, count + 1, sizeof *walk->next_sibling);
    if (walk->parent == NULL || walk->first_child == NULL || walk->next_sibling == NULL)
        return RESOURCE_EXHAUSTED;
    *first = LINE_NONE;
    for (size_t i = 0; i < count; i++)
        walk->first_child[i] = LINE_NONE;
    for (size_t i = count; i > 0; i--) {
        int32_t at = (int32_t)i - 1;
        int32_t parent = line_find(lines, count, standing->records[at].above_id);
        int32_t *head = parent < 0 ? first : &walk->first_child[parent];
        walk->parent[at] = parent;
        walk->next_sibling[at] = *head;
        *head = at;
    }
    return OK;
}

/* Puts the records in the order of the tree and finds which is above which. As they are known now
 * they stand so already; as they were known, the places of several times may be mixed. */
static enum status standing_order(struct arena *arena, struct standing *standing)
{
    struct walk walk;
    int32_t at;
    size_t count = standing->count;
    struct line_at *lines = lines_by_id(arena, standing);
    struct table_record *records = arena_calloc(arena, count + 1, sizeof *records);
    int32_t *moved = arena_calloc(arena, count + 1, sizeof *moved);
    standing->lines = arena_calloc(arena, count + 1, sizeof *standing->lines);
    if (lines == NULL || records == NULL || moved == NULL || standing->lines == NULL)
        return RESOURCE_EXHAUSTED;
    enum status status = walk_prepare(arena, standing, lines, &walk, &at);
    if (status != OK) return status;
    size_t placed = 0;
    while (at >= 0) {
        const struct table_record *record = &standing->records[at];
        int32_t parent = walk.parent[at];
        moved[at] = (int32_t)placed;
        records[placed] = *record;
        standing->lines[placed++] =
            (struct rollup_line){.parent = parent < 0 ? LINE_NONE : moved[parent],
                                 .depth = record->depth,
                                 .memo = record->memo,
                                 .balance = record->own};
        int32_t next = walk.first_child[at];
        for (; next < 0 && at >= 0; at = walk.parent[at])
            next = walk.next_sibling[at];
        at = next;
    }
    if (placed != count) return DATA_LOSS; /* Lines that are above themselves. */
    standing->records = records;
    return OK;
}

/* What is known of a line is known of those above it, up to a memo line. */
static void known_raise(struct standing *standing)
{
    for (size_t i = standing->count; i > 0; i--) {
        const struct table_record *record = &standing->records[i - 1];
        int32_t parent = standing->lines[i - 1].parent;
        if (parent < 0 || record->memo) continue;
        struct table_record *above = &standing->records[parent];
        above->committed = above->committed || record->committed;
        above->spent = above->spent || record->spent;
    }
}

/* Takes off what was recorded after the instant. */
static enum status later_take_off(struct db *db, struct arena *arena,
                                  const struct standing_query *query, struct standing *standing)
{
    struct table_change *changes;
    size_t count;
    struct line_at *lines = lines_by_id(arena, standing);
    if (lines == NULL) return RESOURCE_EXHAUSTED;
    enum status status = table_later(db, arena, query->known_ms, query->as_of, &changes, &count);
    if (status != OK) return status;
    for (size_t i = 0; i < count; i++) {
        int32_t at = line_find(lines, standing->count, changes[i].line_id);
        if (at < 0) continue;
        struct table_record *record = &standing->records[at];
        for (int a = 0; a < AMOUNT_COUNT; a++) {
            int64_t *won = &record->own.won[a];
            if (__builtin_sub_overflow(*won, changes[i].balance.won[a], won)) return OUT_OF_RANGE;
        }
        record->committed_count -= changes[i].committed_count;
        record->spent_count -= changes[i].spent_count;
    }
    return OK;
}

/* The rows of the query, as they stand in the store. */
static enum status rows_load(struct rpc_call *call, const struct standing_query *query,
                             struct standing *standing)
{
    struct line_span span;
    struct table_query rows = {.fiscal_year = date_to_parts(query->as_of).year,
                               .publisher = query->publisher,
                               .as_of = query->as_of,
                               .known_ms = query->known_ms,
                               .size = TABLE_ROWS_MAX + 1};
    if (query->line[0] != '\0') {
        enum status status = line_span(rpc_db(call), rpc_arena(call), query->line, &span);
        if (status == NOT_FOUND) return unknown_fail(call, "LINE_UNKNOWN", "line", query->line);
        if (status != OK) return status;
        if (span.fiscal_year != rows.fiscal_year)
            return rpc_violation(call, "as_of", "must be a day of the line's fiscal year, %d",
                                 span.fiscal_year);
        if (query->publisher[0] != '\0' && strcmp(query->publisher, span.publisher) != 0)
            return rpc_violation(call, "publisher", "must be the line's own, or empty");
        rows.span = &span;
        rows.publisher = span.publisher;
    }
    struct db *db = rpc_db(call);
    struct arena *arena = rpc_arena(call);
    enum status status =
        query->has_known_at
            ? table_rows_known(db, arena, &rows, &standing->records, &standing->count)
            : table_rows(db, arena, &rows, &standing->records, &standing->count);
    if (status != OK || standing->count <= TABLE_ROWS_MAX) return status;
    return rpc_fail(call, OUT_OF_RANGE, "the table has more than %d rows; ask for %s",
                    TABLE_ROWS_MAX,
                    query->line[0] == '\0' ? "one publisher, or for a line and those below it"
                                           : "a line further below");
}

enum status standing_load(struct rpc_call *call, const struct standing_query *query,
                          struct standing *standing)
{
    *standing = (struct standing){.count = 0};
    enum status status = rows_load(call, query, standing);
    if (status == OK && query->has_known_at)
        status = later_take_off(rpc_db(call), rpc_arena(call), query, standing);
    for (size_t i = 0; i < standing->count && status == OK; i++) {
        struct table_record *record = &standing->records[i];
        record->committed = record->committed_count > 0;
        record->spent = record->spent_count > 0;
    }
    if (status == OK) status = standing_order(rpc_arena(call), standing);
    if (status == OK) known_raise(standing);
    if (status == OK && !rollup(standing->lines, standing->count)) status = OUT_OF_RANGE;
    return status == OUT_OF_RANGE && rpc_fault(call)->message[0] == '\0'
               ? rpc_fail(call, OUT_OF_RANGE, "a sum of the table does not fit 64 bits")
               : status;
}
