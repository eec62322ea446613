#include "http/http2_rules.h"

#include <nghttp2/nghttp2.h>
#include <string.h>
#include <strings.h>

/* Bits of `seen` behind those of enum http2_field. */
enum {
    SEEN_PLAIN_ORDER = 1 << 16, /* A field that is no pseudo-field. */
    SEEN_CONNECT = 1 << 17,
    SEEN_OPTIONS = 1 << 18,
    SEEN_SLASH = 1 << 19, /* The path begins with one. */
    SEEN_ASTERISK = 1 << 20,
    SEEN_HTTP = 1 << 21, /* The scheme is http or https. */
};

static const uint8_t *bytes_of(struct text text)
{
    return (const uint8_t *)text.bytes;
}

static bool equals_literal(struct text text, const char *literal)
{
    return text_equal(text, text_from(literal));
}

static bool is_scheme(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
        if (!letter && (i == 0 || !later)) return false;
    }
    return text.length > 0;
}

static bool is_number(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] < '0' || text.bytes[i] > '9') return false;
    return text.length > 0;
}

static bool has_upper_case(struct text name)
{
    for (size_t i = 0; i < name.length; i++)
        if (name.bytes[i] >= 'A' && name.bytes[i] <= 'Z') return true;
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Of a field that no rule names. */
static enum http2_field value_look(struct text value)
{
    if (value.length == 0) return HTTP2_FIELD_PLAIN;
    bool padded = is_space(value.bytes[0]) || is_space(value.bytes[value.length - 1]);
    if (padded) return HTTP2_FIELD_IGNORED;
    if (text_control_at(value) < 0) return HTTP2_FIELD_PLAIN;
    return nghttp2_check_header_value_rfc9113(bytes_of(value), value.length) != 0
               ? HTTP2_FIELD_PLAIN /* The control is a tab. */
               : HTTP2_FIELD_IGNORED;
}

static enum http2_field unknown_look(struct text name, struct text value)
{
    if (name.length == 0 || name.bytes[0] == ':' || has_upper_case(name))
        return HTTP2_FIELD_MALFORMED;
    if (nghttp2_check_header_name(bytes_of(name), name.length) == 0) return HTTP2_FIELD_IGNORED;
    return value_look(value);
}

static enum http2_field if_valid(enum http2_field field, bool valid)
{
    return valid ? field : HTTP2_FIELD_MALFORMED;
}

static bool is_path(struct text value)
{
    return value.length > 0 && memchr(value.bytes, ' ', value.length) == NULL &&
           text_control_at(value) < 0;
}

static bool is_authority(struct text value)
{
    return value.length > 0 && nghttp2_check_authority(bytes_of(value), value.length) != 0;
}

static bool is_method(struct text value)
{
    return value.length > 0 && nghttp2_check_method(bytes_of(value), value.length) != 0;
}

/* Of a length that is known where it is called, so that it becomes a comparison of numbers. */
static inline bool is(struct text name, const char *literal)
{
    return memcmp(name.bytes, literal, strlen(literal)) == 0;
}

/* The names that a rule or nearly every call has, by their lengths. */
enum http2_field http2_field_of(struct text name, struct text value)
{
    switch (name.length) {
    case 2:
        if (!is(name, "te")) break;
        return if_valid(HTTP2_FIELD_PLAIN,
                        value.length == 8 && strncasecmp(value.bytes, "trailers", 8) == 0);
    case 4:
        if (is(name, "host")) return if_valid(HTTP2_FIELD_HOST, is_authority(value));
        break;
    case 5:
        if (is(name, ":path")) return if_valid(HTTP2_FIELD_PATH, is_path(value));
        break;
    case 7:
        if (is(name, ":method")) return if_valid(HTTP2_FIELD_METHOD, is_method(value));
        if (is(name, ":scheme")) return if_valid(HTTP2_FIELD_SCHEME, is_scheme(value));
        if (is(name, "upgrade")) return HTTP2_FIELD_MALFORMED;
        break;
    case 10:
        if (is(name, ":authority")) return if_valid(HTTP2_FIELD_AUTHORITY, is_authority(value));
        if (is(name, "user-agent")) return value_look(value);
        if (is(name, "connection") || is(name, "keep-alive")) return HTTP2_FIELD_MALFORMED;
        break;
    case 11:
        if (is(name, "traceparent")) return value_look(value);
        break;
    case 12:
        if (is(name, "content-type") || is(name, "grpc-timeout")) return value_look(value);
        break;
    case 14:
        if (is(name, "content-length")) return if_valid(HTTP2_FIELD_LENGTH, is_number(value));
        break;
    case 16:
        if (is(name, "proxy-connection")) return HTTP2_FIELD_MALFORMED;
        break;
    case 17:
        if (is(name, "transfer-encoding")) return HTTP2_FIELD_MALFORMED;
        break;
    case 20:
        if (is(name, "grpc-accept-encoding")) return value_look(value);
        break;
    default:
        break;
    }
    return unknown_look(name, value);
}

static uint32_t bit(enum http2_field field)
{
    return UINT32_C(1) << field;
}

/* What the rules between fields need to know of a pseudo-field's value. */
static uint32_t value_bits(enum http2_field field, struct text value)
{
    switch (field) {
    case HTTP2_FIELD_METHOD:
        if (equals_literal(value, "CONNECT")) return SEEN_CONNECT;
        return equals_literal(value, "OPTIONS") ? SEEN_OPTIONS : 0;
    case HTTP2_FIELD_SCHEME:
        return equals_literal(value, "http") || equals_literal(value, "https") ? SEEN_HTTP : 0;
    case HTTP2_FIELD_PATH:
        if (value.bytes[0] == '/') return SEEN_SLASH;
        return equals_literal(value, "*") ? SEEN_ASTERISK : 0;
    case HTTP2_FIELD_PLAIN:
    case HTTP2_FIELD_AUTHORITY:
    case HTTP2_FIELD_HOST:
    case HTTP2_FIELD_LENGTH:
    case HTTP2_FIELD_IGNORED:
    case HTTP2_FIELD_MALFORMED:
        break;
    }
    return 0;
}

static bool length_read(struct http2_rules *rules, struct text value)
{
    uint64_t length = 0;
    for (size_t i = 0; i < value.length; i++) {
        if (__builtin_mul_overflow(length, 10, &length) ||
            __builtin_add_overflow(length, (uint64_t)(value.bytes[i] - '0'), &length)) {
            return false;
        }
    }
    rules->length = length;
    return true;
}

bool http2_rules_field(struct http2_rules *rules, enum http2_field field, struct text value)
{
    bool pseudo = http2_field_is_pseudo(field);
    bool once = field != HTTP2_FIELD_PLAIN && field != HTTP2_FIELD_IGNORED;
    rules->malformed |= field == HTTP2_FIELD_MALFORMED || (once && (rules->seen & bit(field)) != 0);
    rules->malformed |= pseudo && (rules->trailers || (rules->seen & SEEN_PLAIN_ORDER) != 0);
    if (rules->malformed) return false;
    rules->seen |= pseudo ? bit(field) | value_bits(field, value) : bit(field) | SEEN_PLAIN_ORDER;
    if (field == HTTP2_FIELD_LENGTH) rules->malformed = !length_read(rules, value);
    return !rules->malformed;
}

bool http2_rules_head_ends(struct http2_rules *rules)
{
    uint32_t seen = rules->seen;
    rules->trailers = true;
    if (rules->malformed) return false;
    bool method = (seen & bit(HTTP2_FIELD_METHOD)) != 0;
    bool scheme = (seen & bit(HTTP2_FIELD_SCHEME)) != 0;
    bool path = (seen & bit(HTTP2_FIELD_PATH)) != 0;
    bool authority = (seen & bit(HTTP2_FIELD_AUTHORITY)) != 0;
    bool host = (seen & bit(HTTP2_FIELD_HOST)) != 0;
    if ((seen & SEEN_CONNECT) != 0) return !scheme && !path && authority;
    bool origin = (seen & SEEN_HTTP) == 0 || (seen & SEEN_SLASH) != 0 ||
                  ((seen & SEEN_OPTIONS) != 0 && (seen & SEEN_ASTERISK) != 0);
    return method && scheme && path && (authority || host) && origin;
}

bool http2_rules_receive(struct http2_rules *rules, size_t bytes)
{
    rules->received += bytes;
    return (rules->seen & bit(HTTP2_FIELD_LENGTH)) == 0 || rules->received <= rules->length;
}

bool http2_rules_end(const struct http2_rules *rules)
{
    return (rules->seen & bit(HTTP2_FIELD_LENGTH)) == 0 || rules->received == rules->length;
}
