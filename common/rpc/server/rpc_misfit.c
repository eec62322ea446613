#include "rpc/server/rpc_misfit.h"

#include <string.h>

enum { TEXT_BYTES_MAX = 4096 }; /* Of a list; gRPC's clients take 8 KiB of fields. */

/* Ends the text; where it found no room, `without` stands for it. */
static const char *text_of(struct buffer *text, enum status status, const char *without)
{
    if (status == OK) status = buffer_append_byte(text, '\0');
    return status == OK ? (const char *)text->bytes : without;
}

/* ---- Paths ---- */

/* The service's part of "/package.Service/Method"; empty: the path has another form. */
static struct text service_of(struct text path)
{
    struct text none = {"", 0};
    if (path.length < 2 || path.bytes[0] != '/') return none;
    const char *slash = memchr(path.bytes + 1, '/', path.length - 1);
    return slash == NULL ? none : (struct text){path.bytes + 1, (size_t)(slash - path.bytes) - 1};
}

/* Names come from the server's tables alone: what the client asked for is not repeated. */
static enum status list_methods(const struct rpc_routes *routes, struct text service,
                                struct buffer *text, size_t *count)
{
    enum status status = OK;
    *count = 0;
    for (size_t i = 0; i < routes->count && status == OK; i++) {
        const struct rpc_route *route = &routes->items[i];
        if (!text_equal(service, text_from(route->service))) continue;
        if (*count == 0) {
            status = buffer_printf(text, "%s has no such method; it has %s", route->service,
                                   route->method->name);
        } else {
            status = buffer_printf(text, ", %s", route->method->name);
        }
        *count += 1;
    }
    return status;
}

static enum status list_services(const struct rpc_routes *routes, struct buffer *text)
{
    enum status status = buffer_append_string(text, "this server has no such service; it has");
    const char *last = NULL;
    for (size_t i = 0; i < routes->count && status == OK; i++) {
        const char *service = routes->items[i].service;
        if (last != NULL && strcmp(service, last) == 0) continue;
        status = buffer_printf(text, "%s %s", last == NULL ? "" : ",", service);
        last = service;
    }
    return status;
}

static void reply_grpc(struct http_exchange *exchange, const struct rpc_content_type *type,
                       const char *message)
{
    struct http_response response;
    http_response_init(&response, 200);
    response.trailers_only = true;
    http_response_add(&response, "content-type", text_from(type->name));
    http_response_add(&response, "grpc-status", text_from("12"));
    http_response_add(&response, "grpc-message", text_from(message));
    http_reply(exchange, &response);
}

/* Connect's unary clients show the message of an error in JSON, and of nothing else. */
static void reply_connect(struct http_exchange *exchange, const char *message)
{
    struct http_response response;
    http_response_init(&response, 404);
    http_response_add(&response, "content-type", text_from("application/json"));
    if (buffer_printf(&response.body, "{\"code\":\"unimplemented\",\"message\":\"%s\"}", message) !=
        OK)
        buffer_clear(&response.body);
    http_reply(exchange, &response);
}

void rpc_misfit_path(const struct rpc_routes *routes, struct http_exchange *exchange,
                     const struct rpc_content_type *type)
{
    const struct http_request *request = http_exchange_request(exchange);
    struct text service = service_of(request->path);
    if (service.length == 0) {
        http_reply_text(exchange, 404, "there is nothing here");
        return;
    }
    struct buffer text;
    buffer_init(&text, TEXT_BYTES_MAX);
    size_t methods;
    enum status status = list_methods(routes, service, &text, &methods);
    if (methods == 0) status = list_services(routes, &text);
    const char *message = text_of(&text, status,
                                  methods == 0 ? "this server has no such service"
                                               : "the service has no such method");
    bool grpc =
        type != NULL && (type->protocol == &rpc_web ||
                         (type->protocol == &rpc_grpc && request->version == HTTP_VERSION_2));
    if (grpc) {
        reply_grpc(exchange, type, message);
    } else if (type != NULL && type->protocol == &rpc_connect) {
        reply_connect(exchange, message);
    } else {
        http_reply_text(exchange, 404, message);
    }
    buffer_free(&text);
}

/* ---- Methods of HTTP, content types ---- */

void rpc_misfit_method(struct http_exchange *exchange, const char *allowed)
{
    struct http_response response;
    http_response_init(&response, 405);
    http_response_add(&response, "allow", text_from(allowed));
    http_reply(exchange, &response);
}

void rpc_misfit_type(struct http_exchange *exchange, const struct rpc_method *method)
{
    struct http_response response;
    http_response_init(&response, 415);
    http_response_add(&response, "accept-post", text_from(rpc_content_types));
    http_response_add(&response, "content-type", text_from("text/plain; charset=utf-8"));
    enum status status = buffer_printf(&response.body, "%s takes content-type", method->name);
    const struct rpc_content_type *type;
    const char *separator = " ";
    for (size_t i = 0; status == OK && (type = rpc_content_type_at(i)) != NULL; i++) {
        if (!rpc_content_type_fits(type, method)) continue;
        status = buffer_printf(&response.body, "%s%s", separator, type->name);
        separator = ", ";
    }
    if (status == OK) status = buffer_append_string(&response.body, "; text is UTF-8\n");
    if (status != OK) buffer_clear(&response.body);
    http_reply(exchange, &response);
}
