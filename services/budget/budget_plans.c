#include "budget_plans.h"

#include <string.h>

enum { HUNDREDTH = -2 };

bool plan_rate(struct decimal percent, int32_t *hundredths)
{
    struct decimal rescaled;
    if (percent.exponent < DECIMAL_EXPONENT_MIN || percent.exponent > DECIMAL_EXPONENT_MAX)
        return false;
    if (!decimal_rescale(percent, HUNDREDTH, &rescaled)) return false;
    if (decimal_compare(rescaled, percent) != 0) return false;
    if (rescaled.units < 1 || rescaled.units > RATE_HUNDREDTHS_MAX) return false;
    *hundredths = (int32_t)rescaled.units;
    return true;
}

enum plan_verdict plan_judge(const struct plan_point *points, size_t count, size_t *index)
{
    for (size_t i = 0; i < count; i++) {
        const struct plan_point *point = &points[i];
        *index = i;
        bool rate = point->rate_hundredths > 0;
        if (rate == (point->amount_won > 0) || point->amount_won < 0) return PLAN_POINT_UNCLEAR;
        if (i == 0) continue;
        const struct plan_point *before = &points[i - 1];
        if (rate != (before->rate_hundredths > 0)) return PLAN_POINT_UNCLEAR;
        if (strcmp(point->day, before->day) <= 0) return PLAN_DAY_UNORDERED;
        if (point->rate_hundredths < before->rate_hundredths ||
            point->amount_won < before->amount_won)
            return PLAN_LESS_THAN_BEFORE;
    }
    return PLAN_GOOD;
}

/* A share of the budget is not greater than it, so that it fits; half up. */
static int64_t point_won(const struct plan_point *point, int64_t current_won)
{
    if (point->rate_hundredths == 0) return point->amount_won;
    if (current_won <= 0) return 0;
    __int128 share = (__int128)current_won * point->rate_hundredths;
    return (int64_t)((share + RATE_HUNDREDTHS_MAX / 2) / RATE_HUNDREDTHS_MAX);
}

struct pace pace_of(const struct plan_point *points, size_t count, const char *day,
                    int64_t current_won, int64_t actual_won)
{
    struct pace pace = {0};
    for (size_t i = 0; i < count && pace.next == NULL; i++) {
        if (strcmp(points[i].day, day) <= 0) {
            pace.due = &points[i];
        } else {
            pace.next = &points[i];
        }
    }
    if (pace.due != NULL) pace.planned_won = point_won(pace.due, current_won);
    if (pace.next != NULL) pace.next_planned_won = point_won(pace.next, current_won);
    pace.behind = actual_won < pace.planned_won;
    if (pace.behind && __builtin_sub_overflow(pace.planned_won, actual_won, &pace.shortfall_won))
        pace.shortfall_won = INT64_MAX; /* Only where far more was refunded than ever spent. */
    return pace;
}

bool instalments_divide(int64_t total_won, int64_t unit_won, int64_t *parts, size_t count)
{
    __int128 divisor = (__int128)unit_won * (__int128)count;
    __int128 units = ((__int128)total_won * 2 + divisor) / (divisor * 2);
    __int128 left = total_won;
    for (size_t i = 0; i < count; i++) {
        __int128 part = i + 1 < count ? units * unit_won : left;
        if (part <= 0 || part > INT64_MAX) return false;
        parts[i] = (int64_t)part;
        left -= part;
    }
    return true;
}

size_t instalments_next(const struct instalment *parts, size_t count)
{
    size_t next = 0;
    while (next < count && parts[next].paid_won > 0)
        next++;
    return next;
}
