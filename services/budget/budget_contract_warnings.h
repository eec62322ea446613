/* What the contracts of a period give reason to ask about: concentration on vendors or on a class
 * of vendors (편중), and contracts that look like one that was split (쪼개기). Pure. */
#pragma once

#include "base/arena.h"
#include "base/date.h"
#include "base/decimal.h"
#include "budget_contracts.h"

/* When shares are too great. Neither the law nor the audit names figures; these are the
 * platform's, from the day on which each began. */
struct warning_thresholds {
    const char *from;
    int contracts_min;        /* Fewer are too few to speak of shares. */
    int vendor_share_percent; /* Of number or of prices. */
    int class_share_percent;
    int split_days;
};

/* Those of a day; the first ones before they began. */
const struct warning_thresholds *warning_thresholds_of(const char *day);

/* A contract that stands. Strings are borrowed. */
struct warned_contract {
    int64_t id;
    const char *publisher, *line;
    const char *vendor_code, *vendor_name;
    int vendor_class;
    enum contract_method method;
    int64_t price_won;
    const char *day;
};

/* Numbered as sotong.budget.v1.ContractWarningKind. */
enum contract_warning_kind {
    WARNING_VENDOR_CONCENTRATION = 1,
    WARNING_CLASS_CONCENTRATION,
    WARNING_SPLITTING,
};

struct contract_warning {
    enum contract_warning_kind kind;
    const struct warned_contract **contracts; /* By vendor, line and day; at least one. */
    size_t count;
    int64_t price_won;
    size_t total_count;
    int64_t total_won; /* Of splitting the limit. */
    const char *message;
};

struct contract_warnings {
    struct contract_warning *warnings; /* By bureau and kind, the greatest sum first. */
    size_t count, max;
};

/* Looks at contracts, which it sorts. In the arena. OUT_OF_RANGE: a sum does not fit 64 bits.
 * RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status contract_warnings_find(struct arena *arena, struct warned_contract *contracts,
                                             size_t count,
                                             const struct warning_thresholds *thresholds,
                                             struct contract_warnings *found);
