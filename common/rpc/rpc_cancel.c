#include "rpc/rpc_cancel.h"

#include <stddef.h>

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
    for (struct rpc_cancel_listener *each = cancel->first; each != NULL; each = each->next)
        each->triggered(each->context);
    (void)pthread_mutex_unlock(&cancel->lock);
}

bool rpc_cancel_triggered(const struct rpc_cancel *cancel)
{
    return atomic_load(&cancel->triggered);
}

void rpc_cancel_attach(struct rpc_cancel *cancel, struct rpc_cancel_listener *listener)
{
    (void)pthread_mutex_lock(&cancel->lock);
    listener->next = cancel->first;
    cancel->first = listener;
    if (atomic_load(&cancel->triggered)) listener->triggered(listener->context);
    (void)pthread_mutex_unlock(&cancel->lock);
}

void rpc_cancel_detach(struct rpc_cancel *cancel, struct rpc_cancel_listener *listener)
{
    (void)pthread_mutex_lock(&cancel->lock);
    struct rpc_cancel_listener **at = &cancel->first;
    while (*at != NULL && *at != listener)
        at = &(*at)->next;
    if (*at != NULL) *at = listener->next;
    (void)pthread_mutex_unlock(&cancel->lock);
}
