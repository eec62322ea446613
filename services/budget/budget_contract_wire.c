#include "budget_contract_wire.h"

#include "base/decimal.h"
#include "budget_rules.h"
#include "budget_wire.h"

static char *name_of(struct arena *arena, const char *collection, int64_t number)
{
    return arena_printf(arena, "%s/%lld", collection, (long long)number);
}

static budget_vendor *vendor_message(struct arena *arena, const char *code, const char *name,
                                     int vendor_class)
{
    budget_vendor *vendor = arena_alloc(arena, sizeof *vendor);
    if (vendor == NULL) return NULL;
    *vendor = (budget_vendor)BUDGET_VENDOR_INIT;
    vendor->code = string_borrow(code);
    vendor->name = string_borrow(name);
    vendor->vendor_class = (budget_vendor_class)vendor_class;
    return vendor;
}

static budget_contract_terms *terms_message(struct arena *arena,
                                            const struct contract_record *record)
{
    budget_contract_terms *terms = arena_alloc(arena, sizeof *terms);
    if (terms == NULL) return NULL;
    *terms = (budget_contract_terms)BUDGET_CONTRACT_TERMS_INIT;
    terms->line = string_borrow(record->line);
    terms->title = string_borrow(record->title);
    terms->vendor =
        vendor_message(arena, record->vendor_code, record->vendor_name, record->vendor_class);
    terms->kind = (budget_contract_kind)record->kind;
    terms->method = (budget_contract_method)record->method;
    terms->amount_won = record->amount_won;
    terms->tax_basis = (budget_tax_basis)record->tax_basis;
    terms->estimated_won = record->estimated_won;
    terms->contract_date = string_borrow(record->day);
    if (record->entry_id != 0) terms->entry = name_of(arena, "entries", record->entry_id);
    if (record->procedure_id != 0)
        terms->procedure = name_of(arena, "procedures", record->procedure_id);
    bool whole = terms->vendor != NULL && terms->entry != NULL && terms->procedure != NULL;
    return whole ? terms : NULL;
}

budget_contract *contract_message(struct arena *arena, const struct contract_record *record)
{
    budget_contract *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_contract)BUDGET_CONTRACT_INIT;
    message->name = name_of(arena, "contracts", record->id);
    message->terms = terms_message(arena, record);
    message->price_won = record->price_won;
    message->recorded_time = timestamp_message(arena, record->recorded_ms);
    message->withdrawn_reason = string_borrow(record->withdrawn_reason);
    if (message->name == NULL || message->terms == NULL || message->recorded_time == NULL)
        return NULL;
    if (record->withdrawn_ms == 0) return message;
    message->withdrawn_time = timestamp_message(arena, record->withdrawn_ms);
    return message->withdrawn_time == NULL ? NULL : message;
}

static char *finding_sentence(struct arena *arena, const struct contract_case *contract,
                              const struct contract_law *law,
                              const struct contract_finding *finding)
{
    char price[DECIMAL_STRING_BYTES];
    char limit[DECIMAL_STRING_BYTES];
    decimal_format((struct decimal){contract->price_won, 0}, price);
    decimal_format((struct decimal){finding->limit_won, 0}, limit);
    switch (finding->broken) {
    case BREAK_PRICE_OVER_LIMIT:
        return arena_printf(
            arena, "the price of %s won without tax is over %s won, the limit of %s on %s", price,
            limit,
            contract->method == METHOD_SMALL_SUM ? "negotiated contracts for a small sum"
                                                 : "negotiated contracts with preferred vendors",
            contract->day);
    case BREAK_VENDOR_NOT_PREFERRED:
        return arena_printf(arena, "the vendor is none that the law prefers");
    case BREAK_BIDS_NOT_FAILED:
        return arena_printf(arena,
                            "%d of the %d notices without a successful bid that a negotiated "
                            "contract needs on %s are recorded",
                            contract->failed_count, law->failed_min, contract->day);
    case BREAK_PRESS_FOUNDATION_REQUIRED:
        return arena_printf(arena,
                            "advertising in media is commissioned through the press foundation");
    case BREAK_PRESS_FOUNDATION_ONLY_ADVERTISING:
        return arena_printf(arena, "the press foundation takes advertising in media only");
    }
    return NULL;
}

budget_contract_finding *finding_message(struct arena *arena, const struct contract_case *contract,
                                         const struct contract_law *law,
                                         const struct contract_finding *finding)
{
    const struct contract_rule *rule = contract_rule_of(finding->broken);
    budget_contract_finding *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_contract_finding)BUDGET_CONTRACT_FINDING_INIT;
    message->reason = string_borrow(rule->reason);
    message->source = string_borrow(rule->source);
    message->field = string_borrow(rule->field);
    message->limit_won = finding->limit_won;
    message->message = finding_sentence(arena, contract, law, finding);
    return message->message == NULL ? NULL : message;
}

/* What may come next, by the law of the last stage's day. */
static bool next_stages_fill(struct arena *arena, const struct procedure_record *record,
                             budget_procedure *message)
{
    const struct contract_law *law = contract_law_of(record->last_day);
    message->next_stages = arena_calloc(arena, PROCEDURE_STAGE_LAST, sizeof *message->next_stages);
    if (message->next_stages == NULL) return false;
    for (int stage = STAGE_REVIEWED; stage <= PROCEDURE_STAGE_LAST; stage++) {
        bool may = record->last_day[0] == '\0'
                       ? stage == STAGE_REVIEWED || stage == STAGE_CANCELLED
                       : law != NULL && record->stage != STAGE_CONTRACTED &&
                             procedure_may_move(law, record->stage, record->failed_count,
                                                (enum procedure_stage)stage);
        if (may) message->next_stages[message->n_next_stages++] = (budget_procedure_stage)stage;
    }
    return true;
}

budget_procedure *procedure_message(struct arena *arena, const struct procedure_record *record,
                                    const struct stage_record *stages, size_t stage_count)
{
    budget_procedure *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_procedure)BUDGET_PROCEDURE_INIT;
    message->name = name_of(arena, "procedures", record->id);
    message->line = string_borrow(record->line);
    message->title = string_borrow(record->title);
    message->amount_won = record->amount_won;
    message->stage = (budget_procedure_stage)record->stage;
    message->failed_count = record->failed_count;
    message->stages = arena_calloc(arena, stage_count + 1, sizeof(budget_stage_record *));
    if (record->contract_id != 0)
        message->contract = name_of(arena, "contracts", record->contract_id);
    if (message->name == NULL || message->stages == NULL || message->contract == NULL) return NULL;
    for (size_t i = 0; i < stage_count; i++) {
        budget_stage_record *stage = arena_alloc(arena, sizeof *stage);
        if (stage == NULL) return NULL;
        *stage = (budget_stage_record)BUDGET_STAGE_RECORD_INIT;
        stage->stage = (budget_procedure_stage)stages[i].stage;
        stage->day = string_borrow(stages[i].day);
        stage->note = string_borrow(stages[i].note);
        message->stages[message->n_stages++] = stage;
    }
    return next_stages_fill(arena, record, message) ? message : NULL;
}

static bool shares_fill(struct arena *arena, const struct contract_warning *warning,
                        budget_contract_warning *message)
{
    struct decimal share;
    if (execution_rate((int64_t)warning->count, (int64_t)warning->total_count, &share)) {
        message->count_share = percent_message(arena, share);
        if (message->count_share == NULL) return false;
    }
    if (execution_rate(warning->price_won, warning->total_won, &share)) {
        message->price_share = percent_message(arena, share);
        if (message->price_share == NULL) return false;
    }
    return true;
}

budget_contract_warning *warning_message(struct arena *arena,
                                         const struct contract_warning *warning)
{
    const struct warned_contract *first = warning->contracts[0];
    budget_contract_warning *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_contract_warning)BUDGET_CONTRACT_WARNING_INIT;
    message->kind = (budget_contract_warning_kind)warning->kind;
    message->publisher = string_borrow(first->publisher);
    message->message = string_borrow(warning->message);
    message->contract_count = (int32_t)warning->count;
    message->price_won = warning->price_won;
    message->total_count = (int32_t)warning->total_count;
    message->total_won = warning->total_won;
    if (warning->kind == WARNING_CLASS_CONCENTRATION) {
        message->vendor_class = (budget_vendor_class)first->vendor_class;
    } else {
        message->vendor =
            vendor_message(arena, first->vendor_code, first->vendor_name, first->vendor_class);
        if (message->vendor == NULL) return NULL;
    }
    if (warning->kind == WARNING_SPLITTING) message->line = string_borrow(first->line);
    if (warning->kind != WARNING_SPLITTING && !shares_fill(arena, warning, message)) return NULL;
    message->contracts = arena_calloc(arena, warning->count + 1, sizeof(char *));
    if (message->contracts == NULL) return NULL;
    for (size_t i = 0; i < warning->count; i++) {
        char *name = name_of(arena, "contracts", warning->contracts[i]->id);
        if (name == NULL) return NULL;
        message->contracts[message->n_contracts++] = name;
    }
    return message;
}
