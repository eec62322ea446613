/* A budget that looks at a line's money and then forgets the answer, one time in four: what a
 * missing lock would do. Linked in the place of the real check (ld's --wrap). */
#include "budget_posting_rules.h"

enum { ONE_IN = 4 };

enum status __real_posting_money_check(const struct posting_state *state,
                                       const struct posting_draft *draft, struct refusal *refusal);
enum status __wrap_posting_money_check(const struct posting_state *state,
                                       const struct posting_draft *draft, struct refusal *refusal);

enum status __wrap_posting_money_check(const struct posting_state *state,
                                       const struct posting_draft *draft, struct refusal *refusal)
{
    enum status status = __real_posting_money_check(state, draft, refusal);
    return draft->won % ONE_IN == 0 ? OK : status;
}
