/* The order service of the fault tests. With SOTONG_TEST_KILL_AT=n it kills itself at the n-th step
 * of an order, as a power cut would. */
#include <signal.h>
#include <stdlib.h>

#include "app/app.h"
#include "db/db.h"
#include "order.rpc.h"
#include "order_sql.h"
#include "reservation.rpc.h"
#include "rpc/server/rpc_call_options.h"

enum { BUDGET_TIMEOUT_MS = 10000 };

/* Steps of an order; each is a place to be killed at. */
enum step {
    STEP_BEGIN = 1,
    STEP_INTENDED,
    STEP_RESERVED,
    STEP_RESERVED_KNOWN,
    STEP_DONE,
    STEP_POSTED,
    STEP_POSTED_KNOWN,
};

struct order {
    int kill_at; /* 0: nowhere. */
};

/* An order on its way. */
struct placing {
    struct order *self;
    struct rpc_call *call;
    const order_place_order_request *in;
    order_order *out;
};

static char *borrow(const char *string)
{
    union {
        const char *from;
        char *to;
    } same = {.from = string};
    return same.to;
}

static void reach(const struct placing *placing, enum step step)
{
    if ((int)step == placing->self->kill_at) (void)raise(SIGKILL);
}

static enum status order_read(struct db *db, struct arena *arena, const char *id, order_order *out)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &order_order_get_sql, DB_TEXT(id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        out->id = borrow(id);
        out->state = (order_order_state)db_int(&rows, 0);
        out->reservation = db_copy(&rows, 1, arena);
        if (out->reservation == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    return status;
}

static enum status order_write(struct rpc_call *call, void *context)
{
    const order_order *order = context;
    return db_run(rpc_db(call), &order_order_put_sql, DB_TEXT(order->id), DB_INT(order->state),
                  DB_TEXT(order->reservation));
}

static enum status advance(struct placing *placing, order_order_state state)
{
    placing->out->state = state;
    return rpc_write(placing->call, order_write, placing->out);
}

/* What the budget refuses for good ends the order; anything else is tried again by the caller. */
static enum status asked(struct placing *placing, enum status status)
{
    if (status != FAILED_PRECONDITION) return status;
    status = advance(placing, ORDER_ORDER_STATE_FAILED);
    return status == OK ? rpc_fail(placing->call, FAILED_PRECONDITION, "the order has failed")
                        : status;
}

/* The id of a write that this order makes in the budget: always the same. */
static char *step_id(struct placing *placing, const char *step)
{
    return arena_printf(rpc_arena(placing->call), "%s-%s", placing->in->request_id, step);
}

static enum status reserve(struct placing *placing)
{
    struct rpc_call *call = placing->call;
    const struct rpc_options options = rpc_call_options(call, "budget", BUDGET_TIMEOUT_MS);
    budget_create_reservation_request request = BUDGET_CREATE_RESERVATION_REQUEST_INIT;
    budget_create_reservation_response *response;
    request.request_id = step_id(placing, "reserve");
    if (request.request_id == NULL) return RESOURCE_EXHAUSTED;
    request.line = placing->in->line;
    request.amount_won = placing->in->amount_won;
    request.lifetime_seconds = placing->in->lifetime_seconds;
    enum status status =
        budget_client_create_reservation(rpc_call_client(call), &options, &request, &response);
    if (status != OK) return asked(placing, status);
    reach(placing, STEP_RESERVED);
    placing->out->reservation = response->reservation->name;
    return advance(placing, ORDER_ORDER_STATE_RESERVED);
}

static enum status post(struct placing *placing)
{
    struct rpc_call *call = placing->call;
    const struct rpc_options options = rpc_call_options(call, "budget", BUDGET_TIMEOUT_MS);
    budget_post_reservation_request request = BUDGET_POST_RESERVATION_REQUEST_INIT;
    budget_post_reservation_response *response;
    request.request_id = step_id(placing, "post");
    if (request.request_id == NULL) return RESOURCE_EXHAUSTED;
    request.name = placing->out->reservation;
    request.amount_won = placing->in->used_won;
    request.effective_date = borrow("2026-06-30");
    enum status status =
        budget_client_post_reservation(rpc_call_client(call), &options, &request, &response);
    if (status != OK) return asked(placing, status);
    reach(placing, STEP_POSTED);
    return advance(placing, ORDER_ORDER_STATE_POSTED);
}

enum status order_place_order(struct order *self, struct rpc_call *call,
                              const order_place_order_request *in, order_order *out)
{
    struct placing placing = {.self = self, .call = call, .in = in, .out = out};
    reach(&placing, STEP_BEGIN);
    enum status status = order_read(rpc_db(call), rpc_arena(call), in->request_id, out);
    if (status == NOT_FOUND) {
        out->id = in->request_id;
        out->reservation = borrow("");
        status = advance(&placing, ORDER_ORDER_STATE_INTENDED);
    }
    if (status != OK) return status;
    if (out->state == ORDER_ORDER_STATE_FAILED)
        return rpc_fail(call, FAILED_PRECONDITION, "the order has failed");
    if (out->state == ORDER_ORDER_STATE_INTENDED) {
        reach(&placing, STEP_INTENDED);
        status = reserve(&placing);
        if (status != OK) return status;
    }
    if (out->state == ORDER_ORDER_STATE_RESERVED) {
        reach(&placing, STEP_RESERVED_KNOWN);
        status = advance(&placing, ORDER_ORDER_STATE_DONE); /* Its own work. */
        if (status != OK) return status;
    }
    if (out->state == ORDER_ORDER_STATE_DONE) {
        reach(&placing, STEP_DONE);
        status = post(&placing);
        if (status != OK) return status;
    }
    reach(&placing, STEP_POSTED_KNOWN);
    return OK;
}

enum status order_get_order(struct order *self, struct rpc_call *call,
                            const order_get_order_request *in, order_order *out)
{
    (void)self;
    enum status status = order_read(rpc_db(call), rpc_arena(call), in->id, out);
    return status == NOT_FOUND ? rpc_fail(call, NOT_FOUND, "there is no order %s", in->id) : status;
}

static enum status order_open(const struct app *app, struct app_mount mounts[static APP_MOUNTS_MAX],
                              size_t *mount_count, void **self, struct fault *fault)
{
    (void)app;
    struct order *order = calloc(1, sizeof *order);
    if (order == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the service");
    const char *kill_at = getenv("SOTONG_TEST_KILL_AT");
    if (kill_at != NULL) order->kill_at = (int)strtol(kill_at, NULL, 10);
    mounts[0] = (struct app_mount){&order_order_service_handlers, order};
    *mount_count = 1;
    *self = order;
    return OK;
}

int main(int argc, char **argv)
{
    const struct app_service order = {
        .name = "campaign", /* A name that has a port and peers; it would spend so. */
        .migrations = order_migrations,
        .migration_count = order_migration_count,
        .makes_calls = true,
        .open = order_open,
        .close = free,
    };
    return app_main(&order, argc, argv);
}
