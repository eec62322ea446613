/* Contracts: which methods the law allows for which price, on which day. Pure; the laws are dated
 * data. Numbers are those of the enums of sotong.budget.v1. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum contract_kind { KIND_GOODS = 1, KIND_SERVICE, KIND_CONSTRUCTION, KIND_ADVERTISING };
enum { CONTRACT_KIND_LAST = KIND_ADVERTISING };

enum contract_method {
    METHOD_COMPETITIVE = 1,
    METHOD_SMALL_SUM,
    METHOD_PREFERRED_VENDOR,
    METHOD_FAILED_BIDS,
    METHOD_PRESS_FOUNDATION,
};
enum { CONTRACT_METHOD_LAST = METHOD_PRESS_FOUNDATION, VENDOR_CLASS_LAST = 6 };

/* What the rules need of a contract. */
struct contract_case {
    enum contract_kind kind;
    enum contract_method method;
    int vendor_class; /* 0: none that is preferred. */
    int64_t price_won;
    const char *day;
    int failed_count; /* Notices of its procedure without a successful bid; 0 without one. */
};

/* The rules of a day. */
struct contract_law {
    const char *from;
    int64_t small_won, preferred_won; /* Greatest prices. */
    int failed_min;                   /* Notices without a successful bid. */
    bool press_foundation;            /* Advertising goes through it. */
};

/* NULL: the day is before the first that we know. */
const struct contract_law *contract_law_of(const char *day);
const char *contract_law_first(void);

/* The price without tax that is compared with the limits, won by won: what an amount holds beside
 * a tax of 10 %, rounded up, so that it is over a limit exactly when the amount is over the limit
 * and its tax. Not less than what was estimated. */
int64_t contract_price(int64_t amount_won, bool taxed, int64_t estimated_won);

/* A rule that is broken. */
enum contract_break {
    BREAK_PRICE_OVER_LIMIT,
    BREAK_VENDOR_NOT_PREFERRED,
    BREAK_BIDS_NOT_FAILED,
    BREAK_PRESS_FOUNDATION_REQUIRED,
    BREAK_PRESS_FOUNDATION_ONLY_ADVERTISING,
};
enum { CONTRACT_BREAKS_MAX = 3 };

struct contract_finding {
    enum contract_break broken;
    int64_t limit_won; /* 0: the rule has none. */
};

/* The broken rules of a contract under a law; their number. */
size_t contract_judge(const struct contract_law *law, const struct contract_case *contract,
                      struct contract_finding findings[static CONTRACT_BREAKS_MAX]);

/* How a rule is named to programs, which law it stands in, and which field breaks it. */
struct contract_rule {
    const char *reason, *source, *field;
};
const struct contract_rule *contract_rule_of(enum contract_break broken);

/* Negotiated (수의계약): found without competition, by the bureau itself. */
bool contract_is_negotiated(enum contract_method method);

/* Stages of a procedure that ends in a contract. */
enum procedure_stage {
    STAGE_NONE,
    STAGE_REVIEWED,
    STAGE_NOTICED,
    STAGE_FAILED,
    STAGE_AWARDED,
    STAGE_NEGOTIATING,
    STAGE_CONTRACTED,
    STAGE_CANCELLED,
};
enum { PROCEDURE_STAGE_LAST = STAGE_CANCELLED };

/* Whether a stage may follow; failed_count is that before it. A procedure without competition needs
 * as many failed notices as the law asks for. */
bool procedure_may_move(const struct contract_law *law, enum procedure_stage from, int failed_count,
                        enum procedure_stage to);

/* The stage in which a contract by this method ends a procedure; STAGE_NONE: none does. */
enum procedure_stage procedure_stage_before(enum contract_method method);
