/* A report of a few numbers, written down in a test, and what the rules find in it. */
#pragma once

#include "base/arena.h"
#include "budget.rpc.h"
#include "report.rpc.h"
#include "slice.rpc.h"

enum {
    SMALL_FIGURES_MAX = 20000,
    SMALL_TABLES_MAX = 8,
    SMALL_LABELS_MAX = 6,
    SMALL_BITS_MAX = 4,
    SMALL_RECORDS_MAX = 8
};

struct small_report {
    struct arena arena;
    slice_figure **figures;
    size_t figure_count;
    slice_table *tables[SMALL_TABLES_MAX];
    size_t table_count;
    budget_execution_row *execution[SMALL_RECORDS_MAX]; /* Set by the test. */
    size_t execution_count;
    budget_comparison_row *comparison[SMALL_RECORDS_MAX];
    size_t comparison_count;
};

/* A number in a sentence. Zeroed fields say nothing. */
struct small_figure {
    int line;            /* 0 ends a list of figures. */
    const char *subject; /* Labels joined by '/'. */
    const char *printed; /* `5,373백만원`, `△1.9%`, `45`: value and unit are read from it. */
    const char *part_of; /* The printed number it is a part of, on this line or before. */
    const char *compared_with;
    const char *per;
    const char *period; /* `2020-01-01~2020-03-31`, or a day. */
    slice_qualifier qualifiers[SMALL_BITS_MAX];
};

/* A table: lines of cells between '|'; a bare number is of the unit and scale. */
struct small_table {
    int line;
    int headings;
    const char *unit_note; /* `천원`; NULL: none. */
    const char *unit;      /* KRW; NULL: none. */
    int exponent;
    const char *text;
};

void small_report_init(struct small_report *report);
void small_report_free(struct small_report *report);
void small_report_add(struct small_report *report, const struct small_figure *figures);
void small_report_table(struct small_report *report, const struct small_table *table);

/* Runs the rules and writes what the named one finds, a line for each finding:
 * `CONTRADICTION 23.6% 23.3% | 5,373백만원 ÷ 23,036백만원 = 23.3%`. */
const char *small_report_find(struct small_report *report, const char *rule);

/* Runs the rules with an arena of their own in which the nth allocation fails. */
enum status small_report_run_failing(struct small_report *report, int nth);

/* `checked/held` of a rule. */
const char *small_report_count(struct small_report *report, const char *rule);
