#include "http/http_message.h"

#include <assert.h>
#include <string.h>

#include "http/http_connection.h"

const struct http_request *http_exchange_request(const struct http_exchange *exchange)
{
    return &exchange->request;
}

struct arena *http_exchange_arena(struct http_exchange *exchange)
{
    return &exchange->arena;
}

void http_exchange_take_buffer(struct http_exchange *exchange, struct buffer *out)
{
    *out = exchange->reply_body;
    buffer_init(&exchange->reply_body, out->bytes_max);
}

void http_response_init(struct http_response *response, int status)
{
    response->status = status;
    response->field_count = 0;
    response->trailer_count = 0;
    response->trailers_only = false;
    response->undated = false;
    buffer_init(&response->body, HTTP_RESPONSE_BYTES_MAX);
}

void http_response_add(struct http_response *response, const char *name, struct text value)
{
    assert(response->field_count < HTTP_RESPONSE_FIELDS_MAX);
    response->fields[response->field_count++] = (struct http_field){text_from(name), value, false};
}

void http_response_add_trailer(struct http_response *response, const char *name, struct text value)
{
    assert(response->trailer_count < HTTP_RESPONSE_TRAILERS_MAX);
    response->trailers[response->trailer_count++] =
        (struct http_field){text_from(name), value, false};
}

void http_response_add_literal(struct http_response *response, const char *name, const char *value)
{
    http_response_add(response, name, text_from(value));
    response->fields[response->field_count - 1].literal = true;
}

void http_response_add_literal_trailer(struct http_response *response, const char *name,
                                       const char *value)
{
    http_response_add_trailer(response, name, text_from(value));
    response->trailers[response->trailer_count - 1].literal = true;
}

void http_reply_text(struct http_exchange *exchange, int status, const char *string)
{
    struct http_response response;
    http_response_init(&response, status);
    http_response_add(&response, "content-type", text_from("text/plain; charset=utf-8"));
    if (buffer_printf(&response.body, "%s\n", string) != OK) buffer_clear(&response.body);
    http_reply(exchange, &response);
}
