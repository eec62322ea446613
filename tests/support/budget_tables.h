/* The two budget tables of the Seoul reports: labels and figures as printed, and the tree that a
 * reader sees in them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SEOUL_2012_ROWS = 44, SEOUL_2020_ROWS = 45 };

struct printed_budget_row {
    const char *label;
    /* 2012: budget, budget of the year before, change, rate of change. 2020: current budget,
     * commitments, expenditure, rate of execution. In thousands of won and percent. */
    const char *cells[4];
    int depth;
    bool memo;
};

extern const struct printed_budget_row seoul_2012_rows[SEOUL_2012_ROWS];
extern const struct printed_budget_row seoul_2020_rows[SEOUL_2020_ROWS];

/* The digits of a printed number, signed; of `△1.9%` it is -19. */
int64_t printed_units(const char *text);
