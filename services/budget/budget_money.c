#include "budget_money.h"

#include "budget_reservation_store.h"

/* Gives back what the line's reservations hold whose time is over. *freed: there were some, so that
 * it is worth asking again. */
static enum status line_free(struct rpc_call *call, struct posting_line *line, int64_t now_ms,
                             bool *freed)
{
    size_t count = 0;
    enum status status = OK;
    if (line->reserved_won > 0)
        status = reservations_expire_line(rpc_db(call), rpc_arena(call), now_ms, line, &count);
    *freed = count > 0;
    return status;
}

/* What is asked of a line's money: an entry's, or (without one) an amount to set aside. */
struct question {
    const struct posting_draft *draft;
    int64_t won;
    const char *day; /* From which on. */
};

/* What the rules say of the line as it is kept. */
static enum status rules_ask(struct rpc_call *call, const struct posting_line *line,
                             const struct question *question, struct refusal *refusal)
{
    struct posting_state state = posting_state_of(line);
    enum status status =
        posting_state_days(rpc_db(call), rpc_arena(call), line, question->day, &state);
    if (status != OK) return status;
    return question->draft != NULL ? posting_money_check(&state, question->draft, refusal)
                                   : posting_reserve_check(&state, question->won, refusal);
}

static enum status money_ask(struct rpc_call *call, struct posting_line *line,
                             const struct question *question, int64_t now_ms,
                             struct refusal *refusal)
{
    for (;;) {
        bool freed;
        refusal->status = OK;
        enum status asked = rules_ask(call, line, question, refusal);
        if (refusal->status != FAILED_PRECONDITION) return asked;
        enum status status = line_free(call, line, now_ms, &freed);
        if (status != OK) refusal->status = OK;
        if (status != OK) return status;
        if (!freed) return asked;
    }
}

enum status money_draft_check(struct rpc_call *call, struct posting_line *line,
                              const struct posting_draft *draft, int64_t now_ms,
                              struct refusal *refusal)
{
    struct posting_state state = posting_state_of(line);
    enum status status = posting_draft_check(&state, draft, refusal);
    if (status != OK) return status;
    const struct question question = {.draft = draft, .day = draft->day};
    return money_ask(call, line, &question, now_ms, refusal);
}

enum status money_reserve_check(struct rpc_call *call, struct posting_line *line, int64_t won,
                                int64_t now_ms, struct refusal *refusal)
{
    char day[DATE_STRING_BYTES];
    date_format(posting_day_within(date_from_instant(now_ms), line->fiscal_year), day);
    const struct question question = {.won = won, .day = day};
    return money_ask(call, line, &question, now_ms, refusal);
}
