#include "budget_rules.h"

enum { RATE_DECIMALS = 1 };

bool execution_rate(int64_t spent_won, int64_t current_won, struct decimal *rate)
{
    return decimal_percent((struct decimal){spent_won, 0}, (struct decimal){current_won, 0},
                           RATE_DECIMALS, rate);
}

bool change_rate(int64_t change_won, int64_t previous_won, struct decimal *rate)
{
    return decimal_percent((struct decimal){change_won, 0}, (struct decimal){previous_won, 0},
                           RATE_DECIMALS, rate);
}

bool rollup(struct rollup_line *lines, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        const struct rollup_line *line = &lines[i - 1];
        if (line->parent < 0 || line->memo) continue;
        for (int a = 0; a < AMOUNT_COUNT; a++) {
            int64_t *sum = &lines[line->parent].balance.won[a];
            if (__builtin_add_overflow(*sum, line->balance.won[a], sum)) return false;
        }
    }
    return true;
}
