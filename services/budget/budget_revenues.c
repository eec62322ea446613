#include "budget_revenues.h"

#include <string.h>

/* 지방자치법, whose articles were numbered anew by its whole amendment. */
static const struct revenue_basis {
    int kind;
    const char *from, *law;
} bases[] = {
    {1, "", "지방자치법 제136조"}, {1, "2022-01-13", "지방자치법 제153조"},
    {2, "", "지방자치법 제137조"}, {2, "2022-01-13", "지방자치법 제154조"},
    {3, "", "지방자치법 제138조"}, {3, "2022-01-13", "지방자치법 제155조"},
};

const char *revenue_basis_of(int kind, const char *day)
{
    const char *law = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(bases); i++) {
        if (bases[i].kind == kind && strcmp(bases[i].from, day) <= 0) law = bases[i].law;
    }
    return law;
}

bool revenue_add(struct revenue_sums *sums, const struct revenue_sums *more)
{
    for (int action = REVENUE_ASSESSED; action <= REVENUE_ACTION_LAST; action++) {
        if (__builtin_add_overflow(sums->won[action], more->won[action], &sums->won[action]))
            return false;
    }
    return true;
}

bool revenue_outstanding(const struct revenue_sums *sums, int64_t *won)
{
    return !__builtin_sub_overflow(sums->won[REVENUE_ASSESSED], sums->won[REVENUE_COLLECTED],
                                   won) &&
           !__builtin_sub_overflow(*won, sums->won[REVENUE_WRITTEN_OFF], won);
}

/* The sums with the record may stand; *won is what is outstanding before it. */
static enum revenue_verdict sums_judge(const struct revenue_sums *sums, enum revenue_action action,
                                       int64_t amount_won, int64_t *won)
{
    struct revenue_sums more = {0};
    struct revenue_sums after = *sums;
    int64_t left;
    more.won[action] = amount_won;
    if (!revenue_outstanding(sums, won) || !revenue_add(&after, &more) ||
        !revenue_outstanding(&after, &left))
        return REVENUE_OVERFLOW;
    return left < 0 ? REVENUE_NOT_ASSESSED : REVENUE_FITS;
}

enum revenue_verdict revenue_judge(const struct revenue_day *days, size_t count, const char *on,
                                   enum revenue_action action, int64_t amount_won, int64_t *won,
                                   const char **day)
{
    struct revenue_sums sums = {0};
    size_t next = 0;
    for (; next < count && strcmp(days[next].day, on) <= 0; next++) {
        if (!revenue_add(&sums, &days[next].sums)) return REVENUE_OVERFLOW;
    }
    *day = on;
    enum revenue_verdict verdict = sums_judge(&sums, action, amount_won, won);
    for (; next < count && verdict == REVENUE_FITS; next++) {
        if (!revenue_add(&sums, &days[next].sums)) return REVENUE_OVERFLOW;
        *day = days[next].day;
        verdict = sums_judge(&sums, action, amount_won, won);
    }
    return verdict;
}
