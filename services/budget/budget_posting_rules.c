#include "budget_posting_rules.h"

#include <string.h>

#include "base/decimal.h"

enum { CARRY_OVER_TYPES = 3 }; /* sotong.budget.v1.CarryOverType */

/* An amount in words: `1,200,000`. */
struct won_words {
    char text[DECIMAL_STRING_BYTES];
};

static struct won_words words_of(int64_t won)
{
    struct won_words words;
    decimal_format((struct decimal){won, 0}, words.text);
    return words;
}

static enum status refuse(struct refusal *refusal, enum status status, const char *reason,
                          const char *field)
{
    refusal->status = status;
    refusal->reason = reason;
    refusal->field = field;
    return status;
}

static bool kind_known(int32_t kind)
{
    return kind >= ENTRY_APPROPRIATION && kind <= ENTRY_REFUND;
}

static enum status amount_check(const struct posting_draft *draft, struct refusal *refusal)
{
    if (!kind_known(draft->kind)) {
        (void)fault_set(&refusal->fault, INVALID_ARGUMENT, "%d is no kind of entry",
                        (int)draft->kind);
        return refuse(refusal, INVALID_ARGUMENT, NULL, "kind");
    }
    if (draft->won >= 1) return OK;
    (void)fault_set(&refusal->fault, INVALID_ARGUMENT, "is %s won; an entry has at least 1",
                    words_of(draft->won).text);
    return refuse(refusal, INVALID_ARGUMENT, NULL, "amount_won");
}

static enum status open_check(const struct posting_state *state, struct refusal *refusal)
{
    if (state->year_closed) {
        (void)fault_set(&refusal->fault, FAILED_PRECONDITION,
                        "fiscal year %d of %s is closed; it takes no further entries",
                        (int)state->fiscal_year, state->line);
        return refuse(refusal, FAILED_PRECONDITION, "YEAR_CLOSED", "line");
    }
    if (!state->closed) return OK;
    (void)fault_set(&refusal->fault, FAILED_PRECONDITION,
                    "%s is closed; it takes no further entries", state->line);
    return refuse(refusal, FAILED_PRECONDITION, "LINE_CLOSED", "line");
}

static enum status day_check(const struct posting_state *state, const struct posting_draft *draft,
                             struct refusal *refusal)
{
    struct date day;
    if (date_parse(text_from(draft->day), &day) == OK &&
        date_to_parts(day).year == state->fiscal_year)
        return OK;
    (void)fault_set(&refusal->fault, INVALID_ARGUMENT,
                    "%s is outside fiscal year %d of %s: %d-01-01 to %d-12-31", draft->day,
                    (int)state->fiscal_year, state->line, (int)state->fiscal_year,
                    (int)state->fiscal_year);
    return refuse(refusal, INVALID_ARGUMENT, "DATE_OUTSIDE_YEAR", "effective_date");
}

/* A carry-over says why and from when; nothing else does. */
static enum status carry_over_check(const struct posting_state *state,
                                    const struct posting_draft *draft, struct refusal *refusal)
{
    const struct posting_corrected *corrected = draft->corrected;
    bool required = draft->kind == ENTRY_CARRY_OVER && corrected == NULL;
    bool type_set = draft->carry_over_type != 0;
    bool year_set = draft->origin_year != 0;
    if (!required && !type_set && !year_set) return OK;
    if (required && (draft->carry_over_type < 1 || draft->carry_over_type > CARRY_OVER_TYPES)) {
        (void)fault_set(&refusal->fault, INVALID_ARGUMENT,
                        "a carry-over says why: express, accidental or continuing");
        return refuse(refusal, INVALID_ARGUMENT, NULL, "carry_over_type");
    }
    if (required && (!year_set || draft->origin_year >= state->fiscal_year)) {
        (void)fault_set(&refusal->fault, INVALID_ARGUMENT,
                        "is %d; a carry-over comes from a year before %d", (int)draft->origin_year,
                        (int)state->fiscal_year);
        return refuse(refusal, INVALID_ARGUMENT, NULL, "origin_year");
    }
    bool type_ok = required || !type_set ||
                   (corrected != NULL && draft->carry_over_type == corrected->carry_over_type);
    bool year_ok = required || !year_set ||
                   (corrected != NULL && draft->origin_year == corrected->origin_year);
    if (type_ok && year_ok) return OK;
    (void)fault_set(&refusal->fault, INVALID_ARGUMENT, "%s",
                    corrected != NULL ? "is not that of the entry that is corrected"
                                      : "only carry-overs have one");
    return refuse(refusal, INVALID_ARGUMENT, NULL, type_ok ? "origin_year" : "carry_over_type");
}

static enum status corrected_check(const struct posting_state *state,
                                   const struct posting_draft *draft, struct refusal *refusal)
{
    const struct posting_corrected *corrected = draft->corrected;
    const char *why = NULL;
    if (corrected == NULL) return OK;
    if (corrected->won <= 0) why = "has no amount that could be taken back";
    if (corrected->correction) why = "is a correction itself";
    if (corrected->kind != (enum entry_kind)draft->kind) why = "is an entry of another kind";
    if (corrected->line_id != state->line_id) why = "is an entry of another line";
    if (why != NULL) {
        (void)fault_set(&refusal->fault, INVALID_ARGUMENT, "entries/%lld %s",
                        (long long)corrected->id, why);
        return refuse(refusal, INVALID_ARGUMENT, "NOT_CORRECTABLE", "corrects");
    }
    int64_t left = corrected->won + corrected->taken_back_won; /* Of different signs. */
    if (draft->won <= left && left - draft->won < corrected->contracted_won) {
        (void)fault_set(&refusal->fault, FAILED_PRECONDITION,
                        "contracts take %s won of entries/%lld; %s can still be taken back",
                        words_of(corrected->contracted_won).text, (long long)corrected->id,
                        words_of(left - corrected->contracted_won).text);
        return refuse(refusal, FAILED_PRECONDITION, "UNDER_CONTRACT", "amount_won");
    }
    if (draft->won <= left) return OK;
    (void)fault_set(&refusal->fault, FAILED_PRECONDITION,
                    "of the %s won of entries/%lld %s can still be taken back; %s are asked for",
                    words_of(corrected->won).text, (long long)corrected->id, words_of(left).text,
                    words_of(draft->won).text);
    return refuse(refusal, FAILED_PRECONDITION, "CORRECTED_ALREADY", "amount_won");
}

enum status posting_draft_check(const struct posting_state *state,
                                const struct posting_draft *draft, struct refusal *refusal)
{
    enum status status = amount_check(draft, refusal);
    if (status == OK) status = day_check(state, draft, refusal);
    if (status == OK) status = corrected_check(state, draft, refusal);
    if (status == OK) status = carry_over_check(state, draft, refusal);
    return status == OK ? open_check(state, refusal) : status;
}

int64_t posting_kept_won(const struct posting_draft *draft)
{
    return draft->corrected == NULL ? draft->won : -draft->won;
}

/* The borders between accounts. */
enum border { BORDER_UNCOMMITTED, BORDER_UNSPENT, BORDER_SPENT };

/* What a border leaves on a day, and that in words. Both differences may pass 64 bits where a
 * report prints nonsense. */
static __int128 border_left(const struct balance *balance, enum border border, int64_t reserved_won)
{
    const int64_t *won = balance->won;
    switch (border) {
    case BORDER_UNCOMMITTED:
        return (__int128)won[AMOUNT_CURRENT] - won[AMOUNT_COMMITTED] - reserved_won;
    case BORDER_UNSPENT:
        return (__int128)won[AMOUNT_COMMITTED] - won[AMOUNT_SPENT];
    case BORDER_SPENT:
        return won[AMOUNT_SPENT];
    }
    return 0;
}

static int64_t clamp(__int128 won)
{
    if (won > INT64_MAX) return INT64_MAX;
    return won < INT64_MIN ? INT64_MIN : (int64_t)won;
}

/* The border that a change narrows; false: it widens all that it touches. */
static bool border_of(const struct balance *change, enum border *border)
{
    bool narrows = true;
    if (change->won[AMOUNT_CURRENT] < 0 || change->won[AMOUNT_COMMITTED] > 0)
        *border = BORDER_UNCOMMITTED;
    else if (change->won[AMOUNT_COMMITTED] < 0 || change->won[AMOUNT_SPENT] > 0)
        *border = BORDER_UNSPENT;
    else if (change->won[AMOUNT_SPENT] < 0)
        *border = BORDER_SPENT;
    else
        narrows = false;
    return narrows;
}

/* `lines/… has 1,200,000 won left; 1,500,000 are asked for`. The day is said where it is not the
 * last that the line knows of. */
static enum status exceed(const struct posting_state *state, const struct posting_day *day,
                          enum border border, int64_t won, struct refusal *refusal)
{
    static const char *const left_words[] = {
        [BORDER_UNCOMMITTED] = "won left",
        [BORDER_UNSPENT] = "won committed and not spent",
        [BORDER_SPENT] = "won spent",
    };
    int64_t left = clamp(border_left(&day->balance, border, state->reserved_won));
    bool reserved = border == BORDER_UNCOMMITTED && state->reserved_won > 0;
    bool dated = day->day[0] != '\0';
    (void)fault_set(&refusal->fault, FAILED_PRECONDITION,
                    "%s has %s %s%s%s%s%s%s; %s are asked for", state->line, words_of(left).text,
                    left_words[border], dated ? " on " : "", dated ? day->day : "",
                    reserved ? " beside " : "", reserved ? words_of(state->reserved_won).text : "",
                    reserved ? " that are reserved" : "", words_of(won).text);
    return refuse(refusal, FAILED_PRECONDITION, "BALANCE_EXCEEDED", "amount_won");
}

/* The day that leaves least across a border. */
static const struct posting_day *day_least(const struct posting_state *state, enum border border)
{
    const struct posting_day *least = &state->days[0];
    for (size_t i = 1; i < state->day_count; i++) {
        const struct posting_day *day = &state->days[i];
        if (border_left(&day->balance, border, 0) < border_left(&least->balance, border, 0))
            least = day;
    }
    return least;
}

static enum status overflow(const struct posting_state *state, struct refusal *refusal)
{
    posting_overflow(state->line, refusal);
    return refusal->status;
}

static enum status overflow_check(const struct posting_state *state, const struct balance *change,
                                  struct refusal *refusal)
{
    for (size_t i = 0; i < state->day_count; i++) {
        struct balance sum = state->days[i].balance;
        if (!balance_add(&sum, change)) return overflow(state, refusal);
    }
    return OK;
}

enum status posting_money_check(const struct posting_state *state,
                                const struct posting_draft *draft, struct refusal *refusal)
{
    struct balance change;
    enum border border;
    if (!entry_change((enum entry_kind)draft->kind, posting_kept_won(draft), &change))
        return overflow(state, refusal);
    if (border_of(&change, &border)) {
        struct posting_state after = *state;
        after.reserved_won -= draft->unreserved_won;
        const struct posting_day *least = day_least(&after, border);
        if (border_left(&least->balance, border, after.reserved_won) < draft->won)
            return exceed(&after, least, border, draft->won, refusal);
    }
    return overflow_check(state, &change, refusal);
}

enum status posting_reserve_check(const struct posting_state *state, int64_t won,
                                  struct refusal *refusal)
{
    if (won < 1) {
        (void)fault_set(&refusal->fault, INVALID_ARGUMENT,
                        "is %s won; a reservation has at least 1", words_of(won).text);
        return refuse(refusal, INVALID_ARGUMENT, NULL, "amount_won");
    }
    enum status status = open_check(state, refusal);
    if (status != OK) return status;
    const struct posting_day *least = day_least(state, BORDER_UNCOMMITTED);
    if (border_left(&least->balance, BORDER_UNCOMMITTED, state->reserved_won) >= won) return OK;
    return exceed(state, least, BORDER_UNCOMMITTED, won, refusal);
}

void posting_overflow(const char *line, struct refusal *refusal)
{
    (void)fault_set(&refusal->fault, OUT_OF_RANGE,
                    "%s or a line above it would stand at more than %s won", line,
                    words_of(INT64_MAX).text);
    (void)refuse(refusal, OUT_OF_RANGE, "AMOUNT_OVERFLOW", "amount_won");
}

struct date posting_day_within(struct date day, int32_t fiscal_year)
{
    struct date first;
    struct date last;
    if (!date_from_parts((struct date_parts){fiscal_year, 1, 1}, &first)) return day;
    if (!date_from_parts((struct date_parts){fiscal_year, 12, 31}, &last)) return day;
    if (day.days < first.days) return first;
    return day.days > last.days ? last : day;
}

static struct transfer_sum *transfer_sum_find(const struct transfers *transfers,
                                              const struct transfer_sum *line)
{
    for (size_t i = 0; i < transfers->count; i++) {
        struct transfer_sum *sum = &transfers->sums[i];
        if (sum->fiscal_year == line->fiscal_year && strcmp(sum->fund, line->fund) == 0) return sum;
    }
    return NULL;
}

enum status transfers_add(struct arena *arena, struct transfers *transfers,
                          const struct transfer_sum *line, enum entry_kind kind, int64_t won)
{
    if (kind != ENTRY_TRANSFER_IN && kind != ENTRY_TRANSFER_OUT) return OK;
    struct transfer_sum *sum = transfer_sum_find(transfers, line);
    if (sum == NULL && transfers->count == transfers->max) {
        struct transfer_sum *grown =
            arena_grow(arena, transfers->sums, transfers->count, &transfers->max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        transfers->sums = grown;
    }
    if (sum == NULL) {
        sum = &transfers->sums[transfers->count++];
        *sum = (struct transfer_sum){.fiscal_year = line->fiscal_year, .fund = line->fund};
    }
    *(kind == ENTRY_TRANSFER_IN ? &sum->in_won : &sum->out_won) += won;
    return OK;
}

enum status transfers_check(const struct transfers *transfers, struct refusal *refusal)
{
    for (size_t i = 0; i < transfers->count; i++) {
        const struct transfer_sum *sum = &transfers->sums[i];
        if (sum->in_won == sum->out_won) continue;
        (void)fault_set(&refusal->fault, INVALID_ARGUMENT,
                        "transfers of fiscal year %d, fund %s, do not balance: %s won out, %s in",
                        (int)sum->fiscal_year, sum->fund, words_of(clamp(sum->out_won)).text,
                        words_of(clamp(sum->in_won)).text);
        return refuse(refusal, INVALID_ARGUMENT, "UNBALANCED", NULL);
    }
    return OK;
}
