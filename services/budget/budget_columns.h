/* What the columns of budget tables are called: names as data, and the reading of a heading. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

enum column_role {
    COLUMN_OTHER,
    COLUMN_CURRENT,   /* 예산현액 */
    COLUMN_COMMITTED, /* 원인행위액 */
    COLUMN_SPENT,     /* 집행액 */
    COLUMN_RATE,      /* 집행률 */
    COLUMN_BUDGET,    /* The budget of a year: 2012년 예산, 금년도 예산. */
    COLUMN_PREVIOUS,  /* That of the year before: 전년도 예산. */
    COLUMN_CHANGE,    /* 증감 */
    COLUMN_CHANGE_RATE,
    COLUMN_NUMBER, /* 연번 */
    COLUMN_ITEM,   /* 적요: what was paid for. */
    COLUMN_AMOUNT, /* 금액 */
};

/* A heading that was read. */
struct column_heading {
    enum column_role role;
    int rank; /* Of two columns with the same role, the one with the lower rank is meant. */
    int year; /* Printed in the heading; 0 for none. Of COLUMN_CURRENT and COLUMN_BUDGET. */
    bool has_scale;
    int32_t scale; /* Of `예산액(백만원)`: 6. */
    bool bare;     /* Nothing but a year: a budget only where the table says so elsewhere. */
};

/* Reads the heading of a column, all rows of it joined. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status column_read(struct arena *arena, struct text heading,
                                  struct column_heading *out);

/* The power of ten of 원 that a unit note names (천원: 3). False: it names none. Spaces count. */
NODISCARD bool money_scale(struct text note, int32_t *scale);

/* Whether a folded label says no more than that it is a total (합계, 총계, 소계, 계), and whether
 * it begins or ends with such a word. */
bool label_is_total(struct text folded);
bool label_has_total(struct text folded);

/* What a folded label names, the word for total and the brackets around the rest left out:
 * `합계(홍보과)` and `홍보과총계` are 홍보과; a bare total, whatever its word, is 계. Labels
 * without such a word are as they are. NULL: no memory. */
NODISCARD const char *label_key(struct arena *arena, struct text folded);
