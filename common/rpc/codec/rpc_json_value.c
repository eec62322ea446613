#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "any.rpc.h"
#include "rpc/codec/rpc_json_reader.h"

/* The greatest double that rounds to a finite float. */
#define FLOAT_MAX_ROUNDED 0x1.fffffefffffffp127

void json_count_item(struct json_frame *frame)
{
    if (frame->kind == JSON_FRAME_LIST || frame->kind == JSON_FRAME_MAP) frame->count++;
}

/* The name is the field's, in its original or its JSON form. */
static bool name_matches(const char *field, struct text name)
{
    bool upper = false;
    bool original = true, json = true;
    size_t at = 0, json_at = 0;
    for (; *field != '\0' && (original || json); field++, at++) {
        original = original && at < name.length && name.bytes[at] == *field;
        if (*field == '_') {
            upper = true;
            continue;
        }
        bool lower = *field >= 'a' && *field <= 'z';
        char expected = upper && lower ? (char)(*field - 'a' + 'A') : *field;
        json = json && json_at < name.length && name.bytes[json_at] == expected;
        json_at++;
        upper = false;
    }
    return (original && at == name.length) || (json && json_at == name.length);
}

unsigned json_find_field(const ProtobufCMessageDescriptor *descriptor, struct text name,
                         unsigned first)
{
    unsigned count = descriptor->n_fields;
    for (unsigned i = 0; i < count; i++) {
        unsigned index = first + i < count ? first + i : first + i - count;
        if (name_matches(descriptor->fields[index].name, name)) return index;
    }
    return count;
}

/* The number that a token holds, as it is or in a string. */
static enum status get_number(struct json_reader *reader, const struct json_token *token,
                              struct text *number)
{
    if (token->kind == JSON_NUMBER) {
        *number = token->raw;
        return OK;
    }
    if (token->kind != JSON_STRING) return json_expected(reader, token, "a number");
    if (!json_string(reader->arena, token, number)) return json_no_memory(reader);
    if (number->length > 0 && json_number_length(*number) == number->length) return OK;
    return json_refuse(reader, token->at, "expected a number, found a string that holds none");
}

static enum status read_signed(struct json_reader *reader, const struct json_token *token,
                               int64_t min, int64_t max, int64_t *value)
{
    struct text number = {NULL, 0};
    enum status status = get_number(reader, token, &number);
    if (status != OK) return status;
    if (json_integer(number, value) && *value >= min && *value <= max) return OK;
    return json_refuse(reader, token->at,
                       "expected a whole number from %" PRId64 " to %" PRId64 ", found %.*s", min,
                       max, (int)text_cut(number, 64).length, number.bytes);
}

static enum status read_unsigned(struct json_reader *reader, const struct json_token *token,
                                 uint64_t max, uint64_t *value)
{
    struct text number = {NULL, 0};
    enum status status = get_number(reader, token, &number);
    if (status != OK) return status;
    if (json_unsigned(number, value) && *value <= max) return OK;
    return json_refuse(reader, token->at,
                       "expected a whole number from 0 to %" PRIu64 ", found %.*s", max,
                       (int)text_cut(number, 64).length, number.bytes);
}

static enum status read_real(struct json_reader *reader, const struct json_token *token,
                             double magnitude_max, double *value)
{
    static const struct {
        const char *name;
        double value;
    } names[] = {{"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};
    for (size_t i = 0; i < ARRAY_LENGTH(names) && token->kind == JSON_STRING; i++) {
        if (!text_equal(token->raw, text_from(names[i].name))) continue;
        *value = names[i].value;
        return OK;
    }
    struct text number = {NULL, 0};
    enum status status = get_number(reader, token, &number);
    if (status != OK) return status;
    char *digits = arena_copy(reader->arena, number.bytes, number.length);
    if (digits == NULL) return json_no_memory(reader);
    *value = strtod(digits, NULL);
    if (fabs(*value) <= magnitude_max) return OK;
    return json_refuse(reader, token->at, "a number beyond the field's range");
}

static enum status read_string(struct json_reader *reader, const struct json_token *token,
                               char **string)
{
    struct text text;
    if (token->kind != JSON_STRING) return json_expected(reader, token, "a string");
    if (!json_string(reader->arena, token, &text)) return json_no_memory(reader);
    /* A string that held escapes is a copy with its NUL already. */
    *string = token->escaped ? (char *)(uintptr_t)text.bytes
                             : arena_copy(reader->arena, text.bytes, text.length);
    return *string == NULL ? json_no_memory(reader) : OK;
}

static enum status read_bytes(struct json_reader *reader, const struct json_token *token,
                              ProtobufCBinaryData *bytes)
{
    struct text text;
    if (token->kind != JSON_STRING) return json_expected(reader, token, "a string");
    if (!json_string(reader->arena, token, &text)) return json_no_memory(reader);
    uint8_t *decoded = arena_alloc(reader->arena, text.length / 4 * 3 + 3);
    if (decoded == NULL) return json_no_memory(reader);
    size_t length;
    if (!rpc_json_get_bytes(text, decoded, &length))
        return json_refuse(reader, token->at, "not base64");
    *bytes = (ProtobufCBinaryData){length, decoded};
    return OK;
}

static enum status read_enum(struct json_reader *reader, const struct json_token *token,
                             const ProtobufCFieldDescriptor *field, int32_t *value)
{
    if (token->kind == JSON_NULL && rpc_is_null_value(field)) {
        *value = 0;
        return OK;
    }
    struct text name;
    if (token->kind == JSON_NUMBER) {
        int64_t number;
        enum status status = read_signed(reader, token, INT32_MIN, INT32_MAX, &number);
        if (status == OK) *value = (int32_t)number;
        return status;
    }
    if (token->kind != JSON_STRING) return json_expected(reader, token, "a name or number");
    if (!json_string(reader->arena, token, &name)) return json_no_memory(reader);
    char *string = arena_copy(reader->arena, name.bytes, name.length);
    if (string == NULL) return json_no_memory(reader);
    const ProtobufCEnumDescriptor *enumeration = field->descriptor;
    const ProtobufCEnumValue *named =
        protobuf_c_enum_descriptor_get_value_by_name(enumeration, string);
    if (named == NULL && reader->reading->ignore_unknown) return JSON_NOTHING;
    if (named == NULL)
        return json_refuse(reader, token->at, "%s has no value \"%.*s\"", enumeration->short_name,
                           (int)text_cut(name, 64).length, name.bytes);
    *value = named->value;
    return OK;
}

enum status json_read_scalar(struct json_reader *reader, const struct json_token *token,
                             const ProtobufCFieldDescriptor *field, void *slot)
{
    int64_t integer = 0;
    uint64_t natural = 0;
    double real = 0;
    enum status status;
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        status = read_signed(reader, token, INT32_MIN, INT32_MAX, &integer);
        if (status == OK) *(int32_t *)slot = (int32_t)integer;
        return status;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return read_signed(reader, token, INT64_MIN, INT64_MAX, slot);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        status = read_unsigned(reader, token, UINT32_MAX, &natural);
        if (status == OK) *(uint32_t *)slot = (uint32_t)natural;
        return status;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return read_unsigned(reader, token, UINT64_MAX, slot);
    case PROTOBUF_C_TYPE_FLOAT:
        status = read_real(reader, token, FLOAT_MAX_ROUNDED, &real);
        if (status == OK) *(float *)slot = (float)real;
        return status;
    case PROTOBUF_C_TYPE_DOUBLE:
        return read_real(reader, token, DBL_MAX, slot);
    case PROTOBUF_C_TYPE_BOOL:
        if (token->kind != JSON_TRUE && token->kind != JSON_FALSE)
            return json_expected(reader, token, "true or false");
        *(protobuf_c_boolean *)slot = token->kind == JSON_TRUE;
        return OK;
    case PROTOBUF_C_TYPE_ENUM:
        return read_enum(reader, token, field, slot);
    case PROTOBUF_C_TYPE_STRING:
        return read_string(reader, token, slot);
    case PROTOBUF_C_TYPE_BYTES:
        return read_bytes(reader, token, slot);
    case PROTOBUF_C_TYPE_MESSAGE:
        return INTERNAL;
    }
    return INTERNAL;
}

enum status json_read_key(struct json_reader *reader, const struct json_token *token,
                          const ProtobufCFieldDescriptor *field, void *slot)
{
    if (field->type != PROTOBUF_C_TYPE_BOOL) return json_read_scalar(reader, token, field, slot);
    struct json_token word = *token;
    struct text text;
    if (!json_string(reader->arena, token, &text)) return json_no_memory(reader);
    bool is_true = text_equal(text, text_from("true"));
    if (!is_true && !text_equal(text, text_from("false")))
        return json_refuse(reader, token->at, "expected \"true\" or \"false\"");
    word.kind = is_true ? JSON_TRUE : JSON_FALSE;
    return json_read_scalar(reader, &word, field, slot);
}

enum status json_check_keys(struct json_reader *reader, const struct json_frame *frame, size_t at)
{
    size_t count = frame->count;
    if (rpc_map_unite(reader->arena, frame->items, &count) != OK) return json_no_memory(reader);
    return count == frame->count ? OK : json_refuse(reader, at, "a key stands in the map twice");
}

/* `pageSize,figures.subject` -> "page_size", "figures.subject" */
enum status json_read_field_mask(struct json_reader *reader, const struct json_token *token,
                                 struct text text, protobuf_field_mask *mask)
{
    size_t count = text.length == 0 ? 0 : 1;
    for (size_t i = 0; i < text.length; i++)
        count += text.bytes[i] == ',';
    mask->paths = arena_calloc(reader->arena, count, sizeof(char *));
    if (mask->paths == NULL) return json_no_memory(reader);
    size_t at = 0;
    for (size_t i = 0; i < count; i++, at++) {
        const char *comma = memchr(text.bytes + at, ',', text.length - at);
        size_t bytes = comma == NULL ? text.length - at : (size_t)(comma - text.bytes) - at;
        char *path = arena_alloc(reader->arena, 2 * bytes + 1);
        if (path == NULL) return json_no_memory(reader);
        size_t length = 0;
        for (; at < text.length && text.bytes[at] != ','; at++) {
            char c = text.bytes[at];
            if (c == '_')
                return json_refuse(reader, token->at, "the paths of a mask are in lowerCamelCase");
            bool upper = c >= 'A' && c <= 'Z';
            if (upper) path[length++] = '_';
            path[length++] = upper ? (char)(c - 'A' + 'a') : c;
        }
        path[length] = '\0';
        mask->paths[mask->n_paths++] = path;
    }
    return OK;
}
