#include "budget_reservation_rules.h"

#include "base/decimal.h"

void reservation_settle(struct reservation *reservation, int64_t now_ms)
{
    if (reservation->state != RESERVATION_OPEN || reservation->expires_ms > now_ms) return;
    reservation->state = RESERVATION_EXPIRED;
    reservation->resolved_ms = reservation->expires_ms;
}

static const char *state_words(enum reservation_state state)
{
    switch (state) {
    case RESERVATION_OPEN:
        return "is open";
    case RESERVATION_POSTED:
        return "was posted before";
    case RESERVATION_RELEASED:
        return "was released before";
    case RESERVATION_EXPIRED:
        return "has expired";
    }
    return "is in no state";
}

enum status reservation_open_check(const struct reservation *reservation, struct refusal *refusal)
{
    if (reservation->state == RESERVATION_OPEN) return OK;
    *refusal = (struct refusal){FAILED_PRECONDITION, "RESERVATION_RESOLVED", "name", {""}};
    return fault_set(&refusal->fault, FAILED_PRECONDITION, "reservations/%lld %s",
                     (long long)reservation->id,
                     state_words((enum reservation_state)reservation->state));
}

enum status reservation_amount(const struct reservation *reservation, int64_t asked_won,
                               int64_t *won, struct refusal *refusal)
{
    char asked[DECIMAL_STRING_BYTES];
    char reserved[DECIMAL_STRING_BYTES];
    *won = asked_won == 0 ? reservation->amount_won : asked_won;
    if (*won >= 1 && *won <= reservation->amount_won) return OK;
    decimal_format((struct decimal){asked_won, 0}, asked);
    decimal_format((struct decimal){reservation->amount_won, 0}, reserved);
    *refusal = (struct refusal){INVALID_ARGUMENT, NULL, "amount_won", {""}};
    return fault_set(&refusal->fault, INVALID_ARGUMENT,
                     "is %s won; of reservations/%lld 1 to %s can be posted, 0 means all", asked,
                     (long long)reservation->id, reserved);
}
