/* The rules of posting, asked of the store's lines: what the rules need to know is read for them,
 * and reservations whose time is over do not stand in the way. */
#pragma once

#include "budget_posting.h"
#include "rpc/rpc.h"

/* Whether a draft can be posted to its line. OK; the refusal's status, then set in the refusal; or
 * the store's, then refusal->status is OK. */
NODISCARD enum status money_draft_check(struct rpc_call *call, struct posting_line *line,
                                        const struct posting_draft *draft, int64_t now_ms,
                                        struct refusal *refusal);

/* Whether an amount can be set aside of a line from today on. Statuses as above. */
NODISCARD enum status money_reserve_check(struct rpc_call *call, struct posting_line *line,
                                          int64_t won, int64_t now_ms, struct refusal *refusal);
