/* sotong.budget.v1.BudgetService/WatchEvents: the feed, as a stream. */
#include <inttypes.h>

#include "budget.h"
#include "budget_events.h"
#include "budget_wire.h"

enum { EVENTS_A_TURN = 100 };

/* Where a stream is in the feed, and what it has read behind that. */
struct page {
    int64_t after;
    struct event_record *events;
    size_t count;
};

static enum status read_last(struct rpc_call *call, void *context)
{
    return event_last(rpc_db(call), context);
}

static enum status read_page(struct rpc_call *call, void *context)
{
    struct page *page = context;
    return event_page(rpc_db(call), rpc_turn_arena(call), page->after, EVENTS_A_TURN, &page->events,
                      &page->count);
}

static enum status send_page(struct rpc_call *call, struct page *page)
{
    enum status status = OK;
    for (size_t i = 0; i < page->count && status == OK; i++) {
        budget_watch_events_response out = BUDGET_WATCH_EVENTS_RESPONSE_INIT;
        out.event = event_message(rpc_turn_arena(call), &page->events[i]);
        if (out.event == NULL) return RESOURCE_EXHAUSTED;
        status = budget_watch_events_send(call, &out);
        if (status == OK) page->after = page->events[i].sequence;
    }
    return status;
}

enum status budget_watch_events(struct budget *self, struct rpc_call *call,
                                const budget_watch_events_request *in)
{
    (void)self;
    int64_t last = 0;
    struct page page = {.after = in->after};
    enum status status = rpc_read(call, read_last, &last);
    if (status == OK && page.after > last) {
        return rpc_fail(call, OUT_OF_RANGE, "the feed ends at %" PRId64 "; begin again from 0",
                        last);
    }
    while (status == OK) {
        status = rpc_read(call, read_page, &page);
        if (status == OK) status = send_page(call, &page);
        if (status != OK) break;
        if (page.count == EVENTS_A_TURN) { /* There may be further events already. */
            rpc_turn_end(call);
        } else {
            status = rpc_wait_commit(call);
        }
    }
    return status;
}
