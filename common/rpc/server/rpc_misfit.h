/* Answers to requests that are no calls: each says what would be one. */
#pragma once

#include "http/http_message.h"
#include "rpc/server/rpc_protocol.h"
#include "rpc/server/rpc_routes.h"

/* The path names no method: 404, of gRPC and gRPC-Web UNIMPLEMENTED. Says whether it is the service
 * or the method that is unknown, and which there are. `type` is the request's; NULL: no protocol's.
 */
void rpc_misfit_path(const struct rpc_routes *routes, struct http_exchange *exchange,
                     const struct rpc_content_type *type);

/* HTTP's method is not among the allowed ones: 405. */
void rpc_misfit_method(struct http_exchange *exchange, const char *allowed);

/* The content type is none that the method takes: 415, with those that it takes. */
void rpc_misfit_type(struct http_exchange *exchange, const struct rpc_method *method);
