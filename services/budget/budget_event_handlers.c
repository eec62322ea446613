/* sotong.budget.v1.BudgetService/WatchEvents: the feed, as a stream. */
#include <inttypes.h>

#include "budget.h"
#include "budget_events.h"
#include "budget_wire.h"

enum { EVENTS_A_TURN = 100 };

static enum status send_events(struct rpc_call *call, const struct event_record *events,
                               size_t count, int64_t *after)
{
    enum status status = OK;
    for (size_t i = 0; i < count && status == OK; i++) {
        budget_watch_events_response out = BUDGET_WATCH_EVENTS_RESPONSE_INIT;
        out.event = event_message(rpc_turn_arena(call), &events[i]);
        if (out.event == NULL) return RESOURCE_EXHAUSTED;
        status = budget_watch_events_send(call, &out);
        if (status == OK) *after = events[i].sequence;
    }
    return status;
}

/* Sends what there is behind *after; *more: there may be further events already. */
static enum status send_page(struct rpc_call *call, int64_t *after, bool *more)
{
    struct event_record *events;
    size_t count;
    enum status status =
        event_page(rpc_db(call), rpc_turn_arena(call), *after, EVENTS_A_TURN, &events, &count);
    if (status != OK) return status;
    *more = count == EVENTS_A_TURN;
    return send_events(call, events, count, after);
}

enum status budget_watch_events(struct budget *self, struct rpc_call *call,
                                const budget_watch_events_request *in)
{
    (void)self;
    int64_t last = 0;
    int64_t after = in->after;
    enum status status = event_last(rpc_db(call), &last);
    if (status == OK && after > last) {
        return rpc_fail(call, OUT_OF_RANGE, "the feed ends at %" PRId64 "; begin again from 0",
                        last);
    }
    while (status == OK) {
        bool more = false;
        status = send_page(call, &after, &more);
        if (status != OK) break;
        if (more) {
            rpc_turn_end(call);
        } else {
            status = rpc_wait_commit(call);
        }
    }
    return status;
}
