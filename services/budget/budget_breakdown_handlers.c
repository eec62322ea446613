/* sotong.budget.v1.BreakdownService: classes of lines and carry-over, one function per RPC. */
#include <stdlib.h>
#include <string.h>

#include "breakdown.rpc.h"
#include "budget.h"
#include "budget_breakdown_store.h"
#include "budget_breakdowns.h"
#include "budget_events.h"
#include "budget_refs.h"
#include "budget_standing.h"
#include "budget_wire.h"

enum { CARRY_OVER_ROWS_MAX = 10000 };

enum status budget_set_line_class(struct budget *self, struct rpc_call *call,
                                  const budget_set_line_class_request *in,
                                  budget_set_line_class_response *out)
{
    (void)self;
    struct line_ref line;
    struct line_record record;
    bool closed = false;
    bool year_closed = false;
    enum status status = OK;
    if (in->line_class != 0)
        status = ref_enum(call, "line_class", (int)in->line_class, LINE_CLASS_LAST);
    if (status == OK) status = ref_line(call, "name", in->name, &line);
    if (status == OK) status = line_open(rpc_db(call), line.id, &closed, &year_closed);
    if (status != OK) return status;
    if (closed || year_closed) {
        status = rpc_fail(call, FAILED_PRECONDITION, "%s is closed%s", in->name,
                          year_closed ? " with its year" : "");
        return rpc_reason(call, status, year_closed ? "YEAR_CLOSED" : "LINE_CLOSED");
    }
    status = line_get(rpc_db(call), rpc_arena(call), in->name, &record);
    if (status == OK && record.line_class != (int32_t)in->line_class) {
        status = line_class_set(rpc_db(call), line.id, (int32_t)in->line_class);
        if (status == OK) status = event_line(rpc_db(call), line.id, EVENT_LINE_CHANGED);
    }
    if (status == OK) status = line_get(rpc_db(call), rpc_arena(call), in->name, &record);
    if (status != OK) return status;
    out->line = line_message(rpc_arena(call), &record);
    return out->line == NULL ? RESOURCE_EXHAUSTED : OK;
}

static int by_line(const void *a, const void *b)
{
    const struct line_class_record *left = a;
    const struct line_class_record *right = b;
    return (left->line_id > right->line_id) - (left->line_id < right->line_id);
}

/* The lines with the classes that were set, or that their labels say. */
static enum status classed_load(struct rpc_call *call, const struct standing *standing,
                                const struct line_class_record *set, size_t set_count,
                                struct classed_line *lines)
{
    enum status status = OK;
    for (size_t i = 0; i < standing->count && status == OK; i++) {
        const struct table_record *record = &standing->records[i];
        lines[i] = (struct classed_line){
            .parent = standing->lines[i].parent, .memo = record->memo, .own = record->own};
        const struct line_class_record key = {.line_id = record->id};
        const struct line_class_record *own =
            set_count == 0 ? NULL : bsearch(&key, set, set_count, sizeof *set, by_line);
        if (own != NULL) lines[i].class = (enum line_class)own->class;
        if (own == NULL) status = label_class(rpc_arena(call), record->label, &lines[i].class);
    }
    return status;
}

static enum status total_fill(struct arena *arena, const struct class_sums *sums,
                              enum line_class class, budget_class_total **out)
{
    struct decimal rate;
    budget_class_total *total = arena_alloc(arena, sizeof *total);
    if (total == NULL) return RESOURCE_EXHAUSTED;
    *total = (budget_class_total)BUDGET_CLASS_TOTAL_INIT;
    const struct balance *balance = &sums->balance[class];
    total->line_class = (budget_line_class) class;
    total->line_count = sums->count[class];
    total->current_won = balance->won[AMOUNT_CURRENT];
    total->committed_won = balance->won[AMOUNT_COMMITTED];
    total->spent_won = balance->won[AMOUNT_SPENT];
    *out = total;
    if (execution_rate(total->spent_won, total->current_won, &rate)) {
        total->execution_rate = percent_message(arena, rate);
        if (total->execution_rate == NULL) return RESOURCE_EXHAUSTED;
    }
    int64_t all_won = sums->balance[CLASS_NONE].won[AMOUNT_CURRENT];
    if (!execution_rate(total->current_won, all_won, &rate)) return OK;
    total->share = percent_message(arena, rate);
    return total->share == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_get_class_totals(struct budget *self, struct rpc_call *call,
                                    const budget_get_class_totals_request *in,
                                    budget_get_class_totals_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct standing standing;
    struct class_sums sums;
    struct line_class_record *set = NULL;
    size_t set_count = 0;
    struct standing_query query = {.publisher = in->publisher, .line = ""};
    enum status status = ref_day(call, "as_of", in->as_of, 0, &query.as_of);
    if (status != OK) return status;
    query.has_known_at = instant_read(in->known_at, &query.known_ms);
    status = standing_load(call, &query, &standing);
    if (status == OK)
        status = line_class_list(rpc_db(call), arena, date_to_parts(query.as_of).year,
                                 in->publisher, &set, &set_count);
    if (status != OK) return status;
    struct classed_line *lines = arena_calloc(arena, standing.count + 1, sizeof *lines);
    out->classes = arena_calloc(arena, LINE_CLASS_LAST, sizeof(budget_class_total *));
    if (lines == NULL || out->classes == NULL) return RESOURCE_EXHAUSTED;
    status = classed_load(call, &standing, set, set_count, lines);
    if (status != OK) return status;
    if (!classes_sum(lines, standing.count, &sums))
        return rpc_fail(call, OUT_OF_RANGE, "a sum of the classes does not fit 64 bits");
    out->as_of = in->as_of;
    for (int class = CLASS_PROJECT; class <= LINE_CLASS_LAST && status == OK; class ++) {
        status = total_fill(arena, &sums, (enum line_class) class, &out->classes[class - 1]);
        if (status == OK) out->n_classes++;
    }
    return status == OK ? total_fill(arena, &sums, CLASS_NONE, &out->total) : status;
}

static budget_carry_over_row *carry_over_message(struct arena *arena,
                                                 const struct carry_over_record *record)
{
    budget_carry_over_row *row = arena_alloc(arena, sizeof *row);
    if (row == NULL) return NULL;
    *row = (budget_carry_over_row)BUDGET_CARRY_OVER_ROW_INIT;
    row->line = string_borrow(record->line);
    row->label = string_borrow(record->label);
    row->carry_over_type = (budget_carry_over_type)record->type;
    row->origin_year = record->origin_year;
    row->amount_won = record->won;
    return row;
}

/* Adds a row to the sum of its type and year, which comes about where there is none so far. False:
 * no memory, or, with *fits false, a sum that does not fit. */
static bool sums_add(struct arena *arena, budget_list_carry_over_response *out,
                     const struct carry_over_record *record, bool *fits)
{
    size_t at = 0;
    while (at < out->n_sums && ((int)out->sums[at]->carry_over_type != record->type ||
                                out->sums[at]->origin_year != record->origin_year))
        at++;
    if (at == out->n_sums) {
        struct carry_over_record sum = {"", "", record->type, record->origin_year, 0};
        out->sums[at] = carry_over_message(arena, &sum);
        if (out->sums[at] == NULL) return false;
        out->n_sums++;
    }
    int64_t *won = &out->sums[at]->amount_won;
    *fits = !__builtin_add_overflow(*won, record->won, won) &&
            !__builtin_add_overflow(out->total_won, record->won, &out->total_won);
    return *fits;
}

enum status budget_list_carry_over(struct budget *self, struct rpc_call *call,
                                   const budget_list_carry_over_request *in,
                                   budget_list_carry_over_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct carry_over_record *rows = NULL;
    struct line_ref line;
    struct date as_of;
    size_t count = 0;
    enum status status = ref_day(call, "as_of", in->as_of, 0, &as_of);
    if (status == OK && in->line[0] != '\0') status = ref_line(call, "line", in->line, &line);
    if (status != OK) return status;
    struct carry_over_query query = {.fiscal_year = date_to_parts(as_of).year,
                                     .as_of = in->as_of,
                                     .publisher = in->publisher,
                                     .line = in->line,
                                     .known_ms = ref_known_ms(in->known_at),
                                     .size = CARRY_OVER_ROWS_MAX + 1};
    status = carry_over_list(rpc_db(call), arena, &query, &rows, &count);
    if (status != OK) return status;
    if (count > CARRY_OVER_ROWS_MAX)
        return rpc_fail(call, OUT_OF_RANGE,
                        "there are more than %d rows; ask for one publisher or line",
                        CARRY_OVER_ROWS_MAX);
    out->as_of = in->as_of;
    out->rows = arena_calloc(arena, count + 1, sizeof(budget_carry_over_row *));
    out->sums = arena_calloc(arena, count + 1, sizeof(budget_carry_over_row *));
    if (out->rows == NULL || out->sums == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        bool fits = true;
        out->rows[i] = carry_over_message(arena, &rows[i]);
        if (out->rows[i] == NULL) return RESOURCE_EXHAUSTED;
        out->n_rows++;
        if (sums_add(arena, out, &rows[i], &fits)) continue;
        return fits ? RESOURCE_EXHAUSTED
                    : rpc_fail(call, OUT_OF_RANGE, "a sum does not fit 64 bits");
    }
    return OK;
}
