/* Non-tax revenue (지방세외수입): laws of its kinds, and sums that may not fall below zero. Pure.
 * Numbers are those of the enums of sotong.budget.v1. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { REVENUE_KIND_LAST = 7 };
enum revenue_action { REVENUE_ASSESSED = 1, REVENUE_COLLECTED, REVENUE_WRITTEN_OFF };
enum { REVENUE_ACTION_LAST = REVENUE_WRITTEN_OFF };

/* The law that revenue of a kind rests on, on a day; NULL: each class names its own. */
const char *revenue_basis_of(int kind, const char *day);

/* Won by action, from 1. */
struct revenue_sums {
    int64_t won[REVENUE_ACTION_LAST + 1];
};

/* Adds to the sums. False: one does not fit 64 bits; the sums are then of no use. */
NODISCARD bool revenue_add(struct revenue_sums *sums, const struct revenue_sums *more);

/* What is neither collected nor written off (미수납액). False: it does not fit 64 bits. */
NODISCARD bool revenue_outstanding(const struct revenue_sums *sums, int64_t *won);

/* What the records of one day come to. */
struct revenue_day {
    const char *day;
    struct revenue_sums sums;
};

enum revenue_verdict { REVENUE_FITS, REVENUE_NOT_ASSESSED, REVENUE_OVERFLOW };

/* Whether another record may be added: on no day from its own on is more collected and written off
 * than assessed. Days stand in their order. *won is what is outstanding on the day that forbids it,
 * before the record, and *day that day. */
enum revenue_verdict revenue_judge(const struct revenue_day *days, size_t count, const char *on,
                                   enum revenue_action action, int64_t amount_won, int64_t *won,
                                   const char **day);
