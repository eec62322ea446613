/* A way to end calls from elsewhere: a handler whose caller went away cancels the calls that it
 * makes. Whoever makes the calls puts it into their options; whoever knows triggers it. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Somebody who wants to know, from another thread, while the lock of the struct is held. */
struct rpc_cancel_listener {
    void (*triggered)(void *context);
    void *context;
    struct rpc_cancel_listener *next;
};

struct rpc_cancel {
    atomic_bool triggered;
    pthread_mutex_t lock;              /* Guards what follows. */
    struct rpc_cancel_listener *first; /* The calls under way. */
};

void rpc_cancel_init(struct rpc_cancel *cancel);

/* No call may use it any more. */
void rpc_cancel_free(struct rpc_cancel *cancel);

/* Ends the calls under way with CANCELLED, and those that begin later; from any thread, any number
 * of times. Does not wait for them. */
void rpc_cancel_trigger(struct rpc_cancel *cancel);

bool rpc_cancel_triggered(const struct rpc_cancel *cancel);

/* For the client: a call begins, and is over. Where it was triggered already, the listener is told
 * at once. */
void rpc_cancel_attach(struct rpc_cancel *cancel, struct rpc_cancel_listener *listener);
void rpc_cancel_detach(struct rpc_cancel *cancel, struct rpc_cancel_listener *listener);
