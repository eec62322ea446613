/* sotong.budget.v1.ContractService: contracts and their warnings, one function per RPC. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "budget.h"
#include "budget_contract_wire.h"
#include "budget_refs.h"
#include "budget_refusal.h"
#include "budget_wire.h"

enum { CONTRACTS_WARNED_MAX = 10000, ENTRY_KIND_COMMITMENT = 3, TAX_BASIS_LAST = 2, TAX_NONE = 2 };

/* A contract on its way in: what the request says, and what it names. */
struct draft {
    struct contract_record record;
    struct contract_case judged;
    const struct contract_law *law;
    struct procedure_record procedure; /* id 0: none. */
};

/* Checks the fields that need nothing else. */
static enum status terms_check(struct rpc_call *call, const budget_contract_terms *terms)
{
    enum status status = ref_amount(call, "terms.amount_won", terms->amount_won);
    if (status == OK) status = ref_enum(call, "terms.kind", (int)terms->kind, CONTRACT_KIND_LAST);
    if (status == OK)
        status = ref_enum(call, "terms.method", (int)terms->method, CONTRACT_METHOD_LAST);
    if (status == OK && terms->vendor->vendor_class != 0)
        status = ref_enum(call, "terms.vendor.vendor_class", (int)terms->vendor->vendor_class,
                          VENDOR_CLASS_LAST);
    if (status == OK && terms->tax_basis != 0)
        status = ref_enum(call, "terms.tax_basis", (int)terms->tax_basis, TAX_BASIS_LAST);
    return status;
}

static enum status draft_procedure(struct rpc_call *call, const budget_contract_terms *terms,
                                   struct draft *draft)
{
    if (terms->procedure[0] == '\0') return OK;
    enum status status =
        ref_procedure(call, "terms.procedure", terms->procedure, &draft->procedure);
    if (status != OK) return status;
    if (draft->procedure.line_id == draft->record.line_id) {
        draft->record.procedure_id = draft->procedure.id;
        draft->judged.failed_count = draft->procedure.failed_count;
        return OK;
    }
    status =
        rpc_violation(call, "terms.procedure", "is a procedure of line %s", draft->procedure.line);
    return rpc_reason(call, status, "PROCEDURE_OF_ANOTHER_LINE");
}

static enum status draft_read(struct rpc_call *call, const budget_contract_terms *terms,
                              struct draft *draft)
{
    struct line_ref line;
    struct date day;
    *draft = (struct draft){0};
    enum status status = terms_check(call, terms);
    if (status == OK) status = ref_line(call, "terms.line", terms->line, &line);
    if (status == OK)
        status = ref_day(call, "terms.contract_date", terms->contract_date, line.fiscal_year, &day);
    if (status != OK) return status;
    draft->law = contract_law_of(terms->contract_date);
    if (draft->law == NULL) {
        status = rpc_violation(call, "terms.contract_date",
                               "lies before the first day whose rules are known, %s",
                               contract_law_first());
        return rpc_reason(call, status, "RULES_UNKNOWN");
    }
    draft->record = (struct contract_record){
        .line_id = line.id,
        .line = terms->line,
        .publisher = line.publisher,
        .title = terms->title,
        .vendor_code = terms->vendor->code,
        .vendor_name = terms->vendor->name,
        .vendor_class = (int32_t)terms->vendor->vendor_class,
        .kind = (int32_t)terms->kind,
        .method = (int32_t)terms->method,
        .tax_basis = (int32_t)terms->tax_basis,
        .amount_won = terms->amount_won,
        .estimated_won = terms->estimated_won,
        .price_won = contract_price(terms->amount_won, (int)terms->tax_basis != TAX_NONE,
                                    terms->estimated_won),
        .day = terms->contract_date,
        .withdrawn_reason = "",
    };
    draft->judged = (struct contract_case){.kind = (enum contract_kind)terms->kind,
                                           .method = (enum contract_method)terms->method,
                                           .vendor_class = draft->record.vendor_class,
                                           .price_won = draft->record.price_won,
                                           .day = terms->contract_date};
    return draft_procedure(call, terms, draft);
}

enum status budget_check_contract(struct budget *self, struct rpc_call *call,
                                  const budget_check_contract_request *in,
                                  budget_check_contract_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct draft draft;
    struct contract_finding findings[CONTRACT_BREAKS_MAX];
    enum status status = draft_read(call, in->terms, &draft);
    if (status != OK) return status;
    size_t count = contract_judge(draft.law, &draft.judged, findings);
    out->allowed = count == 0;
    out->price_won = draft.record.price_won;
    out->findings = arena_calloc(arena, CONTRACT_BREAKS_MAX, sizeof(budget_contract_finding *));
    out->allowed_methods = arena_calloc(arena, CONTRACT_METHOD_LAST, sizeof *out->allowed_methods);
    if (out->findings == NULL || out->allowed_methods == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        out->findings[i] = finding_message(arena, &draft.judged, draft.law, &findings[i]);
        if (out->findings[i] == NULL) return RESOURCE_EXHAUSTED;
        out->n_findings++;
    }
    for (int method = METHOD_COMPETITIVE; method <= CONTRACT_METHOD_LAST; method++) {
        struct contract_case other = draft.judged;
        other.method = (enum contract_method)method;
        if (contract_judge(draft.law, &other, findings) == 0)
            out->allowed_methods[out->n_allowed_methods++] = (budget_contract_method)method;
    }
    return OK;
}

/* Fails where the law does not allow the contract; every broken rule is a violation. */
static enum status draft_judge(struct rpc_call *call, const struct draft *draft)
{
    struct contract_finding findings[CONTRACT_BREAKS_MAX];
    size_t count = contract_judge(draft->law, &draft->judged, findings);
    if (count == 0) return OK;
    enum status status = OK;
    for (size_t i = count; i > 0; i--) {
        const budget_contract_finding *finding =
            finding_message(rpc_arena(call), &draft->judged, draft->law, &findings[i - 1]);
        if (finding == NULL) return RESOURCE_EXHAUSTED;
        (void)rpc_violation(call, finding->field, "%s (%s)", finding->message, finding->source);
        status = rpc_fail(call, FAILED_PRECONDITION, "%s (%s)", finding->message, finding->source);
    }
    return rpc_reason(call, status, "METHOD_NOT_ALLOWED");
}

/* The procedure stands where a contract by this method ends it. */
static enum status draft_stage(struct rpc_call *call, const struct draft *draft)
{
    if (draft->procedure.id == 0) return OK;
    enum procedure_stage before = procedure_stage_before(draft->judged.method);
    if (before != STAGE_NONE && draft->procedure.stage == before &&
        strcmp(draft->procedure.last_day, draft->record.day) <= 0)
        return OK;
    (void)rpc_violation(call, "terms.procedure",
                        "a negotiated contract follows its negotiation, a competitive one its "
                        "award, not before the day of that stage");
    enum status status = rpc_fail(call, FAILED_PRECONDITION,
                                  "procedures/%" PRId64 " is not where such a contract ends it",
                                  draft->procedure.id);
    return rpc_reason(call, status, "STAGE_OUT_OF_ORDER");
}

static enum status draft_entry(struct rpc_call *call, const char *name, struct draft *draft)
{
    if (name[0] == '\0') return OK;
    struct entry_ref entry;
    int64_t taken;
    enum status status = ref_entry(call, "terms.entry", name, &entry);
    if (status != OK) return status;
    if (entry.kind != ENTRY_KIND_COMMITMENT || entry.line_id != draft->record.line_id) {
        (void)rpc_violation(call, "terms.entry", "is no commitment of %s", draft->record.line);
        status = rpc_fail(call, FAILED_PRECONDITION, "%s is no commitment of %s", name,
                          draft->record.line);
        return rpc_reason(call, status, "NOT_A_COMMITMENT");
    }
    status = contract_entry_sum(rpc_db(call), entry.id, &taken);
    if (status != OK) return status;
    if (entry.won - taken >= draft->record.amount_won) {
        draft->record.entry_id = entry.id;
        return OK;
    }
    (void)rpc_violation(call, "terms.amount_won", "%" PRId64 " won of %s are left",
                        entry.won - taken, name);
    status =
        rpc_fail(call, FAILED_PRECONDITION,
                 "the contracts of %s would be more than it, %" PRId64 " won", name, entry.won);
    return rpc_reason(call, status, "COMMITMENT_EXCEEDED");
}

enum status budget_record_contract(struct budget *self, struct rpc_call *call,
                                   const budget_record_contract_request *in,
                                   budget_record_contract_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct db *db = rpc_db(call);
    struct draft draft;
    enum status status = draft_read(call, in->terms, &draft);
    if (status == OK) status = draft_judge(call, &draft);
    if (status == OK) status = draft_stage(call, &draft);
    if (status == OK) status = draft_entry(call, in->terms->entry, &draft);
    if (status != OK) return status;
    draft.record.recorded_ms = clock_now_ms();
    status = contract_insert(db, &draft.record, &draft.record.id);
    if (status == OK && draft.procedure.id != 0) {
        draft.procedure.contract_id = draft.record.id;
        struct stage_record stage = {STAGE_CONTRACTED, draft.record.day, ""};
        status = procedure_move(db, &draft.procedure, &stage, draft.record.recorded_ms);
    }
    if (status != OK) return status;
    out->contract = contract_message(arena, &draft.record);
    return out->contract == NULL ? RESOURCE_EXHAUSTED : OK;
}

static enum status contract_find(struct rpc_call *call, const char *name,
                                 struct contract_record *contract)
{
    int64_t id;
    enum status status = NOT_FOUND;
    if (ref_number(name, "contracts", &id))
        status = contract_get(rpc_db(call), rpc_arena(call), id, contract);
    if (status != NOT_FOUND) return status;
    return unknown_fail(call, "CONTRACT_UNKNOWN", "name", name);
}

enum status budget_withdraw_contract(struct budget *self, struct rpc_call *call,
                                     const budget_withdraw_contract_request *in,
                                     budget_withdraw_contract_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct db *db = rpc_db(call);
    struct contract_record contract;
    int64_t now_ms = clock_now_ms();
    enum status status = contract_find(call, in->name, &contract);
    if (status != OK) return status;
    status = contract_withdraw(db, contract.id, now_ms, in->reason);
    if (status == NOT_FOUND) {
        status = rpc_fail(call, FAILED_PRECONDITION, "%s was withdrawn before", in->name);
        return rpc_reason(call, status, "CONTRACT_WITHDRAWN");
    }
    contract.withdrawn_ms = now_ms;
    contract.withdrawn_reason = in->reason;
    if (status == OK && contract.procedure_id != 0) {
        struct procedure_record procedure;
        status = procedure_get(db, arena, contract.procedure_id, &procedure);
        struct stage_record stage = {STAGE_CANCELLED, procedure.last_day, in->reason};
        if (status == OK) status = procedure_move(db, &procedure, &stage, now_ms);
    }
    if (status != OK) return status;
    out->contract = contract_message(arena, &contract);
    return out->contract == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_get_contract(struct budget *self, struct rpc_call *call,
                                const budget_get_contract_request *in,
                                budget_get_contract_response *out)
{
    (void)self;
    struct contract_record contract;
    enum status status = contract_find(call, in->name, &contract);
    if (status != OK) return status;
    out->contract = contract_message(rpc_arena(call), &contract);
    return out->contract == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_list_contracts(struct budget *self, struct rpc_call *call,
                                  const budget_list_contracts_request *in,
                                  budget_list_contracts_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    size_t size = ref_page_size(in->page_size);
    struct contract_query query = {.line = in->line,
                                   .publisher = in->publisher,
                                   .vendor_code = in->vendor_code,
                                   .method = (int32_t)in->method,
                                   .first_day = in->first_day,
                                   .as_of = in->as_of,
                                   .withdrawn = in->withdrawn,
                                   .known_ms = ref_known_ms(in->known_at),
                                   .size = size + 1};
    struct contract_record *contracts;
    struct ref_place after;
    size_t count;
    enum status status = ref_place(call, in->page_token, true, &after);
    if (status != OK) return status;
    query.after_day = after.day;
    query.after_id = after.number;
    status = contract_page(rpc_db(call), arena, &query, &contracts, &count);
    if (status != OK) return status;
    bool more = count > size;
    if (more) count = size;
    out->contracts = arena_calloc(arena, count + 1, sizeof(budget_contract *));
    if (out->contracts == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        out->contracts[i] = contract_message(arena, &contracts[i]);
        if (out->contracts[i] == NULL) return RESOURCE_EXHAUSTED;
        out->n_contracts++;
    }
    if (!more) return OK;
    out->next_page_token =
        arena_printf(arena, "%s-%" PRId64, contracts[count - 1].day, contracts[count - 1].id);
    return out->next_page_token == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* The contracts of the period, as the search for warnings sees them. */
static enum status warned_load(struct rpc_call *call, const struct contract_query *query,
                               struct warned_contract **warned, size_t *count)
{
    struct contract_record *contracts;
    enum status status = contract_page(rpc_db(call), rpc_arena(call), query, &contracts, count);
    if (status != OK) return status;
    if (*count > CONTRACTS_WARNED_MAX) {
        status = rpc_fail(call, OUT_OF_RANGE,
                          "the period has more than %d contracts; ask for a shorter one, or for "
                          "one publisher",
                          CONTRACTS_WARNED_MAX);
        return rpc_reason(call, status, "TOO_MANY_CONTRACTS");
    }
    *warned = arena_calloc(rpc_arena(call), *count + 1, sizeof **warned);
    if (*warned == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < *count; i++) {
        const struct contract_record *contract = &contracts[i];
        (*warned)[i] = (struct warned_contract){.id = contract->id,
                                                .publisher = contract->publisher,
                                                .line = contract->line,
                                                .vendor_code = contract->vendor_code,
                                                .vendor_name = contract->vendor_name,
                                                .vendor_class = contract->vendor_class,
                                                .method = (enum contract_method)contract->method,
                                                .price_won = contract->price_won,
                                                .day = contract->day};
    }
    return OK;
}

static enum status thresholds_fill(struct arena *arena, const struct warning_thresholds *thresholds,
                                   budget_contract_thresholds **out)
{
    budget_contract_thresholds *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return RESOURCE_EXHAUSTED;
    *message = (budget_contract_thresholds)BUDGET_CONTRACT_THRESHOLDS_INIT;
    message->contracts_min = thresholds->contracts_min;
    message->split_days = thresholds->split_days;
    message->vendor_share =
        percent_message(arena, (struct decimal){thresholds->vendor_share_percent, 0});
    message->class_share =
        percent_message(arena, (struct decimal){thresholds->class_share_percent, 0});
    *out = message;
    return message->vendor_share == NULL || message->class_share == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* January 1 of the year of a day, unless the request says another first day. */
static enum status period_begin(struct rpc_call *call,
                                const budget_list_contract_warnings_request *in,
                                const char **first_day)
{
    enum { YEAR_DIGITS = 4 };
    *first_day = in->first_day;
    if (in->first_day[0] == '\0')
        *first_day = arena_printf(rpc_arena(call), "%.*s-01-01", YEAR_DIGITS, in->as_of);
    if (*first_day == NULL) return RESOURCE_EXHAUSTED;
    if (strcmp(*first_day, in->as_of) <= 0) return OK;
    return rpc_violation(call, "first_day", "lies behind %s, as of which is asked", in->as_of);
}

enum status budget_list_contract_warnings(struct budget *self, struct rpc_call *call,
                                          const budget_list_contract_warnings_request *in,
                                          budget_list_contract_warnings_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct contract_query query = {.line = "",
                                   .publisher = in->publisher,
                                   .vendor_code = "",
                                   .as_of = in->as_of,
                                   .known_ms = ref_known_ms(in->known_at),
                                   .after_day = "",
                                   .size = CONTRACTS_WARNED_MAX + 1};
    struct warning_thresholds thresholds = *warning_thresholds_of(in->as_of);
    if (in->split_days != 0) thresholds.split_days = in->split_days;
    struct warned_contract *warned = NULL;
    struct contract_warnings found = {0};
    size_t count = 0;
    enum status status = period_begin(call, in, &query.first_day);
    if (status == OK) status = warned_load(call, &query, &warned, &count);
    if (status != OK) return status;
    status = contract_warnings_find(arena, warned, count, &thresholds, &found);
    if (status == OUT_OF_RANGE)
        return rpc_fail(call, OUT_OF_RANGE, "the sum of the contracts does not fit 64 bits");
    if (status == OK) status = thresholds_fill(arena, &thresholds, &out->thresholds);
    if (status != OK) return status;
    out->first_day = string_borrow(query.first_day);
    out->as_of = in->as_of;
    out->contract_count = (int32_t)count;
    out->warnings = arena_calloc(arena, found.count + 1, sizeof(budget_contract_warning *));
    if (out->warnings == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < found.count; i++) {
        out->warnings[i] = warning_message(arena, &found.warnings[i]);
        if (out->warnings[i] == NULL) return RESOURCE_EXHAUSTED;
        out->n_warnings++;
    }
    return OK;
}
