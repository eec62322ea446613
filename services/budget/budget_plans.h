/* Plans of lines, their pace, and the parts of grants. Pure. Numbers are those of the enums of
 * sotong.budget.v1. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/status.h"

enum plan_basis { PLAN_COMMITTED = 1, PLAN_SPENT };
enum { PLAN_BASIS_LAST = PLAN_SPENT, PACE_REASON_OTHER = 6, PACE_REASON_LAST = PACE_REASON_OTHER };
enum { PLAN_POINTS_MAX = 100, INSTALMENTS_MAX = 100, RATE_HUNDREDTHS_MAX = 10000 };

/* By a day, so much: either in hundredths of a percent of the current budget, or in won. */
struct plan_point {
    const char *day;
    int32_t rate_hundredths; /* 0: amount_won counts. */
    int64_t amount_won;
};

/* A rate in percent as hundredths of a percent, 1 to RATE_HUNDREDTHS_MAX. False: it is smaller,
 * greater or finer. */
NODISCARD bool plan_rate(struct decimal percent, int32_t *hundredths);

enum plan_verdict { PLAN_GOOD, PLAN_POINT_UNCLEAR, PLAN_DAY_UNORDERED, PLAN_LESS_THAN_BEFORE };

/* Whether points make a plan; *index is the first that does not. */
enum plan_verdict plan_judge(const struct plan_point *points, size_t count, size_t *index);

/* What a line's plan comes to on a day. */
struct pace {
    const struct plan_point *due, *next; /* NULL: none. */
    int64_t planned_won, next_planned_won;
    bool behind;
    int64_t shortfall_won;
};

/* Points stand in their order. */
struct pace pace_of(const struct plan_point *points, size_t count, const char *day,
                    int64_t current_won, int64_t actual_won);

/* Equal parts of a total, each rounded half up to whole units, the last what is left. False: a part
 * would be 0 or negative. */
NODISCARD bool instalments_divide(int64_t total_won, int64_t unit_won, int64_t *parts,
                                  size_t count);

/* A part of a grant. */
struct instalment {
    const char *due_day;
    int64_t amount_won;
    int64_t entry_id; /* 0: none. */
    int64_t paid_won; /* What stands of it. */
};

/* The first part that is not paid; count: all are. */
size_t instalments_next(const struct instalment *parts, size_t count);
