#include "rpc/rpc_cancel.h"

#include <stddef.h>

#include "rpc/rpc_exchange.h"

void rpc_cancel_init(struct rpc_cancel *cancel)
{
    *cancel = (struct rpc_cancel){.first = NULL};
    atomic_init(&cancel->triggered, false);
    (void)pthread_mutex_init(&cancel->lock, NULL);
}

void rpc_cancel_free(struct rpc_cancel *cancel)
{
    (void)pthread_mutex_destroy(&cancel->lock);
}

void rpc_cancel_trigger(struct rpc_cancel *cancel)
{
    (void)pthread_mutex_lock(&cancel->lock);
    atomic_store(&cancel->triggered, true);
    for (struct rpc_exchange *each = cancel->first; each != NULL; each = each->cancel_next)
        rpc_exchange_cancel(each);
    (void)pthread_mutex_unlock(&cancel->lock);
}

bool rpc_cancel_triggered(const struct rpc_cancel *cancel)
{
    return atomic_load(&cancel->triggered);
}

void rpc_cancel_attach(struct rpc_cancel *cancel, struct rpc_exchange *exchange)
{
    (void)pthread_mutex_lock(&cancel->lock);
    exchange->cancel_next = cancel->first;
    cancel->first = exchange;
    if (atomic_load(&cancel->triggered)) rpc_exchange_cancel(exchange);
    (void)pthread_mutex_unlock(&cancel->lock);
}

void rpc_cancel_detach(struct rpc_cancel *cancel, struct rpc_exchange *exchange)
{
    (void)pthread_mutex_lock(&cancel->lock);
    struct rpc_exchange **at = &cancel->first;
    while (*at != NULL && *at != exchange)
        at = &(*at)->cancel_next;
    if (*at != NULL) *at = exchange->cancel_next;
    (void)pthread_mutex_unlock(&cancel->lock);
}
