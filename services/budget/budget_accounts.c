#include "budget_accounts.h"

enum budget_amount entry_account(enum entry_kind kind)
{
    switch (kind) {
    case ENTRY_APPROPRIATION:
    case ENTRY_CARRY_OVER:
    case ENTRY_SUPPLEMENTARY:
    case ENTRY_TRANSFER_IN:
    case ENTRY_TRANSFER_OUT:
        return AMOUNT_CURRENT;
    case ENTRY_COMMITMENT:
    case ENTRY_RELEASE:
        return AMOUNT_COMMITTED;
    case ENTRY_EXPENDITURE:
    case ENTRY_REFUND:
        return AMOUNT_SPENT;
    }
    return AMOUNT_CURRENT;
}

bool entry_shrinks(enum entry_kind kind)
{
    return kind == ENTRY_TRANSFER_OUT || kind == ENTRY_RELEASE || kind == ENTRY_REFUND;
}

bool entry_change(enum entry_kind kind, int64_t won, struct balance *change)
{
    *change = (struct balance){{0}};
    int64_t *moved = &change->won[entry_account(kind)];
    if (entry_shrinks(kind)) return !__builtin_sub_overflow(0, won, moved);
    *moved = won;
    return true;
}

bool balance_add(struct balance *balance, const struct balance *change)
{
    struct balance sum;
    for (int a = 0; a < AMOUNT_COUNT; a++) {
        if (__builtin_add_overflow(balance->won[a], change->won[a], &sum.won[a])) return false;
    }
    *balance = sum;
    return true;
}

bool account_lines_total(struct account_line *lines, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        const struct account_line *line = &lines[i - 1];
        if (line->above < 0) continue;
        struct account_line *above = &lines[line->above];
        if (!balance_add(&above->balance, &line->balance)) return false;
        if (__builtin_add_overflow(above->reserved_won, line->reserved_won, &above->reserved_won))
            return false;
    }
    return true;
}
