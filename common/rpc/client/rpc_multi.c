#include "rpc/client/rpc_multi.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "rpc/client/rpc_engine.h"

/* A transfer's sockets: two addresses that are tried at once, and a resolver's. */
enum { SOCKETS_EACH = 3 };

struct socket_watch;

struct rpc_multi {
    struct rpc_engine *engine;
    const struct rpc_curl *curl;
    CURLM *handle;
    rpc_multi_done *done;
    void *context;
    int64_t due_ms;
    struct rpc_multi *next;
    struct socket_watch *spare; /* libcurl gives a transfer up in silence where there is none. */
    size_t watch_count;         /* Spare or not. */
    CURL **transfers;           /* Those that were added. */
    size_t transfer_count, transfer_capacity;
    struct rpc_grave grave;
    bool broken; /* libcurl gave it up: it takes nothing any more. */
    bool freed;
};

/* One of libcurl's sockets. */
struct socket_watch {
    struct rpc_watch watch; /* First. */
    struct rpc_multi *multi;
    struct socket_watch *next; /* Among the spare. */
    struct rpc_grave grave;
};

static void report(struct rpc_multi *multi)
{
    int left = 0;
    while (!multi->freed) {
        const CURLMsg *message = multi->curl->multi_info_read(multi->handle, &left);
        if (message == NULL) break;
        if (message->msg == CURLMSG_DONE)
            multi->done(multi->context, message->easy_handle, message->data.result);
    }
}

/* libcurl does nothing more for any transfer, and tells none of them. */
static void give_up(struct rpc_multi *multi, CURLcode code)
{
    multi->broken = true;
    while (!multi->freed && multi->transfer_count > 0) {
        CURL *easy = multi->transfers[multi->transfer_count - 1];
        size_t count = multi->transfer_count;
        multi->done(multi->context, easy, code);
        /* Whoever is told removes it; here too, so that this ends in any case. */
        if (!multi->freed && multi->transfer_count == count) rpc_multi_remove(multi, easy);
    }
}

static void act(struct rpc_multi *multi, curl_socket_t fd, int events)
{
    int running;
    if (multi->broken) return;
    CURLMcode code = multi->curl->multi_socket_action(multi->handle, fd, events, &running);
    report(multi);
    if (code == CURLM_OK || multi->freed) return;
    /* What our own callbacks refuse is for want of memory. */
    bool memory = code == CURLM_OUT_OF_MEMORY || code == CURLM_ABORTED_BY_CALLBACK;
    give_up(multi, memory ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT);
}

static void socket_ready(struct rpc_watch *watch, uint32_t events)
{
    struct socket_watch *self = (struct socket_watch *)watch;
    int mask = 0;
    if ((events & EPOLLIN) != 0) mask |= CURL_CSELECT_IN;
    if ((events & EPOLLOUT) != 0) mask |= CURL_CSELECT_OUT;
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) mask |= CURL_CSELECT_ERR;
    act(self->multi, watch->fd, mask);
}

/* Enough for so many transfers. */
static bool provide_watches(struct rpc_multi *multi, size_t transfers)
{
    while (multi->watch_count < SOCKETS_EACH * transfers) {
        struct socket_watch *watch = alloc_should_fail() ? NULL : calloc(1, sizeof *watch);
        if (watch == NULL) return false;
        *watch = (struct socket_watch){
            .watch = {.ready = socket_ready, .fd = -1}, .multi = multi, .next = multi->spare};
        multi->spare = watch;
        multi->watch_count++;
    }
    return true;
}

/* libcurl's: it wants other events of a socket. */
static int socket_changed(CURL *easy, curl_socket_t fd, int what, void *context, void *assigned)
{
    struct rpc_multi *multi = context;
    struct socket_watch *watch = assigned;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch == NULL) return 0;
        (void)rpc_engine_watch(multi->engine, &watch->watch, fd, 0);
        rpc_engine_bury(multi->engine, &watch->grave, watch, free);
        multi->watch_count--;
        (void)multi->curl->multi_assign(multi->handle, fd, NULL);
        return 0;
    }
    if (watch == NULL) {
        if (multi->spare == NULL && !provide_watches(multi, multi->watch_count + 1)) return -1;
        watch = multi->spare;
        multi->spare = watch->next;
        (void)multi->curl->multi_assign(multi->handle, fd, watch);
    }
    uint32_t events = ((what & CURL_POLL_IN) != 0 ? (uint32_t)EPOLLIN : 0U) |
                      ((what & CURL_POLL_OUT) != 0 ? (uint32_t)EPOLLOUT : 0U);
    return rpc_engine_watch(multi->engine, &watch->watch, fd, events) ? 0 : -1;
}

static int timer_changed(CURLM *handle, long timeout_ms, void *context)
{
    struct rpc_multi *multi = context;
    (void)handle;
    multi->due_ms = timeout_ms < 0 ? INT64_MAX : clock_monotonic_ms() + timeout_ms;
    return 0;
}

struct rpc_multi *rpc_multi_new(struct rpc_engine *engine, rpc_multi_done *done, void *context)
{
    struct rpc_multi *multi = alloc_should_fail() ? NULL : calloc(1, sizeof *multi);
    if (multi == NULL) return NULL;
    *multi = (struct rpc_multi){.engine = engine,
                                .curl = rpc_engine_curl(engine),
                                .done = done,
                                .context = context,
                                .due_ms = INT64_MAX};
    multi->handle = multi->curl->multi_init();
    if (multi->handle == NULL) {
        free(multi);
        return NULL;
    }
    (void)multi->curl->multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, socket_changed);
    (void)multi->curl->multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
    (void)multi->curl->multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, timer_changed);
    (void)multi->curl->multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
    rpc_engine_add_multi(engine, multi);
    return multi;
}

static void free_now(void *item)
{
    struct rpc_multi *multi = item;
    (void)multi->curl->multi_cleanup(multi->handle);
    while (multi->spare != NULL) {
        struct socket_watch *watch = multi->spare;
        multi->spare = watch->next;
        free(watch);
    }
    free(multi->transfers);
    free(multi);
}

void rpc_multi_free(struct rpc_multi *multi)
{
    if (multi == NULL || multi->freed) return;
    multi->freed = true;
    multi->due_ms = INT64_MAX;
    rpc_engine_remove_multi(multi->engine, multi);
    rpc_engine_bury(multi->engine, &multi->grave, multi, free_now);
}

static bool provide_room(struct rpc_multi *multi)
{
    if (multi->transfer_count < multi->transfer_capacity) return true;
    size_t capacity = multi->transfer_capacity == 0 ? 1 : 2 * multi->transfer_capacity;
    CURL **larger =
        alloc_should_fail() ? NULL : realloc(multi->transfers, capacity * sizeof(CURL *));
    if (larger == NULL) return false;
    multi->transfers = larger;
    multi->transfer_capacity = capacity;
    return true;
}

bool rpc_multi_add(struct rpc_multi *multi, CURL *easy)
{
    if (multi->broken || !provide_room(multi)) return false;
    if (!provide_watches(multi, multi->transfer_count + 1)) return false;
    if (multi->curl->multi_add_handle(multi->handle, easy) != CURLM_OK) return false;
    multi->transfers[multi->transfer_count++] = easy;
    return true;
}

void rpc_multi_remove(struct rpc_multi *multi, CURL *easy)
{
    (void)multi->curl->multi_remove_handle(multi->handle, easy);
    for (size_t i = 0; i < multi->transfer_count; i++) {
        if (multi->transfers[i] != easy) continue;
        multi->transfers[i] = multi->transfers[--multi->transfer_count];
        return;
    }
}

bool rpc_multi_broken(const struct rpc_multi *multi)
{
    return multi->broken;
}

CURLM *rpc_multi_handle(struct rpc_multi *multi)
{
    return multi->handle;
}

int64_t rpc_multi_due_ms(const struct rpc_multi *multi)
{
    return multi->due_ms;
}

void rpc_multi_tick(struct rpc_multi *multi)
{
    multi->due_ms = INT64_MAX;
    act(multi, CURL_SOCKET_TIMEOUT, 0);
}

struct rpc_multi **rpc_multi_next(struct rpc_multi *multi)
{
    return &multi->next;
}
