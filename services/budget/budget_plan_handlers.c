/* sotong.budget.v1.PlanService: plans and paces, one function per RPC. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "budget.h"
#include "budget_index.h"
#include "budget_plan_store.h"
#include "budget_refs.h"
#include "budget_rules.h"
#include "budget_standing.h"
#include "budget_wire.h"
#include "plan.rpc.h"

enum { HUNDREDTH = -2 };

/* The plan as a message. */
static enum status plan_show(struct arena *arena, const struct plan_record *plan, budget_plan **out)
{
    budget_plan *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return RESOURCE_EXHAUSTED;
    *message = (budget_plan)BUDGET_PLAN_INIT;
    message->line = string_borrow(plan->line);
    message->basis = (budget_plan_basis)plan->basis;
    message->recorded_time = timestamp_message(arena, plan->recorded_ms);
    message->points = arena_calloc(arena, plan->point_count + 1, sizeof(budget_plan_point *));
    if (message->recorded_time == NULL || message->points == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < plan->point_count; i++) {
        budget_plan_point *point = arena_alloc(arena, sizeof *point);
        if (point == NULL) return RESOURCE_EXHAUSTED;
        *point = (budget_plan_point)BUDGET_PLAN_POINT_INIT;
        point->day = string_borrow(plan->points[i].day);
        point->amount_won = plan->points[i].amount_won;
        if (plan->points[i].rate_hundredths > 0) {
            point->rate = percent_message(
                arena, (struct decimal){plan->points[i].rate_hundredths, HUNDREDTH});
            if (point->rate == NULL) return RESOURCE_EXHAUSTED;
        }
        message->points[message->n_points++] = point;
    }
    *out = message;
    return OK;
}

static enum status point_fail(struct rpc_call *call, size_t index, const char *field,
                              const char *reason, const char *why)
{
    char *path = arena_printf(rpc_arena(call), "points[%zu]%s", index, field);
    if (path == NULL) return RESOURCE_EXHAUSTED;
    enum status status = rpc_violation(call, path, "%s", why);
    return rpc_reason(call, status, reason);
}

/* One point of the request; its day is of the line's year. */
static enum status point_read(struct rpc_call *call, const budget_plan_point *from, size_t index,
                              int32_t fiscal_year, struct plan_point *point)
{
    struct date day;
    char *path = arena_printf(rpc_arena(call), "points[%zu].day", index);
    if (path == NULL) return RESOURCE_EXHAUSTED;
    enum status status = ref_day(call, path, from->day, fiscal_year, &day);
    if (status != OK) return status;
    *point = (struct plan_point){.day = from->day, .amount_won = from->amount_won};
    if (from->rate == NULL) return OK;
    bool percent = strcmp(from->rate->unit, "PERCENT") == 0;
    struct decimal rate = {from->rate->units, from->rate->exponent};
    if (percent && plan_rate(rate, &point->rate_hundredths)) return OK;
    return point_fail(call, index, ".rate", "POINT_UNCLEAR",
                      "must be of the unit PERCENT, more than 0, at most 100, with at most two "
                      "decimals");
}

static enum status points_read(struct rpc_call *call, const budget_set_plan_request *in,
                               int32_t fiscal_year, struct plan_record *plan)
{
    plan->points = arena_calloc(rpc_arena(call), in->n_points + 1, sizeof *plan->points);
    if (plan->points == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < in->n_points; i++) {
        enum status status = point_read(call, in->points[i], i, fiscal_year, &plan->points[i]);
        if (status != OK) return status;
    }
    plan->point_count = in->n_points;
    size_t index = 0;
    switch (plan_judge(plan->points, plan->point_count, &index)) {
    case PLAN_GOOD:
        return OK;
    case PLAN_POINT_UNCLEAR:
        return point_fail(call, index, "", "POINT_UNCLEAR",
                          "must say percent or won, one of them, and the same in all points");
    case PLAN_DAY_UNORDERED:
        return point_fail(call, index, ".day", "POINTS_UNORDERED",
                          "must lie behind that of the point before");
    case PLAN_LESS_THAN_BEFORE:
        return point_fail(call, index, "", "POINTS_UNORDERED",
                          "plans less than the point before; plans are cumulative");
    }
    return INTERNAL;
}

enum status budget_set_plan(struct budget *self, struct rpc_call *call,
                            const budget_set_plan_request *in, budget_set_plan_response *out)
{
    (void)self;
    struct line_ref line;
    struct plan_record plan = {.line = in->line, .recorded_ms = clock_now_ms()};
    enum status status = OK;
    if (in->basis != 0) status = ref_enum(call, "basis", (int)in->basis, PLAN_BASIS_LAST);
    if (status == OK) status = ref_line(call, "line", in->line, &line);
    if (status == OK) status = points_read(call, in, line.fiscal_year, &plan);
    if (status != OK) return status;
    plan.line_id = line.id;
    plan.basis = in->basis == 0 ? PLAN_SPENT : (int32_t)in->basis;
    status = plan_insert(rpc_db(call), &plan);
    return status == OK ? plan_show(rpc_arena(call), &plan, &out->plan) : status;
}

enum status budget_get_plan(struct budget *self, struct rpc_call *call,
                            const budget_get_plan_request *in, budget_get_plan_response *out)
{
    (void)self;
    struct line_ref line;
    struct plan_record plan = {.line = in->line};
    enum status status = ref_line(call, "line", in->line, &line);
    if (status != OK) return status;
    plan.line_id = line.id;
    status = plan_last(rpc_db(call), rpc_arena(call), ref_known_ms(in->known_at), &plan);
    if (status == NOT_FOUND || (status == OK && plan.point_count == 0)) {
        status = rpc_fail(call, NOT_FOUND, "%s has no plan", in->line);
        return rpc_reason(call, status, "PLAN_UNKNOWN");
    }
    return status == OK ? plan_show(rpc_arena(call), &plan, &out->plan) : status;
}

enum status budget_set_pace_reason(struct budget *self, struct rpc_call *call,
                                   const budget_set_pace_reason_request *in,
                                   budget_set_pace_reason_response *out)
{
    (void)self;
    struct line_ref line;
    struct date first;
    struct date last;
    enum status status = ref_enum(call, "reason", (int)in->reason, PACE_REASON_LAST);
    if (status == OK) status = ref_line(call, "line", in->line, &line);
    if (status == OK) status = ref_day(call, "first_day", in->first_day, line.fiscal_year, &first);
    if (status != OK) return status;
    const char *last_day = in->last_day;
    if (last_day[0] == '\0')
        last_day = arena_printf(rpc_arena(call), "%04d-12-31", line.fiscal_year);
    if (last_day == NULL) return RESOURCE_EXHAUSTED;
    status = ref_day(call, "last_day", last_day, line.fiscal_year, &last);
    if (status != OK) return status;
    if (last.days < first.days)
        return rpc_violation(call, "last_day", "lies before the first, %s", in->first_day);
    if ((int)in->reason == PACE_REASON_OTHER && in->note[0] == '\0')
        return rpc_violation(call, "note", "must say what the reason is");
    struct pace_reason reason = {.line_id = line.id,
                                 .reason = (int32_t)in->reason,
                                 .note = in->note,
                                 .first_day = in->first_day,
                                 .last_day = last_day};
    status = pace_reason_insert(rpc_db(call), &reason, clock_now_ms());
    if (status == OK) out->last_day = string_borrow(last_day);
    return status;
}

/* Plans and reasons by the names of their lines. */
struct planned {
    struct plan_record *plans;
    struct pace_reason *reasons;
    size_t plan_count, reason_count;
    struct budget_index plan_of, reason_of;
};

static enum status planned_load(struct rpc_call *call, const struct plan_query *query,
                                struct planned *planned)
{
    struct arena *arena = rpc_arena(call);
    *planned = (struct planned){.plan_of = {.arena = arena}, .reason_of = {.arena = arena}};
    enum status status =
        plan_list(rpc_db(call), arena, query, &planned->plans, &planned->plan_count);
    if (status == OK)
        status =
            pace_reason_list(rpc_db(call), arena, query, &planned->reasons, &planned->reason_count);
    for (size_t i = 0; i < planned->plan_count && status == OK; i++)
        status = index_put(&planned->plan_of, planned->plans[i].line, (int32_t)i);
    for (size_t i = 0; i < planned->reason_count && status == OK; i++)
        status = index_put(&planned->reason_of, planned->reasons[i].line, (int32_t)i);
    return status;
}

static enum status pace_row(struct arena *arena, const struct table_record *record,
                            const struct balance *balance, const struct plan_record *plan,
                            const struct pace *pace, budget_pace_row **out)
{
    struct decimal rate;
    budget_pace_row *row = arena_alloc(arena, sizeof *row);
    if (row == NULL) return RESOURCE_EXHAUSTED;
    *row = (budget_pace_row)BUDGET_PACE_ROW_INIT;
    row->line = string_borrow(record->name);
    row->label = string_borrow(record->label);
    row->publisher = string_borrow(record->publisher);
    row->basis = (budget_plan_basis)plan->basis;
    row->current_won = balance->won[AMOUNT_CURRENT];
    row->actual_won = balance->won[plan->basis == PLAN_COMMITTED ? AMOUNT_COMMITTED : AMOUNT_SPENT];
    row->planned_won = pace->planned_won;
    row->next_planned_won = pace->next_planned_won;
    if (pace->due != NULL) row->due_day = string_borrow(pace->due->day);
    if (pace->next != NULL) row->next_day = string_borrow(pace->next->day);
    row->behind = pace->behind;
    row->shortfall_won = pace->shortfall_won;
    *out = row;
    if (!execution_rate(row->actual_won, row->current_won, &rate)) return OK;
    row->actual_rate = percent_message(arena, rate);
    return row->actual_rate == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* Adds the row of a line, if it has a plan and is asked for. */
static enum status pace_add(struct arena *arena, const struct planned *planned,
                            const struct table_record *record, const struct balance *balance,
                            const budget_list_pace_request *in, budget_list_pace_response *out)
{
    const int32_t *plan_at = index_find(&planned->plan_of, record->name);
    if (plan_at == NULL) return OK;
    const struct plan_record *plan = &planned->plans[*plan_at];
    int amount = plan->basis == PLAN_COMMITTED ? AMOUNT_COMMITTED : AMOUNT_SPENT;
    struct pace pace = pace_of(plan->points, plan->point_count, in->as_of,
                               balance->won[AMOUNT_CURRENT], balance->won[amount]);
    const int32_t *reason_at = index_find(&planned->reason_of, record->name);
    out->behind_count += pace.behind;
    out->unexplained_count += pace.behind && reason_at == NULL;
    if (in->behind && !pace.behind) return OK;
    budget_pace_row *row;
    enum status status = pace_row(arena, record, balance, plan, &pace, &row);
    if (status != OK) return status;
    if (reason_at != NULL) {
        row->reason = (budget_pace_reason)planned->reasons[*reason_at].reason;
        row->reason_note = string_borrow(planned->reasons[*reason_at].note);
    }
    out->rows[out->n_rows++] = row;
    return OK;
}

enum status budget_list_pace(struct budget *self, struct rpc_call *call,
                             const budget_list_pace_request *in, budget_list_pace_response *out)
{
    (void)self;
    struct standing standing;
    struct planned planned;
    struct standing_query query = {.publisher = in->publisher, .line = ""};
    enum status status = ref_day(call, "as_of", in->as_of, 0, &query.as_of);
    if (status != OK) return status;
    query.has_known_at = instant_read(in->known_at, &query.known_ms);
    struct plan_query plans = {.fiscal_year = date_to_parts(query.as_of).year,
                               .publisher = in->publisher,
                               .known_ms = ref_known_ms(in->known_at),
                               .day = in->as_of};
    status = planned_load(call, &plans, &planned);
    if (status == OK) status = standing_load(call, &query, &standing);
    if (status != OK) return status;
    out->as_of = in->as_of;
    out->rows = arena_calloc(rpc_arena(call), planned.plan_count + 1, sizeof(budget_pace_row *));
    if (out->rows == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < standing.count && status == OK; i++) {
        if (standing.records[i].dropped) continue;
        status = pace_add(rpc_arena(call), &planned, &standing.records[i],
                          &standing.lines[i].balance, in, out);
    }
    return status;
}
