/* sotong.budget.v1.PlanService: grants in instalments, one function per RPC. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "budget.h"
#include "budget_plan_store.h"
#include "budget_refs.h"
#include "budget_refusal.h"
#include "budget_rules.h"
#include "budget_wire.h"
#include "plan.rpc.h"

enum { UNIT_WON_DEFAULT = 1000, ENTRY_KIND_EXPENDITURE = 4, PATH_BYTES_MAX = 64 };

static char *instalment_name(struct arena *arena, int64_t grant_id, size_t position)
{
    return arena_printf(arena, "grants/%" PRId64 "/instalments/%zu", grant_id, position);
}

static budget_instalment *instalment_message(struct arena *arena, int64_t grant_id, size_t position,
                                             const struct instalment *part, const char *as_of)
{
    budget_instalment *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_instalment)BUDGET_INSTALMENT_INIT;
    message->name = instalment_name(arena, grant_id, position);
    message->due_day = string_borrow(part->due_day);
    message->amount_won = part->amount_won;
    message->paid_won = part->paid_won;
    message->overdue = part->paid_won <= 0 && strcmp(part->due_day, as_of) < 0;
    if (part->paid_won > 0)
        message->entry = arena_printf(arena, "entries/%" PRId64, part->entry_id);
    return message->name == NULL || message->entry == NULL ? NULL : message;
}

static budget_grantee *grantee_message(struct arena *arena, const struct grant_record *grant)
{
    budget_grantee *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_grantee)BUDGET_GRANTEE_INIT;
    message->code = string_borrow(grant->grantee_code);
    message->name = string_borrow(grant->grantee_name);
    return message;
}

/* The grant with its parts as of a day ("": after all entries). */
static enum status grant_show(struct rpc_call *call, const struct grant_record *grant,
                              const char *as_of, budget_grant **out)
{
    struct arena *arena = rpc_arena(call);
    struct instalment *parts;
    struct decimal rate;
    size_t count;
    enum status status = instalment_list(rpc_db(call), arena, grant->id, as_of, &parts, &count);
    if (status != OK) return status;
    budget_grant *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return RESOURCE_EXHAUSTED;
    *message = (budget_grant)BUDGET_GRANT_INIT;
    message->name = arena_printf(arena, "grants/%" PRId64, grant->id);
    message->line = string_borrow(grant->line);
    message->grantee = grantee_message(arena, grant);
    message->total_won = grant->total_won;
    message->instalments = arena_calloc(arena, count + 1, sizeof(budget_instalment *));
    if (message->name == NULL || message->grantee == NULL || message->instalments == NULL)
        return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        message->instalments[i] = instalment_message(arena, grant->id, i + 1, &parts[i], as_of);
        if (message->instalments[i] == NULL) return RESOURCE_EXHAUSTED;
        message->n_instalments++;
        message->paid_won += parts[i].paid_won; /* Each at most its part of the total. */
    }
    message->remaining_won = grant->total_won - message->paid_won;
    size_t next = instalments_next(parts, count);
    if (next < count) message->next_instalment = message->instalments[next]->name;
    *out = message;
    if (!execution_rate(message->paid_won, grant->total_won, &rate)) return OK;
    message->paid_rate = percent_message(arena, rate);
    return message->paid_rate == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* Checks due days and amounts; divides the total where no part has an amount. */
static enum status parts_read(struct rpc_call *call, const budget_create_grant_request *in,
                              int32_t fiscal_year, struct instalment *parts)
{
    char path[PATH_BYTES_MAX];
    __int128 sum = 0;
    bool equal = true; /* No part has an amount. */
    for (size_t i = 0; i < in->n_instalments; i++) {
        struct date day;
        (void)snprintf(path, sizeof path, "instalments[%zu].due_day", i);
        parts[i] = (struct instalment){.due_day = in->instalments[i]->due_day,
                                       .amount_won = in->instalments[i]->amount_won};
        enum status status = ref_day(call, path, parts[i].due_day, fiscal_year, &day);
        if (status != OK) return status;
        if (i > 0 && strcmp(parts[i].due_day, parts[i - 1].due_day) <= 0) {
            status = rpc_violation(call, path, "must lie behind that of the part before");
            return rpc_reason(call, status, "POINTS_UNORDERED");
        }
        sum += parts[i].amount_won;
        equal = equal && parts[i].amount_won == 0;
    }
    for (size_t i = 0; i < in->n_instalments && !equal; i++) {
        (void)snprintf(path, sizeof path, "instalments[%zu].amount_won", i);
        enum status status = ref_amount(call, path, in->instalments[i]->amount_won);
        if (status != OK) return status;
    }
    if (equal || sum == in->total_won) return OK;
    enum status status = rpc_violation(
        call, "total_won", "the instalments are %s of %" PRId64 " won together",
        sum > in->total_won ? "more than the total" : "less than the total", in->total_won);
    return rpc_reason(call, status, "SUM_DIFFERS");
}

/* Equal parts, where the request gives no amounts. */
static enum status parts_divide(struct rpc_call *call, const budget_create_grant_request *in,
                                struct instalment *parts)
{
    if (parts[0].amount_won != 0) return OK;
    int64_t unit_won = in->unit_won == 0 ? UNIT_WON_DEFAULT : in->unit_won;
    int64_t amounts[INSTALMENTS_MAX];
    if (!instalments_divide(in->total_won, unit_won, amounts, in->n_instalments))
        return rpc_violation(call, "total_won",
                             "cannot be divided into %zu parts of whole units of %" PRId64 " won",
                             in->n_instalments, unit_won);
    for (size_t i = 0; i < in->n_instalments; i++)
        parts[i].amount_won = amounts[i];
    return OK;
}

enum status budget_create_grant(struct budget *self, struct rpc_call *call,
                                const budget_create_grant_request *in,
                                budget_create_grant_response *out)
{
    (void)self;
    struct line_ref line;
    struct instalment parts[INSTALMENTS_MAX];
    enum status status = ref_amount(call, "total_won", in->total_won);
    if (status == OK && (in->n_instalments == 0 || in->n_instalments > INSTALMENTS_MAX))
        status = rpc_violation(call, "instalments", "are 1 to %d", INSTALMENTS_MAX);
    if (status == OK) status = ref_line(call, "line", in->line, &line);
    if (status == OK) status = parts_read(call, in, line.fiscal_year, parts);
    if (status == OK) status = parts_divide(call, in, parts);
    if (status != OK) return status;
    struct grant_record grant = {.line_id = line.id,
                                 .line = in->line,
                                 .grantee_code = in->grantee->code,
                                 .grantee_name = in->grantee->name,
                                 .total_won = in->total_won};
    status = grant_insert(rpc_db(call), &grant, parts, in->n_instalments, clock_now_ms());
    return status == OK ? grant_show(call, &grant, "", &out->grant) : status;
}

/* `grants/{number}/instalments/{position}`. */
static bool instalment_parse(struct rpc_call *call, const char *name, int64_t *grant_id,
                             int64_t *position)
{
    static const char between[] = "/instalments/";
    const char *at = strstr(name, between);
    if (at == NULL) return false;
    const char *grant = arena_copy(rpc_arena(call), name, (size_t)(at - name));
    return grant != NULL && ref_number(grant, "grants", grant_id) &&
           ref_number(at + 1, "instalments", position);
}

static enum status instalment_unknown(struct rpc_call *call, const char *name)
{
    return unknown_fail(call, "INSTALMENT_UNKNOWN", "name", name);
}

/* Whether the entry pays the part, which is not paid so far. */
static enum status payment_check(struct rpc_call *call, const budget_pay_instalment_request *in,
                                 const struct grant_record *grant, const struct instalment *part,
                                 struct entry_ref *paying)
{
    struct entry_ref entry;
    enum status status = ref_entry(call, "entry", in->entry, &entry);
    if (status != OK) return status;
    if (entry.kind != ENTRY_KIND_EXPENDITURE || entry.line_id != grant->line_id) {
        (void)rpc_violation(call, "entry", "is no expenditure of %s", grant->line);
        status = rpc_fail(call, FAILED_PRECONDITION, "%s is no expenditure of %s", in->entry,
                          grant->line);
        return rpc_reason(call, status, "NOT_AN_EXPENDITURE");
    }
    if (entry.won != part->amount_won) {
        (void)rpc_violation(call, "entry", "is %" PRId64 " won", entry.won);
        status =
            rpc_fail(call, FAILED_PRECONDITION, "%s is %" PRId64 " won, the instalment %" PRId64,
                     in->entry, entry.won, part->amount_won);
        return rpc_reason(call, status, "AMOUNT_DIFFERS");
    }
    *paying = entry;
    return OK;
}

/* The part is the next that is to be paid. */
static enum status turn_check(struct rpc_call *call, const char *name,
                              const struct instalment *parts, size_t count, size_t index)
{
    enum status status = OK;
    if (parts[index].paid_won > 0) {
        status = rpc_fail(call, FAILED_PRECONDITION, "%s was paid by entries/%" PRId64, name,
                          parts[index].entry_id);
        return rpc_reason(call, status, "INSTALMENT_PAID");
    }
    size_t next = instalments_next(parts, count);
    if (next == index) return OK;
    status = rpc_fail(call, FAILED_PRECONDITION, "instalment %zu is to be paid first", next + 1);
    return rpc_reason(call, status, "OUT_OF_ORDER");
}

enum status budget_pay_instalment(struct budget *self, struct rpc_call *call,
                                  const budget_pay_instalment_request *in,
                                  budget_pay_instalment_response *out)
{
    (void)self;
    struct db *db = rpc_db(call);
    struct arena *arena = rpc_arena(call);
    struct grant_record grant;
    struct instalment *parts = NULL;
    struct entry_ref entry = {0};
    int64_t grant_id;
    int64_t position;
    size_t count = 0;
    if (!instalment_parse(call, in->name, &grant_id, &position))
        return arena_exhausted(arena) ? RESOURCE_EXHAUSTED : instalment_unknown(call, in->name);
    enum status status = grant_get(db, arena, grant_id, &grant);
    if (status == NOT_FOUND) return instalment_unknown(call, in->name);
    if (status == OK) status = instalment_list(db, arena, grant_id, "", &parts, &count);
    if (status != OK) return status;
    if (position < 1 || (size_t)position > count) return instalment_unknown(call, in->name);
    size_t index = (size_t)position - 1;
    status = turn_check(call, in->name, parts, count, index);
    if (status == OK) status = payment_check(call, in, &grant, &parts[index], &entry);
    if (status != OK) return status;
    status = instalment_pay(db, grant_id, position, entry.id);
    if (status == ALREADY_EXISTS) {
        (void)rpc_violation(call, "entry", "pays another instalment");
        status = rpc_fail(call, ALREADY_EXISTS, "another instalment was paid by %s", in->entry);
        return rpc_reason(call, status, "ENTRY_TAKEN");
    }
    return status == OK ? grant_show(call, &grant, "", &out->grant) : status;
}

enum status budget_get_grant(struct budget *self, struct rpc_call *call,
                             const budget_get_grant_request *in, budget_get_grant_response *out)
{
    (void)self;
    struct grant_record grant;
    int64_t id;
    enum status status = NOT_FOUND;
    if (ref_number(in->name, "grants", &id))
        status = grant_get(rpc_db(call), rpc_arena(call), id, &grant);
    if (status == OK) return grant_show(call, &grant, in->as_of, &out->grant);
    return status == NOT_FOUND ? unknown_fail(call, "GRANT_UNKNOWN", "name", in->name) : status;
}

enum status budget_list_grants(struct budget *self, struct rpc_call *call,
                               const budget_list_grants_request *in,
                               budget_list_grants_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    size_t size = ref_page_size(in->page_size);
    struct grant_record *grants = NULL;
    struct ref_place after;
    size_t count = 0;
    enum status status = ref_place(call, in->page_token, false, &after);
    if (status == OK)
        status = grant_page(rpc_db(call), arena, in->line, after.number, size + 1, &grants, &count);
    if (status != OK) return status;
    bool more = count > size;
    if (more) count = size;
    out->grants = arena_calloc(arena, count + 1, sizeof(budget_grant *));
    if (out->grants == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count && status == OK; i++) {
        status = grant_show(call, &grants[i], in->as_of, &out->grants[i]);
        if (status == OK) out->n_grants++;
    }
    if (status != OK || !more) return status;
    out->next_page_token = arena_printf(arena, "%" PRId64, grants[count - 1].id);
    return out->next_page_token == NULL ? RESOURCE_EXHAUSTED : OK;
}
