#include "rpc/server/rpc_query.h"

#include <string.h>

static int hexadecimal(char byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

static enum status decode(struct arena *arena, struct text text, struct text *out,
                          struct fault *fault)
{
    char *bytes = arena_alloc(arena, text.length + 1);
    if (bytes == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the query");
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if (byte == '+') byte = ' ';
        if (byte == '%') {
            int high = i + 2 < text.length ? hexadecimal(text.bytes[i + 1]) : -1;
            int low = i + 2 < text.length ? hexadecimal(text.bytes[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return fault_set(fault, INVALID_ARGUMENT,
                                 "a percent sign of the query is not followed by two digits");
            }
            byte = (char)(high << 4 | low);
            i += 2;
        }
        bytes[length++] = byte;
    }
    bytes[length] = '\0';
    *out = (struct text){bytes, length};
    return OK;
}

static struct text *parameter(struct rpc_query *query, struct text name)
{
    const struct {
        const char *name;
        struct text *value;
    } parameters[] = {
        {"connect", &query->connect},         {"encoding", &query->encoding},
        {"message", &query->message},         {"base64", &query->base64},
        {"compression", &query->compression},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
        if (text_equal(name, text_from(parameters[i].name))) return parameters[i].value;
    }
    return NULL;
}

enum status rpc_query_parse(struct arena *arena, struct text query, struct rpc_query *out,
                            struct fault *fault)
{
    *out = (struct rpc_query){.connect = {NULL, 0}};
    while (query.length > 0) {
        const char *end = memchr(query.bytes, '&', query.length);
        size_t length = end == NULL ? query.length : (size_t)(end - query.bytes);
        const char *equals = memchr(query.bytes, '=', length);
        if (equals != NULL) {
            struct text name = {query.bytes, (size_t)(equals - query.bytes)};
            struct text value = {equals + 1, length - name.length - 1};
            struct text *target = parameter(out, name);
            enum status status = target == NULL ? OK : decode(arena, value, target, fault);
            if (status != OK) return status;
        }
        size_t step = end == NULL ? length : length + 1;
        query.bytes += step;
        query.length -= step;
    }
    return OK;
}
