/* sotong.budget.v1.ContractService: procedures of service contracts, one function per RPC. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "budget.h"
#include "budget_contract_wire.h"
#include "budget_refs.h"

/* The procedure with its stages as a message. */
static enum status procedure_show(struct rpc_call *call, const struct procedure_record *procedure,
                                  budget_procedure **out)
{
    struct arena *arena = rpc_arena(call);
    struct stage_record *stages;
    size_t count;
    enum status status = procedure_stages(rpc_db(call), arena, procedure->id, &stages, &count);
    if (status != OK) return status;
    *out = procedure_message(arena, procedure, stages, count);
    return *out == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_open_procedure(struct budget *self, struct rpc_call *call,
                                  const budget_open_procedure_request *in,
                                  budget_open_procedure_response *out)
{
    (void)self;
    struct line_ref line;
    enum status status = ref_amount(call, "amount_won", in->amount_won);
    if (status == OK) status = ref_line(call, "line", in->line, &line);
    if (status != OK) return status;
    struct procedure_record procedure = {.line_id = line.id,
                                         .line = in->line,
                                         .title = in->title,
                                         .amount_won = in->amount_won,
                                         .stage = STAGE_NONE,
                                         .last_day = ""};
    status = procedure_insert(rpc_db(call), &procedure, clock_now_ms(), &procedure.id);
    return status == OK ? procedure_show(call, &procedure, &out->procedure) : status;
}

static const char *stage_name(enum procedure_stage stage)
{
    static const char *const names[PROCEDURE_STAGE_LAST + 1] = {
        "its beginning", "the review",      "a notice",     "a notice that failed",
        "the award",     "the negotiation", "the contract", "its end"};
    return names[stage];
}

/* Whether the stage may be recorded on its day. */
static enum status stage_check(struct rpc_call *call, const struct procedure_record *procedure,
                               enum procedure_stage stage, const char *day)
{
    const struct contract_law *law = contract_law_of(day);
    if (law == NULL) {
        enum status status =
            rpc_violation(call, "day", "lies before the first day whose rules are known, %s",
                          contract_law_first());
        return rpc_reason(call, status, "RULES_UNKNOWN");
    }
    enum status status = OK;
    bool ended = procedure->stage == STAGE_CONTRACTED;
    if (stage == STAGE_CONTRACTED) {
        status = rpc_fail(call, FAILED_PRECONDITION,
                          "the contract ends a procedure when it is recorded, and nothing else");
    } else if (ended ||
               !procedure_may_move(law, procedure->stage, procedure->failed_count, stage)) {
        status = rpc_fail(call, FAILED_PRECONDITION,
                          "%s may not follow %s with %d failed notices; a negotiation needs %d",
                          stage_name(stage), stage_name(procedure->stage), procedure->failed_count,
                          law->failed_min);
    } else if (strcmp(day, procedure->last_day) < 0) {
        (void)rpc_violation(call, "day", "lies before the last stage's, %s", procedure->last_day);
        status = rpc_fail(call, FAILED_PRECONDITION, "%s lies before %s, the day of %s", day,
                          procedure->last_day, stage_name(procedure->stage));
        return rpc_reason(call, status, "STAGE_OUT_OF_ORDER");
    }
    if (status == OK) return OK;
    (void)rpc_violation(call, "stage",
                        "may not follow; the procedure names the next stages that may");
    return rpc_reason(call, status, "STAGE_OUT_OF_ORDER");
}

enum status budget_record_stage(struct budget *self, struct rpc_call *call,
                                const budget_record_stage_request *in,
                                budget_record_stage_response *out)
{
    (void)self;
    struct procedure_record procedure;
    enum procedure_stage to = (enum procedure_stage)in->stage;
    enum status status = ref_enum(call, "stage", (int)in->stage, PROCEDURE_STAGE_LAST);
    if (status == OK) status = ref_procedure(call, "name", in->name, &procedure);
    if (status == OK) status = stage_check(call, &procedure, to, in->day);
    if (status != OK) return status;
    struct stage_record stage = {to, in->day, in->note};
    status = procedure_move(rpc_db(call), &procedure, &stage, clock_now_ms());
    return status == OK ? procedure_show(call, &procedure, &out->procedure) : status;
}

enum status budget_get_procedure(struct budget *self, struct rpc_call *call,
                                 const budget_get_procedure_request *in,
                                 budget_get_procedure_response *out)
{
    (void)self;
    struct procedure_record procedure;
    enum status status = ref_procedure(call, "name", in->name, &procedure);
    return status == OK ? procedure_show(call, &procedure, &out->procedure) : status;
}

enum status budget_list_procedures(struct budget *self, struct rpc_call *call,
                                   const budget_list_procedures_request *in,
                                   budget_list_procedures_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    size_t size = ref_page_size(in->page_size);
    struct procedure_record *procedures = NULL;
    struct ref_place after;
    size_t count = 0;
    enum status status = ref_place(call, in->page_token, false, &after);
    if (status == OK)
        status = procedure_page(rpc_db(call), arena, in->line, in->open, after.number, size + 1,
                                &procedures, &count);
    if (status != OK) return status;
    bool more = count > size;
    if (more) count = size;
    out->procedures = arena_calloc(arena, count + 1, sizeof(budget_procedure *));
    if (out->procedures == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count && status == OK; i++) {
        status = procedure_show(call, &procedures[i], &out->procedures[i]);
        if (status == OK) out->n_procedures++;
    }
    if (status != OK || !more) return status;
    out->next_page_token = arena_printf(arena, "%" PRId64, procedures[count - 1].id);
    return out->next_page_token == NULL ? RESOURCE_EXHAUSTED : OK;
}
