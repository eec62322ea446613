#include "budget_contracts.h"

#include <string.h>

enum { TAX_DIVISOR = 11 }; /* An amount with 10 % of tax holds one eleventh of tax. */

enum { MILLION = 1000000 };

/* 지방계약법 시행령 제25조, 제26조, 제30조 and 정부광고법 제5조, 제10조, as they changed:
 * 2014-11-24 the preferred vendors' limit follows that of the state's contracts; 2018-12-13
 * 정부광고법 begins; from 2020-07-15 to the end of that year one failed notice is enough. */
static const struct contract_law laws[] = {
    {"2014-01-01", 20 * MILLION, 20 * MILLION, 2, false},
    {"2014-11-24", 20 * MILLION, 50 * MILLION, 2, false},
    {"2018-12-13", 20 * MILLION, 50 * MILLION, 2, true},
    {"2020-07-15", 20 * MILLION, 50 * MILLION, 1, true},
    {"2021-01-01", 20 * MILLION, 50 * MILLION, 2, true},
};

const struct contract_law *contract_law_of(const char *day)
{
    const struct contract_law *found = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(laws) && strcmp(laws[i].from, day) <= 0; i++)
        found = &laws[i];
    return found;
}

const char *contract_law_first(void)
{
    return laws[0].from;
}

int64_t contract_price(int64_t amount_won, bool taxed, int64_t estimated_won)
{
    int64_t price = taxed ? amount_won - amount_won / TAX_DIVISOR : amount_won;
    return price > estimated_won ? price : estimated_won;
}

static size_t over(int64_t price_won, int64_t limit_won, struct contract_finding *finding)
{
    if (price_won <= limit_won) return 0;
    *finding = (struct contract_finding){BREAK_PRICE_OVER_LIMIT, limit_won};
    return 1;
}

size_t contract_judge(const struct contract_law *law, const struct contract_case *contract,
                      struct contract_finding findings[static CONTRACT_BREAKS_MAX])
{
    size_t count = 0;
    switch (contract->method) {
    case METHOD_COMPETITIVE:
        break;
    case METHOD_SMALL_SUM:
        count += over(contract->price_won, law->small_won, findings);
        break;
    case METHOD_PREFERRED_VENDOR:
        count += over(contract->price_won, law->preferred_won, findings);
        if (contract->vendor_class == 0)
            findings[count++] = (struct contract_finding){BREAK_VENDOR_NOT_PREFERRED, 0};
        break;
    case METHOD_FAILED_BIDS:
        if (contract->failed_count < law->failed_min)
            findings[count++] = (struct contract_finding){BREAK_BIDS_NOT_FAILED, 0};
        break;
    case METHOD_PRESS_FOUNDATION:
        if (contract->kind != KIND_ADVERTISING)
            findings[count++] =
                (struct contract_finding){BREAK_PRESS_FOUNDATION_ONLY_ADVERTISING, 0};
        break;
    }
    if (contract->kind == KIND_ADVERTISING && law->press_foundation &&
        contract->method != METHOD_PRESS_FOUNDATION)
        findings[count++] = (struct contract_finding){BREAK_PRESS_FOUNDATION_REQUIRED, 0};
    return count;
}

const struct contract_rule *contract_rule_of(enum contract_break broken)
{
    static const struct contract_rule rules[] = {
        [BREAK_PRICE_OVER_LIMIT] = {"PRICE_OVER_LIMIT", "지방계약법 시행령 제25조·제30조",
                                    "terms.amount_won"},
        [BREAK_VENDOR_NOT_PREFERRED] = {"VENDOR_NOT_PREFERRED", "지방계약법 시행령 제25조·제30조",
                                        "terms.vendor.vendor_class"},
        [BREAK_BIDS_NOT_FAILED] = {"BIDS_NOT_FAILED", "지방계약법 시행령 제26조",
                                   "terms.procedure"},
        [BREAK_PRESS_FOUNDATION_REQUIRED] = {"PRESS_FOUNDATION_REQUIRED", "정부광고법 제5조·제10조",
                                             "terms.method"},
        [BREAK_PRESS_FOUNDATION_ONLY_ADVERTISING] = {"PRESS_FOUNDATION_ONLY_ADVERTISING",
                                                     "정부광고법 제2조", "terms.kind"},
    };
    return &rules[broken];
}

bool contract_is_negotiated(enum contract_method method)
{
    switch (method) {
    case METHOD_SMALL_SUM:
    case METHOD_PREFERRED_VENDOR:
    case METHOD_FAILED_BIDS:
        return true;
    case METHOD_COMPETITIVE:
    case METHOD_PRESS_FOUNDATION:
        return false;
    }
    return false;
}

bool procedure_may_move(const struct contract_law *law, enum procedure_stage from, int failed_count,
                        enum procedure_stage to)
{
    if (to == STAGE_CANCELLED) return from != STAGE_CANCELLED;
    switch (from) {
    case STAGE_NONE:
        return to == STAGE_REVIEWED;
    case STAGE_REVIEWED:
        return to == STAGE_NOTICED;
    case STAGE_NOTICED:
        return to == STAGE_FAILED || to == STAGE_AWARDED;
    case STAGE_FAILED:
        return to == STAGE_NOTICED || (to == STAGE_NEGOTIATING && failed_count >= law->failed_min);
    case STAGE_AWARDED:
    case STAGE_NEGOTIATING:
        return to == STAGE_CONTRACTED;
    case STAGE_CONTRACTED:
    case STAGE_CANCELLED:
        return false;
    }
    return false;
}

enum procedure_stage procedure_stage_before(enum contract_method method)
{
    switch (method) {
    case METHOD_COMPETITIVE:
        return STAGE_AWARDED;
    case METHOD_FAILED_BIDS:
        return STAGE_NEGOTIATING;
    case METHOD_SMALL_SUM:
    case METHOD_PREFERRED_VENDOR:
    case METHOD_PRESS_FOUNDATION:
        return STAGE_NONE;
    }
    return STAGE_NONE;
}
