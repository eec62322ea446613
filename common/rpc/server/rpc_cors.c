#include "rpc/server/rpc_cors.h"

#include <stdlib.h>
#include <string.h>

#include "http/http_message.h"

enum { ANSWER_FIELDS_MAX = 3, PORT_MAX = 65535, PORT_DIGITS_MAX = 5 };

static const char allowed_methods[] = "GET, POST";

/* What Connect, gRPC-Web and their clients send, and trace context. */
static const char allowed_fields[] =
    "authorization, connect-accept-encoding, connect-content-encoding, connect-protocol-version, "
    "connect-timeout-ms, content-encoding, content-type, grpc-accept-encoding, grpc-encoding, "
    "grpc-timeout, traceparent, tracestate, x-grpc-web, x-user-agent";

/* What their clients read of an answer. */
static const char exposed_fields[] =
    "connect-content-encoding, content-encoding, grpc-encoding, grpc-message, grpc-status, "
    "grpc-status-details-bin";

static bool host_valid(struct text host)
{
    if (host.length == 0) return false;
    bool bracketed = host.bytes[0] == '[';
    if (bracketed && host.bytes[host.length - 1] != ']') return false;
    for (size_t i = bracketed; i + bracketed < host.length; i++) {
        char byte = host.bytes[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' ||
                     byte == '-' || byte == '_';
        if (!plain && !(bracketed && byte == ':')) return false;
    }
    return true;
}

/* The port behind the host and a colon; a scheme's own is never written. */
static bool port_valid(const char *port, const char *own)
{
    size_t length = strlen(port);
    if (length == 0 || length > PORT_DIGITS_MAX || strspn(port, "0123456789") != length)
        return false;
    return port[0] != '0' && strtol(port, NULL, 10) <= PORT_MAX && strcmp(port, own) != 0;
}

bool rpc_cors_origin_valid(const char *origin)
{
    static const struct {
        const char *begin;
        const char *port;
    } schemes[] = {{"https://", "443"}, {"http://", "80"}};
    for (size_t i = 0; i < ARRAY_LENGTH(schemes); i++) {
        size_t begin = strlen(schemes[i].begin);
        if (strncmp(origin, schemes[i].begin, begin) != 0) continue;
        const char *host = origin + begin;
        const char *bracket = strchr(host, ']');
        const char *colon = strchr(bracket == NULL ? host : bracket, ':');
        size_t length = colon == NULL ? strlen(host) : (size_t)(colon - host);
        return host_valid((struct text){host, length}) &&
               (colon == NULL || port_valid(colon + 1, schemes[i].port));
    }
    return false;
}

/* The value of access-control-allow-origin; bytes is NULL where the origin is not allowed. */
static struct text allow(const struct rpc_cors *cors, struct text origin)
{
    for (size_t i = 0; origin.bytes != NULL && i < cors->origin_count; i++) {
        struct text allowed = text_from(cors->origins[i]);
        if (text_equal(allowed, text_from("*")) || text_equal(allowed, origin)) return allowed;
    }
    return (struct text){NULL, 0};
}

static void answer_preflight(struct http_exchange *exchange, struct text allowed)
{
    struct http_response response;
    http_response_init(&response, 200);
    http_response_add(
        &response, "vary",
        text_from("origin, access-control-request-method, access-control-request-headers"));
    if (allowed.bytes != NULL) {
        http_response_add(&response, "access-control-allow-origin", allowed);
        http_response_add(&response, "access-control-allow-methods", text_from(allowed_methods));
        http_response_add(&response, "access-control-allow-headers", text_from(allowed_fields));
        http_response_add(&response, "access-control-max-age", text_from("7200"));
    }
    http_reply(exchange, &response);
}

bool rpc_cors_begin(const struct rpc_cors *cors, struct http_exchange *exchange)
{
    _Static_assert((int)RPC_CORS_MAX_AGE_S == 7200, "as it is written above");
    if (cors->origin_count == 0) return false;
    const struct http_request *request = http_exchange_request(exchange);
    struct text allowed = allow(cors, http_request_field(request, "origin"));
    if (text_equal(request->method, text_from("OPTIONS")) &&
        http_request_field(request, "access-control-request-method").bytes != NULL) {
        answer_preflight(exchange, allowed);
        return true;
    }
    struct http_field *fields =
        arena_calloc(http_exchange_arena(exchange), ANSWER_FIELDS_MAX, sizeof *fields);
    if (fields == NULL) return false; /* The browser will keep the answer from its page. */
    /* Caches must not give one origin what another was told. */
    fields[0] = (struct http_field){text_from("vary"), text_from("origin")};
    fields[1] = (struct http_field){text_from("access-control-allow-origin"), allowed};
    fields[2] =
        (struct http_field){text_from("access-control-expose-headers"), text_from(exposed_fields)};
    http_exchange_add_answer(exchange, fields, allowed.bytes == NULL ? 1 : ANSWER_FIELDS_MAX);
    return false;
}
