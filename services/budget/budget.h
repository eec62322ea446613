/* The budget service: what lives as long as the process. */
#pragma once

#include "budget.rpc.h"
#include "slice/slice.h"

enum { PAGE_SIZE_DEFAULT = 100, TABLE_ROWS_MAX = 10000, FUND_ACCOUNTS_MAX = 1000 };

struct budget {
    struct slice slice; /* The slices of reports, whose budget tables become the ledger. */
};
