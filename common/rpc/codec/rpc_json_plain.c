/* The plainest forms of members and values, which writers mostly write, read without tokens. What
 * is not as plain as that, or wrong, is left to the tokens. */
#include "rpc/codec/rpc_json_reader.h"

enum { PLAIN_DIGITS_MAX = 18 }; /* They fit 64 bits in any case. */

bool json_find_plain(const struct json_reader *reader, const struct json_frame *frame, size_t *at,
                     unsigned *index)
{
    const struct rpc_message *type = frame->type;
    const char *name = reader->scan.text.bytes + *at;
    size_t left = reader->scan.text.length - *at;
    for (unsigned i = frame->next_field; i < type->descriptor->n_fields; i++) {
        const char *json = type->fields[i].json + 1; /* Behind its comma. */
        size_t length = type->fields[i].json_length - 1U;
        if (length > left || name[1] != json[1] || memcmp(name, json, length) != 0) continue;
        *at += length;
        *index = i;
        return true;
    }
    return false;
}

/* What may stand directly behind a number or a word. */
static bool ends_value(const struct json_reader *reader, size_t at)
{
    if (at >= reader->scan.text.length) return false;
    char next = reader->scan.text.bytes[at];
    return next == ',' || next == '}' || next == ']' || next == ' ' || next == '\n';
}

/* Reads an integer without fraction and exponent, quoted or not. */
static bool take_integer(struct json_reader *reader, size_t at, int64_t min, int64_t max,
                         int64_t *value)
{
    const char *bytes = reader->scan.text.bytes;
    size_t end = reader->scan.text.length;
    bool quoted = at < end && bytes[at] == '"';
    at += quoted;
    bool negative = at < end && bytes[at] == '-';
    at += negative;
    size_t begin = at;
    int64_t magnitude = 0;
    for (; at < end && bytes[at] >= '0' && bytes[at] <= '9'; at++) {
        if (at - begin == PLAIN_DIGITS_MAX) return false;
        magnitude = magnitude * 10 + (bytes[at] - '0');
    }
    if (at == begin || (bytes[begin] == '0' && at > begin + 1)) return false;
    if (quoted && (at == end || bytes[at++] != '"')) return false;
    if (!ends_value(reader, at)) return false;
    *value = negative ? -magnitude : magnitude;
    if (*value < min || *value > max) return false;
    reader->scan.at = at;
    return true;
}

/* Reads a string without escapes. */
static bool take_string(struct json_reader *reader, size_t at, char **string)
{
    struct text text = reader->scan.text;
    if (at >= text.length || text.bytes[at] != '"') return false;
    const char *begin = text.bytes + at + 1;
    size_t length = json_plain_length(begin, text.length - at - 1);
    size_t end = at + 1 + length;
    if (end == text.length || text.bytes[end] != '"') return false;
    char *copy = arena_copy(reader->arena, begin, length);
    if (copy == NULL) return false;
    *string = copy;
    reader->scan.at = end + 1;
    return true;
}

static bool take_bool(struct json_reader *reader, size_t at, protobuf_c_boolean *value)
{
    struct text rest = {reader->scan.text.bytes + at, reader->scan.text.length - at};
    bool is_true = text_starts_with(rest, text_from("true"));
    if (!is_true && !text_starts_with(rest, text_from("false"))) return false;
    at += is_true ? strlen("true") : strlen("false");
    if (!ends_value(reader, at)) return false;
    *value = is_true;
    reader->scan.at = at;
    return true;
}

bool json_take_plain(struct json_reader *reader, size_t at, ProtobufCType type, void *slot)
{
    int64_t integer;
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        if (!take_integer(reader, at, INT32_MIN, INT32_MAX, &integer)) return false;
        *(int32_t *)slot = (int32_t)integer;
        return true;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        if (!take_integer(reader, at, 0, UINT32_MAX, &integer)) return false;
        *(uint32_t *)slot = (uint32_t)integer;
        return true;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return take_integer(reader, at, INT64_MIN, INT64_MAX, slot);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return take_integer(reader, at, 0, INT64_MAX, slot);
    case PROTOBUF_C_TYPE_BOOL:
        return take_bool(reader, at, slot);
    case PROTOBUF_C_TYPE_STRING:
        return take_string(reader, at, slot);
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return false;
    }
    return false;
}
