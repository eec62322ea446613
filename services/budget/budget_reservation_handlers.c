/* sotong.budget.v1.ReservationService, one function per RPC, and the job that lets reservations
 * expire. */
#include <string.h>

#include "base/clock.h"
#include "budget.h"
#include "budget_jobs.h"
#include "budget_money.h"
#include "budget_refs.h"
#include "budget_refusal.h"
#include "budget_reservation_store.h"
#include "budget_wire.h"
#include "reservation.rpc.h"

enum { MS_PER_S = 1000 };

static budget_reservation *reservation_message(struct arena *arena,
                                               const struct reservation *reservation)
{
    budget_reservation *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_reservation)BUDGET_RESERVATION_INIT;
    message->name = arena_printf(arena, "reservations/%lld", (long long)reservation->id);
    message->line = string_borrow(reservation->line);
    message->amount_won = reservation->amount_won;
    message->state = (budget_reservation_state)reservation->state;
    message->posted_won = reservation->posted_won;
    if (reservation->entry_id != 0)
        message->entry = arena_printf(arena, "entries/%lld", (long long)reservation->entry_id);
    message->subject = string_borrow(reservation->subject);
    message->create_time = timestamp_message(arena, reservation->created_ms);
    message->expire_time = timestamp_message(arena, reservation->expires_ms);
    if (message->name == NULL || message->entry == NULL || message->create_time == NULL ||
        message->expire_time == NULL)
        return NULL;
    if (reservation->resolved_ms == 0) return message;
    message->resolve_time = timestamp_message(arena, reservation->resolved_ms);
    return message->resolve_time == NULL ? NULL : message;
}

static enum status overflow_fail(struct rpc_call *call, const char *line)
{
    struct refusal refusal;
    posting_overflow(line, &refusal);
    return refusal_fail(call, &refusal, "");
}

enum status budget_create_reservation(struct budget *self, struct rpc_call *call,
                                      const budget_create_reservation_request *in,
                                      budget_create_reservation_response *out)
{
    (void)self;
    struct posting_line line;
    struct refusal refusal;
    int64_t now_ms = clock_now_ms();
    int64_t lifetime_s = in->lifetime_seconds == 0 ? RESERVATION_LIFETIME_S : in->lifetime_seconds;
    struct reservation reservation = {.line = in->line,
                                      .subject = in->subject,
                                      .amount_won = in->amount_won,
                                      .state = RESERVATION_OPEN,
                                      .created_ms = now_ms,
                                      .expires_ms = now_ms + lifetime_s * MS_PER_S};
    enum status status = posting_line_find(rpc_db(call), rpc_arena(call), in->line, &line);
    if (status == NOT_FOUND) return unknown_fail(call, "LINE_UNKNOWN", "line", in->line);
    if (status != OK) return status;
    status = money_reserve_check(call, &line, in->amount_won, now_ms, &refusal);
    if (status != OK) return refusal.status == OK ? status : refusal_fail(call, &refusal, "");
    status = reservation_add(rpc_db(call), &line, &reservation);
    if (status == OUT_OF_RANGE) return overflow_fail(call, line.name);
    if (status != OK) return status;
    out->reservation = reservation_message(rpc_arena(call), &reservation);
    return out->reservation == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* The reservation that a request names, as it is now. */
static enum status reservation_find(struct rpc_call *call, const char *name, int64_t now_ms,
                                    struct reservation *reservation)
{
    int64_t id;
    enum status status = NOT_FOUND;
    if (ref_number(name, "reservations", &id))
        status = reservation_get(rpc_db(call), rpc_arena(call), id, now_ms, reservation);
    if (status != NOT_FOUND) return status;
    return unknown_fail(call, "RESERVATION_UNKNOWN", "name", name);
}

/* The same where it is to be resolved, with its line. */
static enum status open_find(struct rpc_call *call, const char *name, int64_t now_ms,
                             struct reservation *reservation, struct posting_line *line)
{
    struct refusal refusal;
    enum status status = reservation_find(call, name, now_ms, reservation);
    if (status != OK) return status;
    status = reservation_open_check(reservation, &refusal);
    if (status != OK) return refusal_fail(call, &refusal, "");
    return posting_line_get(rpc_db(call), rpc_arena(call), reservation->line_id, line);
}

/* The commitment that a request asks for. */
static enum status posting_from(struct rpc_call *call, const budget_post_reservation_request *in,
                                const struct reservation *reservation, int64_t now_ms,
                                struct posting *posting)
{
    struct refusal refusal;
    *posting = (struct posting){.kind = ENTRY_COMMITMENT,
                                .reservation = reservation->id,
                                .unreserved_won = reservation->amount_won,
                                .description = in->description,
                                .now_ms = now_ms};
    if (in->effective_date[0] == '\0')
        date_format(date_from_instant(now_ms), posting->day);
    else
        memcpy(posting->day, in->effective_date, sizeof posting->day);
    enum status status = reservation_amount(reservation, in->amount_won, &posting->won, &refusal);
    return status == OK ? OK : refusal_fail(call, &refusal, "");
}

static enum status commit(struct rpc_call *call, struct reservation *reservation,
                          struct posting_line *line, struct posting *posting)
{
    struct refusal refusal;
    const struct posting_draft draft = {.kind = ENTRY_COMMITMENT,
                                        .won = posting->won,
                                        .day = posting->day,
                                        .unreserved_won = reservation->amount_won};
    enum status status = money_draft_check(call, line, &draft, posting->now_ms, &refusal);
    if (status != OK) return refusal.status == OK ? status : refusal_fail(call, &refusal, "");
    status = posting_add(rpc_db(call), line, posting);
    if (status == OUT_OF_RANGE) return overflow_fail(call, line->name);
    if (status != OK) return status;
    reservation->state = RESERVATION_POSTED;
    reservation->posted_won = posting->won;
    reservation->entry_id = posting->id;
    reservation->resolved_ms = posting->now_ms;
    return reservation_resolve(rpc_db(call), reservation);
}

enum status budget_post_reservation(struct budget *self, struct rpc_call *call,
                                    const budget_post_reservation_request *in,
                                    budget_post_reservation_response *out)
{
    (void)self;
    struct reservation reservation;
    struct posting_line line;
    struct posting posting;
    int64_t now_ms = clock_now_ms();
    enum status status = open_find(call, in->name, now_ms, &reservation, &line);
    if (status == OK) status = posting_from(call, in, &reservation, now_ms, &posting);
    if (status == OK) status = commit(call, &reservation, &line, &posting);
    if (status != OK) return status;
    out->reservation = reservation_message(rpc_arena(call), &reservation);
    out->entry = posting_message(rpc_arena(call), &line, &posting);
    return out->reservation == NULL || out->entry == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_release_reservation(struct budget *self, struct rpc_call *call,
                                       const budget_release_reservation_request *in,
                                       budget_release_reservation_response *out)
{
    (void)self;
    struct reservation reservation;
    struct posting_line line;
    int64_t now_ms = clock_now_ms();
    enum status status = open_find(call, in->name, now_ms, &reservation, &line);
    if (status == OK) status = posting_reserve(rpc_db(call), &line, -reservation.amount_won);
    if (status != OK) return status;
    reservation.state = RESERVATION_RELEASED;
    reservation.resolved_ms = now_ms;
    status = reservation_resolve(rpc_db(call), &reservation);
    if (status != OK) return status;
    out->reservation = reservation_message(rpc_arena(call), &reservation);
    return out->reservation == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_get_reservation(struct budget *self, struct rpc_call *call,
                                   const budget_get_reservation_request *in,
                                   budget_get_reservation_response *out)
{
    (void)self;
    struct reservation reservation;
    enum status status = reservation_find(call, in->name, clock_now_ms(), &reservation);
    if (status != OK) return status;
    out->reservation = reservation_message(rpc_arena(call), &reservation);
    return out->reservation == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* Wire to domain. A page has one reservation more than is shown, which tells that there are more.
 */
static enum status query_from(struct rpc_call *call, const budget_list_reservations_request *in,
                              struct reservation_query *query)
{
    struct ref_place place;
    if ((int)in->state < 0 || (int)in->state > RESERVATION_EXPIRED)
        return rpc_violation(call, "state", "%d is no state of reservations", (int)in->state);
    enum status status = ref_place(call, in->page_token, false, &place);
    if (status != OK) return status;
    *query = (struct reservation_query){.line = in->line,
                                        .subject = in->subject,
                                        .state = (int32_t)in->state,
                                        .now_ms = clock_now_ms(),
                                        .after_id = place.number,
                                        .size = ref_page_size(in->page_size) + 1};
    return OK;
}

enum status budget_list_reservations(struct budget *self, struct rpc_call *call,
                                     const budget_list_reservations_request *in,
                                     budget_list_reservations_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct reservation_query query;
    struct reservation *reservations;
    size_t count;
    enum status status = query_from(call, in, &query);
    if (status == OK) status = reservation_page(rpc_db(call), arena, &query, &reservations, &count);
    if (status != OK) return status;
    bool more = count == query.size;
    if (more) count--;
    out->reservations = arena_calloc(arena, count + 1, sizeof(budget_reservation *));
    if (out->reservations == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        out->reservations[i] = reservation_message(arena, &reservations[i]);
        if (out->reservations[i] == NULL) return RESOURCE_EXHAUSTED;
    }
    out->n_reservations = count;
    if (!more) return OK;
    out->next_page_token = arena_printf(arena, "%lld", (long long)reservations[count - 1].id);
    return out->next_page_token == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_expire_run(void *self, struct db *db, struct arena *arena, bool *more)
{
    (void)self;
    size_t count = 0;
    enum status status = reservations_expire(db, arena, clock_now_ms(), &count);
    *more = count == RESERVATIONS_A_RUN;
    return status;
}
