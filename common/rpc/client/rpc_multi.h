/* A libcurl multi handle driven by the engine's epoll. */
#pragma once

#include <stdint.h>

#include "rpc/client/rpc_curl.h"

struct rpc_engine;
struct rpc_multi;

/* A transfer is done. It is still part of the multi handle. CURLE_OUT_OF_MEMORY also where libcurl
 * gave the whole handle up, which tells every transfer. */
typedef void rpc_multi_done(void *context, CURL *easy, CURLcode code);

/* NULL: no memory. */
struct rpc_multi *rpc_multi_new(struct rpc_engine *engine, rpc_multi_done *done, void *context);

/* All transfers must have been removed. It is freed when no event can be under way to it. */
void rpc_multi_free(struct rpc_multi *multi);

/* Adds a transfer and begins it; removes one. False: no memory, or the handle is broken. */
NODISCARD bool rpc_multi_add(struct rpc_multi *multi, CURL *easy);
void rpc_multi_remove(struct rpc_multi *multi, CURL *easy);

/* libcurl gave it up: another must take its place. */
bool rpc_multi_broken(const struct rpc_multi *multi);

CURLM *rpc_multi_handle(struct rpc_multi *multi);

/* When libcurl wants to be called without an event, by clock_monotonic_ms(); INT64_MAX: never. */
int64_t rpc_multi_due_ms(const struct rpc_multi *multi);

/* Calls libcurl: something is due. */
void rpc_multi_tick(struct rpc_multi *multi);

/* For the engine's list. */
struct rpc_multi **rpc_multi_next(struct rpc_multi *multi);
