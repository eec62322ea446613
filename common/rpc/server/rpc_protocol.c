#include "rpc/server/rpc_protocol.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "rpc/server/rpc_server_parts.h"

static const struct rpc_content_type types[] = {
    {"application/proto", &rpc_connect, false, false},
    {"application/json", &rpc_connect, true, false},
    {"application/grpc", &rpc_grpc, false, false},
    {"application/grpc+proto", &rpc_grpc, false, false},
    {"application/grpc+json", &rpc_grpc, true, false},
    {"application/connect+proto", &rpc_connect_stream, false, false},
    {"application/connect+json", &rpc_connect_stream, true, false},
    {"application/grpc-web", &rpc_web, false, false},
    {"application/grpc-web+proto", &rpc_web, false, false},
    {"application/grpc-web+json", &rpc_web, true, false},
    {"application/grpc-web-text", &rpc_web, false, true},
    {"application/grpc-web-text+proto", &rpc_web, false, true},
};

const char rpc_content_types[] =
    "application/proto, application/json, application/grpc, application/grpc+proto, "
    "application/grpc+json, application/grpc-web, application/grpc-web+proto, "
    "application/grpc-web+json, application/grpc-web-text, application/grpc-web-text+proto, "
    "application/connect+proto, application/connect+json";

const char rpc_encodings[] = "gzip,identity";

/* JSON is UTF-8: a parameter that says something else asks for what is not here. */
static bool parameter_fits(struct text parameter, const struct rpc_content_type *type)
{
    static const char *const charsets[] = {"", "charset=utf-8", "charset=\"utf-8\""};
    if (!type->json) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(charsets); i++) {
        if (parameter.length == strlen(charsets[i]) &&
            strncasecmp(parameter.bytes, charsets[i], parameter.length) == 0)
            return true;
    }
    return false;
}

const struct rpc_content_type *rpc_content_type_find(struct text content_type)
{
    if (content_type.length == 0) return NULL;
    const char *semicolon = memchr(content_type.bytes, ';', content_type.length);
    struct text name = content_type;
    struct text parameter = {"", 0};
    if (semicolon != NULL) {
        name.length = (size_t)(semicolon - content_type.bytes);
        parameter = (struct text){semicolon + 1, content_type.length - name.length - 1};
        name = text_trim(name);
        parameter = text_trim(parameter);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        if (name.length != strlen(types[i].name) ||
            strncasecmp(name.bytes, types[i].name, name.length) != 0)
            continue;
        return parameter_fits(parameter, &types[i]) ? &types[i] : NULL;
    }
    return NULL;
}

const struct rpc_content_type *rpc_content_type_at(size_t index)
{
    return index < ARRAY_LENGTH(types) ? &types[index] : NULL;
}

bool rpc_content_type_fits(const struct rpc_content_type *type, const struct rpc_method *method)
{
    if (type->protocol == &rpc_connect) return rpc_is_unary(method);
    if (type->protocol == &rpc_connect_stream) return !rpc_is_unary(method);
    return true;
}

enum status rpc_encoding_read(struct rpc_call *call, struct text encoding, bool *gzip)
{
    *gzip = text_equal(encoding, text_from("gzip"));
    if (*gzip || encoding.length == 0 || text_equal(encoding, text_from("identity"))) return OK;
    rpc_refuse_count(call, RPC_REFUSED_COMPRESSION);
    return rpc_fail(call, UNIMPLEMENTED,
                    "the compression is unknown here; those that are known: %s", rpc_encodings);
}

/* One entry of the list, such as `gzip` or `gzip;q=0.5`. */
static bool entry_accepts_gzip(struct text entry)
{
    const char *semicolon = memchr(entry.bytes, ';', entry.length);
    struct text name = entry;
    if (semicolon != NULL) name.length = (size_t)(semicolon - entry.bytes);
    if (!text_equal(text_trim(name), text_from("gzip"))) return false;
    if (semicolon == NULL) return true;
    struct text weight = text_trim((struct text){semicolon + 1, entry.length - name.length - 1});
    if (!text_starts_with(weight, text_from("q="))) return true;
    for (size_t i = strlen("q="); i < weight.length; i++) {
        if (weight.bytes[i] >= '1' && weight.bytes[i] <= '9') return true;
    }
    return false; /* q=0 means: not this one. */
}

bool rpc_encodings_accept_gzip(struct text encodings)
{
    while (encodings.length > 0) {
        const char *comma = memchr(encodings.bytes, ',', encodings.length);
        size_t length = comma == NULL ? encodings.length : (size_t)(comma - encodings.bytes);
        if (entry_accepts_gzip((struct text){encodings.bytes, length})) return true;
        size_t step = comma == NULL ? length : length + 1;
        encodings.bytes += step;
        encodings.length -= step;
    }
    return false;
}

bool rpc_number_read(struct text digits, size_t digits_max, int64_t *number)
{
    *number = 0;
    if (digits.length == 0 || digits.length > digits_max) return false;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.bytes[i] < '0' || digits.bytes[i] > '9') return false;
        *number = *number * 10 + (digits.bytes[i] - '0');
    }
    return true;
}
