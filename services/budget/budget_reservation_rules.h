/* What may become of a reservation. Pure. */
#pragma once

#include "budget_posting_rules.h"

/* Numbered as sotong.budget.v1.ReservationState. */
enum reservation_state {
    RESERVATION_OPEN = 1,
    RESERVATION_POSTED = 2,
    RESERVATION_RELEASED = 3,
    RESERVATION_EXPIRED = 4,
};

enum { RESERVATION_LIFETIME_S = 15 * 60 }; /* Where the caller asks for none. */

struct reservation {
    int64_t id, line_id;
    const char *line, *subject;
    int64_t amount_won;
    int32_t state; /* As it is kept; see reservation_settle. */
    int64_t posted_won;
    int64_t entry_id; /* 0: none. */
    int64_t created_ms, expires_ms;
    int64_t resolved_ms; /* 0: it is open. */
};

/* A reservation whose time is over is expired, since that very instant, whether the store knows yet
 * or not. */
void reservation_settle(struct reservation *reservation, int64_t now_ms);

/* Whether it can be resolved: it is open. OK, or the refusal's status. */
NODISCARD enum status reservation_open_check(const struct reservation *reservation,
                                             struct refusal *refusal);

/* How much of it a call commits: what it asks for, 0 for all. OK, or the refusal's status. */
NODISCARD enum status reservation_amount(const struct reservation *reservation, int64_t asked_won,
                                         int64_t *won, struct refusal *refusal);
