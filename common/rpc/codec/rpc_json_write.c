#include <math.h>
#include <string.h>

#include "any.rpc.h"
#include "duration.rpc.h"
#include "field_mask.rpc.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_field.h"
#include "rpc/codec/rpc_json.h"
#include "rpc/codec/rpc_json_text.h"
#include "timestamp.rpc.h"

enum { ANY_BYTES_MAX = 64 * 1024 * 1024, INDENT_BYTES = 2 };

/* A message that is being written; Struct and ListValue are a list and nothing else. */
struct frame {
    const struct rpc_message *type;
    const ProtobufCMessage *message;
    unsigned next_field;
    const ProtobufCFieldDescriptor *list; /* The list or map of messages being written, or NULL. */
    const struct rpc_field *list_field;
    size_t item, count; /* Of that list. */
    bool bare;          /* Only the list has brackets. */
    bool filled;        /* Something stands between the message's brackets. */
};

struct writer {
    struct buffer *out;
    const struct rpc_json_style *style;
    struct frame frames[RPC_DEPTH_MAX + 1];
    size_t frame_count;
    size_t level;       /* Open brackets. */
    struct arena arena; /* What Any fields hold is decoded into it. */
};

static enum status put(struct writer *writer, char character)
{
    return buffer_append_byte(writer->out, (uint8_t)character);
}

static enum status put_line(struct writer *writer)
{
    if (!writer->style->indent) return OK;
    size_t length = 1 + writer->level * INDENT_BYTES;
    uint8_t *end;
    enum status status = buffer_reserve(writer->out, length, &end);
    if (status != OK) return status;
    memset(end, ' ', length);
    end[0] = '\n';
    writer->out->length += length;
    return OK;
}

static enum status put_open(struct writer *writer, char bracket)
{
    writer->level++;
    return put(writer, bracket);
}

static enum status put_close(struct writer *writer, char bracket, bool filled)
{
    writer->level--;
    enum status status = filled ? put_line(writer) : OK;
    return status == OK ? put(writer, bracket) : status;
}

/* What stands before an item: a comma but for the first, and its own line. */
static enum status put_separator(struct writer *writer, bool first)
{
    enum status status = first ? OK : put(writer, ',');
    return status == OK ? put_line(writer) : status;
}

static enum status put_colon(struct writer *writer)
{
    return buffer_append(writer->out, ": ", writer->style->indent ? 2 : 1);
}

static enum status put_name(struct writer *writer, const struct rpc_field *field)
{
    /* Behind its comma, which put_separator writes. */
    enum status status = buffer_append(writer->out, field->json + 1, field->json_length - 1U);
    return status == OK && writer->style->indent ? put(writer, ' ') : status;
}

static enum status put_enum(struct writer *writer, const ProtobufCFieldDescriptor *field, int value)
{
    if (rpc_is_null_value(field)) return buffer_append_string(writer->out, "null");
    const ProtobufCEnumValue *named =
        protobuf_c_enum_descriptor_get_value(field->descriptor, value);
    if (named == NULL) return rpc_json_put_integer(writer->out, value);
    return rpc_json_put_string(writer->out, text_from(named->name));
}

/* Writes a value that is not a message. */
static enum status put_scalar(struct writer *writer, const ProtobufCFieldDescriptor *field,
                              const void *value)
{
    struct buffer *out = writer->out;
    const ProtobufCBinaryData *bytes = value;
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return rpc_json_put_integer(out, *(const int32_t *)value);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return rpc_json_put_integer(out, *(const uint32_t *)value);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return rpc_json_put_quoted(out, *(const int64_t *)value);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return rpc_json_put_unsigned_quoted(out, *(const uint64_t *)value);
    case PROTOBUF_C_TYPE_FLOAT:
        return rpc_json_put_float(out, *(const float *)value);
    case PROTOBUF_C_TYPE_DOUBLE:
        return rpc_json_put_double(out, *(const double *)value);
    case PROTOBUF_C_TYPE_BOOL:
        return buffer_append_string(out, *(const protobuf_c_boolean *)value ? "true" : "false");
    case PROTOBUF_C_TYPE_ENUM:
        return put_enum(writer, field, *(const int *)value);
    case PROTOBUF_C_TYPE_STRING:
        return rpc_json_put_string(out, text_from(*(char *const *)value));
    case PROTOBUF_C_TYPE_BYTES:
        return rpc_json_put_bytes(out, bytes->data, bytes->len);
    case PROTOBUF_C_TYPE_MESSAGE:
        return INTERNAL;
    }
    return INTERNAL;
}

static enum status push(struct writer *writer, const struct frame *frame)
{
    if (writer->frame_count == ARRAY_LENGTH(writer->frames)) return OUT_OF_RANGE;
    writer->frames[writer->frame_count++] = *frame;
    return OK;
}

static enum status put_field_mask(struct writer *writer, const protobuf_field_mask *mask)
{
    enum status status = put(writer, '"');
    for (size_t i = 0; i < mask->n_paths && status == OK; i++) {
        if (i > 0) status = put(writer, ',');
        if (status == OK) status = rpc_json_put_mask_path(writer->out, mask->paths[i]);
    }
    return status == OK ? put(writer, '"') : status;
}

/* Opens an Any: the message that it holds is entered, or set to *inner where it has a form of its
 * own. One of an unknown type is written with its bytes. */
static enum status open_any(struct writer *writer, const protobuf_any *any,
                            const struct rpc_message **type, const ProtobufCMessage **inner)
{
    *inner = NULL;
    enum status status = put_open(writer, '{');
    if (any->type_url == NULL || any->type_url[0] == '\0') {
        if (status == OK) status = put_close(writer, '}', false);
        return status;
    }
    if (status == OK) status = put_separator(writer, true);
    if (status == OK) status = rpc_json_put_string(writer->out, text_from("@type"));
    if (status == OK) status = put_colon(writer);
    if (status == OK) status = rpc_json_put_string(writer->out, text_from(any->type_url));
    if (status != OK) return status;
    *type = rpc_json_any_type(text_from(any->type_url));
    ProtobufCMessage *message = NULL;
    struct text bytes = {(const char *)any->value.data, any->value.len};
    if (*type != NULL) {
        status = rpc_decode(&writer->arena, bytes, *type, &message, NULL);
        if (status == RESOURCE_EXHAUSTED) return status;
    }
    bool own_form = message == NULL || (*type)->known != RPC_KNOWN_NONE;
    struct frame frame = {.type = *type, .message = own_form ? NULL : message, .filled = true};
    status = push(writer, &frame);
    if (status != OK || !own_form) return status;
    status = put_separator(writer, false);
    if (status == OK) status = put_name(writer, &protobuf_any_type.fields[1]);
    if (status == OK && message == NULL)
        status = rpc_json_put_bytes(writer->out, any->value.data, any->value.len);
    *inner = message;
    return status;
}

/* The member of a Value's oneof that is set; NULL: none. */
static const ProtobufCFieldDescriptor *value_member(const ProtobufCMessage *value)
{
    for (unsigned i = 0; i < value->descriptor->n_fields; i++) {
        if (rpc_field_is_set(value, &value->descriptor->fields[i]))
            return &value->descriptor->fields[i];
    }
    return NULL;
}

static enum status open_list(struct writer *writer, const struct rpc_message *type,
                             const ProtobufCMessage *message, char bracket)
{
    const ProtobufCFieldDescriptor *field = message->descriptor->fields;
    struct frame frame = {
        .type = type,
        .list_field = &type->fields[0],
        .message = message,
        .list = field,
        .count = rpc_field_count(message, field),
        .bare = true,
    };
    enum status status = put_open(writer, bracket);
    return status == OK ? push(writer, &frame) : status;
}

/* Writes a message whole, or opens it and leaves the rest to the frames. */
static enum status put_message(struct writer *writer, const struct rpc_message *type,
                               const ProtobufCMessage *message)
{
    while (message != NULL) { /* A Value or an Any goes on with what it holds. */
        struct frame frame = {.type = type, .message = message};
        const ProtobufCFieldDescriptor *field = message->descriptor->fields;
        const protobuf_timestamp *timestamp = (const protobuf_timestamp *)message;
        const protobuf_duration *duration = (const protobuf_duration *)message;
        enum status status;
        switch (type->known) {
        case RPC_KNOWN_NONE:
            status = put_open(writer, '{');
            return status == OK ? push(writer, &frame) : status;
        case RPC_KNOWN_TIMESTAMP:
            return rpc_json_put_timestamp(writer->out, timestamp->seconds, timestamp->nanos);
        case RPC_KNOWN_DURATION:
            return rpc_json_put_duration(writer->out, duration->seconds, duration->nanos);
        case RPC_KNOWN_FIELD_MASK:
            return put_field_mask(writer, (const protobuf_field_mask *)message);
        case RPC_KNOWN_WRAPPER:
            return put_scalar(writer, field, rpc_field_value(message, field));
        case RPC_KNOWN_STRUCT:
            return open_list(writer, type, message, '{');
        case RPC_KNOWN_LIST_VALUE:
            return open_list(writer, type, message, '[');
        case RPC_KNOWN_ANY:
            status = open_any(writer, (const protobuf_any *)message, &type, &message);
            if (status != OK) return status;
            break;
        case RPC_KNOWN_VALUE:
            field = value_member(message);
            if (field == NULL) return buffer_append_string(writer->out, "null");
            if (field->type == PROTOBUF_C_TYPE_DOUBLE &&
                !isfinite(*(const double *)rpc_field_value(message, field)))
                return OUT_OF_RANGE; /* A Value is any JSON, which has only finite numbers. */
            if (field->type != PROTOBUF_C_TYPE_MESSAGE)
                return put_scalar(writer, field, rpc_field_value(message, field));
            type = type->fields[field - message->descriptor->fields].message;
            message = *(ProtobufCMessage *const *)rpc_field_value(message, field);
            break;
        }
    }
    return OK;
}

static enum status put_value(struct writer *writer, const ProtobufCFieldDescriptor *field,
                             const struct rpc_message *type, const void *value)
{
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) return put_scalar(writer, field, value);
    const ProtobufCMessage *message = *(ProtobufCMessage *const *)value;
    if (message == NULL) return buffer_append(writer->out, "{}", 2);
    return put_message(writer, type, message);
}

/* A map's key, which JSON always quotes. */
static enum status put_key(struct writer *writer, const ProtobufCMessage *entry)
{
    const ProtobufCFieldDescriptor *key = &entry->descriptor->fields[0];
    const void *value = rpc_field_value(entry, key);
    bool quoted = key->type == PROTOBUF_C_TYPE_STRING || rpc_item_bytes(key->type) == 8;
    enum status status = quoted ? OK : put(writer, '"');
    if (status == OK) status = put_scalar(writer, key, value);
    if (status == OK && !quoted) status = put(writer, '"');
    return status == OK ? put_colon(writer) : status;
}

/* Writes the next message of the frame's list, or closes the list. */
static enum status put_item(struct writer *writer, struct frame *frame)
{
    const ProtobufCFieldDescriptor *field = frame->list;
    const struct rpc_message *item_type = frame->list_field->message;
    bool map = frame->list_field->map;
    if (frame->item == frame->count) {
        frame->list = NULL;
        bool bare = frame->bare;
        if (bare) writer->frame_count--;
        return put_close(writer, map ? '}' : ']', frame->count > 0);
    }
    ProtobufCMessage *const *items =
        *(ProtobufCMessage *const *const *)rpc_field_value(frame->message, field);
    const ProtobufCMessage *item = items[frame->item++];
    enum status status = put_separator(writer, frame->item == 1);
    if (status != OK) return status;
    if (!map) return put_value(writer, field, item_type, &item);
    status = put_key(writer, item);
    const ProtobufCFieldDescriptor *value = &item->descriptor->fields[1];
    return status == OK ? put_value(writer, value, item_type->fields[1].message,
                                    rpc_field_value(item, value))
                        : status;
}

static enum status put_scalars(struct writer *writer, const ProtobufCMessage *message,
                               const ProtobufCFieldDescriptor *field)
{
    size_t count = rpc_field_count(message, field);
    size_t item_bytes = rpc_item_bytes(field->type);
    const char *items = *(char *const *)rpc_field_value(message, field);
    enum status status = put_open(writer, '[');
    for (size_t i = 0; i < count && status == OK; i++) {
        status = put_separator(writer, i == 0);
        if (status == OK) status = put_scalar(writer, field, items + i * item_bytes);
    }
    return status == OK ? put_close(writer, ']', count > 0) : status;
}

/* Writes the next field of the frame's message, or closes the message. */
static enum status put_field(struct writer *writer, struct frame *frame)
{
    const ProtobufCMessage *message = frame->message;
    if (message == NULL || frame->next_field == message->descriptor->n_fields) {
        bool filled = frame->filled;
        writer->frame_count--;
        return put_close(writer, '}', filled);
    }
    const struct rpc_field *more = &frame->type->fields[frame->next_field];
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[frame->next_field++];
    if (!rpc_field_is_set(message, field) &&
        (!writer->style->default_values || rpc_field_has_presence(field)))
        return OK;
    enum status status;
    if (writer->style->indent) {
        status = put_separator(writer, !frame->filled);
        if (status == OK) status = put_name(writer, more);
    } else {
        size_t begin = frame->filled ? 0 : 1; /* Behind the comma. */
        status = buffer_append(writer->out, more->json + begin, more->json_length - begin);
    }
    frame->filled = true;
    if (status != OK) return status;
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return put_value(writer, field, more->message, rpc_field_value(message, field));
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) return put_scalars(writer, message, field);
    frame->list = field;
    frame->list_field = more;
    frame->item = 0;
    frame->count = rpc_field_count(message, field);
    return put_open(writer, more->map ? '{' : '[');
}

enum status rpc_json_write_as(const struct rpc_message *type, const ProtobufCMessage *message,
                              const struct rpc_json_style *style, struct buffer *out)
{
    struct writer writer; /* Of its frames only those that are entered are set. */
    writer.out = out;
    writer.style = style;
    writer.frame_count = writer.level = 0;
    arena_init(&writer.arena, ANY_BYTES_MAX);
    size_t begin = out->length;
    enum status status = put_message(&writer, type, message);
    while (status == OK && writer.frame_count > 0) {
        struct frame *frame = &writer.frames[writer.frame_count - 1];
        status = frame->list != NULL ? put_item(&writer, frame) : put_field(&writer, frame);
    }
    if (status == OK && style->indent) status = put(&writer, '\n');
    if (status != OK) out->length = begin;
    arena_free(&writer.arena);
    return status;
}

enum status rpc_json_write(const ProtobufCMessage *message, const struct rpc_json_style *style,
                           struct buffer *out)
{
    return rpc_json_write_as(rpc_type_named(text_from(message->descriptor->name)), message, style,
                             out);
}
