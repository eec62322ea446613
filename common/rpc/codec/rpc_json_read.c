#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "any.rpc.h"
#include "duration.rpc.h"
#include "field_mask.rpc.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json.h"
#include "rpc/codec/rpc_json_reader.h"
#include "timestamp.rpc.h"

enum { SEEN_BITS = 64 };

static enum status push(struct json_reader *reader, const struct json_frame *frame, size_t at)
{
    if (reader->frame_count == ARRAY_LENGTH(reader->frames) || frame->depth > RPC_DEPTH_MAX) {
        (void)json_refuse(reader, at, "nested deeper than %d", RPC_DEPTH_MAX);
        return OUT_OF_RANGE;
    }
    reader->frames[reader->frame_count++] = *frame;
    return OK;
}

static enum status new_message(struct json_reader *reader,
                               const ProtobufCMessageDescriptor *descriptor,
                               ProtobufCMessage **message)
{
    *message = rpc_message_new(reader->arena, descriptor);
    return *message == NULL ? json_no_memory(reader) : OK;
}

/* Enters a message's object, whose brace was read. */
static enum status enter_message(struct json_reader *reader, const struct rpc_message *type,
                                 ProtobufCMessage *message, unsigned depth, size_t at)
{
    struct json_frame frame = {.kind = JSON_FRAME_MESSAGE,
                               .type = type,
                               .message = message,
                               .depth = depth,
                               .first = true};
    unsigned words = message->descriptor->n_fields / SEEN_BITS;
    if (words > 0) {
        frame.seen = arena_calloc(reader->arena, words, sizeof(uint64_t));
        if (frame.seen == NULL) return json_no_memory(reader);
    }
    return push(reader, &frame, at);
}

static enum status enter_list(struct json_reader *reader, const struct rpc_message *type,
                              ProtobufCMessage *message, unsigned index, unsigned depth, size_t at)
{
    bool map = type->fields[index].map;
    struct json_frame frame = {.kind = map ? JSON_FRAME_MAP : JSON_FRAME_LIST,
                               .type = type->fields[index].message,
                               .message = message,
                               .field = &type->descriptor->fields[index],
                               .depth = depth + map, /* The entry is a message too. */
                               .first = true};
    return push(reader, &frame, at);
}

/* Reads ahead for the "@type" of the object whose brace was read; JSON_END where it has none. */
static struct json_token find_type(struct json_reader *reader)
{
    struct json_scan ahead = reader->scan;
    size_t level = 1;
    bool is_key = true; /* On the first level, the next string is a name. */
    for (;;) {
        struct json_token token = json_next(&ahead);
        switch (token.kind) {
        case JSON_OBJECT_OPEN:
        case JSON_ARRAY_OPEN:
            level++;
            break;
        case JSON_OBJECT_CLOSE:
        case JSON_ARRAY_CLOSE:
            level--;
            break;
        case JSON_COMMA:
            is_key = level == 1;
            break;
        case JSON_COLON:
            is_key = false;
            break;
        case JSON_STRING:
            if (level == 1 && is_key && text_equal(token.raw, text_from("@type"))) {
                token = json_next(&ahead);
                return token.kind == JSON_COLON ? json_next(&ahead) : token;
            }
            break;
        case JSON_NUMBER:
        case JSON_TRUE:
        case JSON_FALSE:
        case JSON_NULL:
            break;
        case JSON_END:
        case JSON_WRONG:
            return token;
        }
        if (level == 0) return (struct json_token){.kind = JSON_END, .at = token.at};
    }
}

/* Enters an Any's object. What it holds is read as its own message and packed at the end. */
static enum status enter_any(struct json_reader *reader, protobuf_any *any, unsigned depth,
                             size_t at)
{
    struct json_token type = find_type(reader);
    if (type.kind == JSON_END) { /* {} is an empty Any. */
        struct json_scan ahead = reader->scan;
        if (json_next(&ahead).kind != JSON_OBJECT_CLOSE)
            return json_refuse(reader, at, "an Any needs its \"@type\"");
        return enter_message(reader, &protobuf_any_type, &any->base, depth, at);
    }
    if (type.kind != JSON_STRING) return json_expected(reader, &type, "the type's URL");
    struct text url;
    if (!json_string(reader->arena, &type, &url)) return json_no_memory(reader);
    any->type_url = arena_copy(reader->arena, url.bytes, url.length);
    if (any->type_url == NULL) return json_no_memory(reader);
    const struct rpc_message *inner_type = rpc_json_any_type(url);
    if (inner_type == NULL)
        return json_refuse(reader, type.at, "no type that is known here has the URL \"%.*s\"",
                           (int)text_cut(url, 64).length, url.bytes);
    ProtobufCMessage *inner;
    enum status status = new_message(reader, inner_type->descriptor, &inner);
    if (status != OK) return status;
    /* A form of its own stands under "value". */
    if (inner_type->known == RPC_KNOWN_NONE)
        status = enter_message(reader, inner_type, inner, depth, at);
    else
        status = enter_message(reader, &protobuf_any_type, &any->base, depth, at);
    if (status != OK) return status;
    struct json_frame *frame = &reader->frames[reader->frame_count - 1];
    frame->kind = JSON_FRAME_ANY;
    frame->any = any;
    frame->inner_type = inner_type;
    frame->inner = inner;
    return OK;
}

/* Reads the forms of messages that are a string in JSON. */
static enum status read_string_form(struct json_reader *reader, const struct json_token *token,
                                    enum rpc_known known, ProtobufCMessage *message)
{
    struct text text;
    if (token->kind != JSON_STRING) return json_expected(reader, token, "a string");
    if (!json_string(reader->arena, token, &text)) return json_no_memory(reader);
    if (known == RPC_KNOWN_FIELD_MASK)
        return json_read_field_mask(reader, token, text, (protobuf_field_mask *)message);
    int64_t seconds;
    int32_t nanos;
    if (known == RPC_KNOWN_TIMESTAMP) {
        if (!rpc_json_get_timestamp(text, &seconds, &nanos))
            return json_refuse(reader, token->at,
                               "expected an instant such as \"2020-03-31T09:00:00Z\"");
        ((protobuf_timestamp *)message)->seconds = seconds;
        ((protobuf_timestamp *)message)->nanos = nanos;
        return OK;
    }
    if (!rpc_json_get_duration(text, &seconds, &nanos))
        return json_refuse(reader, token->at, "expected a duration such as \"1.5s\"");
    ((protobuf_duration *)message)->seconds = seconds;
    ((protobuf_duration *)message)->nanos = nanos;
    return OK;
}

/* Reads a google.protobuf.Value: any JSON. */
static enum status read_any_json(struct json_reader *reader, const struct json_token *token,
                                 const struct rpc_message *type, ProtobufCMessage *value,
                                 unsigned depth)
{
    const char *name = NULL;
    switch (token->kind) {
    case JSON_NULL:
        name = "null_value";
        break;
    case JSON_NUMBER:
        name = "number_value";
        break;
    case JSON_STRING:
        name = "string_value";
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        name = "bool_value";
        break;
    case JSON_OBJECT_OPEN:
        name = "struct_value";
        break;
    case JSON_ARRAY_OPEN:
        name = "list_value";
        break;
    case JSON_OBJECT_CLOSE:
    case JSON_ARRAY_CLOSE:
    case JSON_COMMA:
    case JSON_COLON:
    case JSON_END:
    case JSON_WRONG:
        return json_expected(reader, token, "a value");
    }
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(value->descriptor, name);
    rpc_field_set(value, field);
    void *slot = (char *)value + field->offset;
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) return json_read_scalar(reader, token, field, slot);
    const struct rpc_message *inner_type = type->fields[field - value->descriptor->fields].message;
    ProtobufCMessage *inner;
    enum status status = new_message(reader, field->descriptor, &inner);
    if (status != OK) return status;
    *(ProtobufCMessage **)slot = inner;
    return enter_list(reader, inner_type, inner, 0, depth + 1, token->at);
}

/* Reads a message's value into *slot; an object or array is entered. */
static enum status read_message(struct json_reader *reader, const struct json_token *token,
                                const struct rpc_message *type, unsigned depth,
                                ProtobufCMessage **slot)
{
    const ProtobufCMessageDescriptor *descriptor = type->descriptor;
    ProtobufCMessage *message;
    enum status status = new_message(reader, descriptor, &message);
    if (status != OK) return status;
    *slot = message;
    enum rpc_known known = type->known;
    enum json_kind opening = known == RPC_KNOWN_LIST_VALUE ? JSON_ARRAY_OPEN : JSON_OBJECT_OPEN;
    switch (known) {
    case RPC_KNOWN_TIMESTAMP:
    case RPC_KNOWN_DURATION:
    case RPC_KNOWN_FIELD_MASK:
        return read_string_form(reader, token, known, message);
    case RPC_KNOWN_WRAPPER:
        return json_read_scalar(reader, token, &descriptor->fields[0],
                                (char *)message + descriptor->fields[0].offset);
    case RPC_KNOWN_VALUE:
        return read_any_json(reader, token, type, message, depth);
    case RPC_KNOWN_NONE:
    case RPC_KNOWN_ANY:
    case RPC_KNOWN_STRUCT:
    case RPC_KNOWN_LIST_VALUE:
        break;
    }
    if (token->kind != opening) return json_expected(reader, token, json_kind_name(opening));
    if (known == RPC_KNOWN_NONE) return enter_message(reader, type, message, depth, token->at);
    if (known == RPC_KNOWN_ANY) return enter_any(reader, (protobuf_any *)message, depth, token->at);
    return enter_list(reader, type, message, 0, depth, token->at);
}

/* The field takes null for a value rather than for its absence. */
static bool takes_null(const ProtobufCFieldDescriptor *field, const struct rpc_message *type)
{
    return type == NULL ? rpc_is_null_value(field) : type->known == RPC_KNOWN_VALUE;
}

static enum status read_value(struct json_reader *reader, const struct json_token *token,
                              const ProtobufCFieldDescriptor *field, const struct rpc_message *type,
                              unsigned depth, void *slot)
{
    if (type != NULL) return read_message(reader, token, type, depth, slot);
    return json_read_scalar(reader, token, field, slot);
}

static enum status skip_value(struct json_reader *reader, const struct json_token *token)
{
    struct json_frame frame = {.kind = JSON_FRAME_SKIPPED_OBJECT, .first = true};
    switch (token->kind) {
    case JSON_ARRAY_OPEN:
        frame.kind = JSON_FRAME_SKIPPED_ARRAY;
        break;
    case JSON_OBJECT_OPEN:
        break;
    case JSON_STRING:
    case JSON_NUMBER:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        return OK;
    case JSON_OBJECT_CLOSE:
    case JSON_ARRAY_CLOSE:
    case JSON_COMMA:
    case JSON_COLON:
    case JSON_END:
    case JSON_WRONG:
        return json_expected(reader, token, "a value");
    }
    frame.depth = reader->frames[reader->frame_count - 1].depth + 1;
    return push(reader, &frame, token->at);
}

/* Reads the value of the frame's field. */
static enum status read_field(struct json_reader *reader, struct json_frame *frame,
                              const struct json_token *token)
{
    const ProtobufCFieldDescriptor *field = frame->field;
    unsigned index = (unsigned)(field - frame->type->descriptor->fields);
    const struct rpc_field *more = &frame->type->fields[index];
    if (token->kind == JSON_NULL && !takes_null(field, more->message)) return OK;
    void *slot = (char *)frame->message + field->offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        enum json_kind opening = more->map ? JSON_OBJECT_OPEN : JSON_ARRAY_OPEN;
        if (token->kind == JSON_NULL) return OK;
        if (token->kind != opening) return json_expected(reader, token, json_kind_name(opening));
        return enter_list(reader, frame->type, frame->message, index, frame->depth, token->at);
    }
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
        rpc_oneof_case(frame->message, field) != 0)
        return json_refuse(reader, token->at, "another member of the same oneof is set");
    enum status status = read_value(reader, token, field, more->message, frame->depth + 1, slot);
    if (status == OK) rpc_field_set(frame->message, field);
    return status == JSON_NOTHING ? OK : status;
}

/* Reads the value under a name of an Any that has no fields of its own. */
static enum status read_any_value(struct json_reader *reader, struct json_frame *frame,
                                  const struct json_token *token)
{
    return read_message(reader, token, frame->inner_type, frame->depth + 1, &frame->inner);
}

/* Notes that a field was met. False: it was before. */
static bool see(struct json_frame *frame, unsigned index)
{
    uint64_t *word = index < SEEN_BITS ? &frame->seen_first : &frame->seen[index / SEEN_BITS - 1];
    uint64_t bit = UINT64_C(1) << index % SEEN_BITS;
    if ((*word & bit) != 0) return false;
    *word |= bit;
    return true;
}

/* Reads a member of an object: its name, the colon, and the beginning of its value. */
static enum status read_member(struct json_reader *reader, struct json_frame *frame,
                               const struct json_token *name_token)
{
    struct text name;
    if (!json_string(reader->arena, name_token, &name)) return json_no_memory(reader);
    struct json_token colon = json_next(&reader->scan);
    if (colon.kind != JSON_COLON) return json_expected(reader, &colon, "':'");
    struct json_token token = json_next(&reader->scan);
    if (frame->kind == JSON_FRAME_SKIPPED_OBJECT) return skip_value(reader, &token);
    frame->field = NULL;
    if (frame->kind == JSON_FRAME_ANY && text_equal(name, text_from("@type")))
        return skip_value(reader, &token);
    const ProtobufCMessageDescriptor *descriptor = frame->message->descriptor;
    unsigned index = json_find_field(descriptor, name, frame->next_field);
    bool own_form = frame->kind == JSON_FRAME_ANY && frame->message == &frame->any->base;
    if (own_form && !text_equal(name, text_from("value"))) index = descriptor->n_fields;
    if (index == descriptor->n_fields) {
        if (reader->reading->ignore_unknown) return skip_value(reader, &token);
        return json_refuse(reader, name_token->at, "%s has no field \"%.*s\"",
                           descriptor->short_name, (int)text_cut(name, 64).length, name.bytes);
    }
    frame->field = &descriptor->fields[index];
    frame->next_field = index + 1;
    if (!see(frame, index))
        return json_refuse(reader, name_token->at, "the field stands here twice");
    return own_form ? read_any_value(reader, frame, &token) : read_field(reader, frame, &token);
}

/* Room for one more item at the end of the frame's list. NULL: no memory. */
static void *add_item(struct json_reader *reader, struct json_frame *frame)
{
    size_t item_bytes = rpc_item_bytes(frame->field->type);
    if (frame->count == frame->capacity) {
        void *items =
            arena_grow(reader->arena, frame->items, frame->count, &frame->capacity, item_bytes);
        if (items == NULL) return NULL;
        frame->items = items;
    }
    return (char *)frame->items + frame->count * item_bytes;
}

/* Reads an item of a list, or a member of a map. */
static enum status read_item(struct json_reader *reader, struct json_frame *frame,
                             const struct json_token *token)
{
    void *slot = add_item(reader, frame);
    if (slot == NULL) return json_no_memory(reader);
    if (token->kind == JSON_NULL && !takes_null(frame->field, frame->type))
        return json_refuse(reader, token->at, "a list cannot hold null");
    return read_value(reader, token, frame->field, frame->type, frame->depth + 1, slot);
}

static enum status read_entry(struct json_reader *reader, struct json_frame *frame,
                              const struct json_token *name_token)
{
    ProtobufCMessage **slot = add_item(reader, frame);
    if (slot == NULL) return json_no_memory(reader);
    ProtobufCMessage *entry = rpc_message_new(reader->arena, frame->field->descriptor);
    if (entry == NULL) return json_no_memory(reader);
    *slot = entry;
    const ProtobufCFieldDescriptor *fields = entry->descriptor->fields;
    frame->key = name_token->raw;
    enum status status =
        json_read_key(reader, name_token, &fields[0], (char *)entry + fields[0].offset);
    if (status != OK) return status;
    struct json_token colon = json_next(&reader->scan);
    if (colon.kind != JSON_COLON) return json_expected(reader, &colon, "':'");
    struct json_token token = json_next(&reader->scan);
    const struct rpc_message *type = frame->type->fields[1].message;
    if (token.kind == JSON_NULL && !takes_null(&fields[1], type))
        return json_refuse(reader, token.at, "a map cannot hold null");
    return read_value(reader, &token, &fields[1], type, frame->depth + 1,
                      (char *)entry + fields[1].offset);
}

/* Packs what an Any holds. */
static enum status close_any(struct json_reader *reader, const struct json_frame *frame)
{
    if (frame->inner == NULL) return OK;
    struct buffer packed;
    buffer_init(&packed, reader->arena->bytes_max);
    enum status status = rpc_encode(frame->inner, &packed);
    char *bytes = NULL;
    if (status == OK) bytes = arena_copy(reader->arena, (char *)packed.bytes, packed.length);
    if (bytes != NULL) frame->any->value = (ProtobufCBinaryData){packed.length, (uint8_t *)bytes};
    buffer_free(&packed);
    return bytes == NULL ? json_no_memory(reader) : OK;
}

static enum status close_frame(struct json_reader *reader, struct json_frame *frame, size_t at)
{
    enum status status = OK;
    switch (frame->kind) {
    case JSON_FRAME_MAP:
        frame->key = (struct text){NULL, 0};
        status = json_check_keys(reader, frame, at);
        /* fall through */
    case JSON_FRAME_LIST:
        memcpy((char *)frame->message + frame->field->offset, &frame->items, sizeof(void *));
        memcpy((char *)frame->message + frame->field->quantifier_offset, &frame->count,
               sizeof frame->count);
        break;
    case JSON_FRAME_ANY:
        status = close_any(reader, frame);
        break;
    case JSON_FRAME_MESSAGE:
    case JSON_FRAME_SKIPPED_OBJECT:
    case JSON_FRAME_SKIPPED_ARRAY:
        break;
    }
    if (status != OK) return status;
    reader->frame_count--;
    /* The list or map around it has one more whole item now. */
    if (reader->frame_count > 0) json_count_item(&reader->frames[reader->frame_count - 1]);
    return OK;
}

/* Reads the next member of a message where it stands as the writer would write it. JSON_NOTHING: it
 * does not, and nothing was read. */
static enum status step_plain(struct json_reader *reader, struct json_frame *frame)
{
    struct json_scan *scan = &reader->scan;
    size_t at = json_skip_space(scan, scan->at);
    if (at < scan->text.length && !frame->first) {
        if (scan->text.bytes[at] != ',') return JSON_NOTHING;
        at = json_skip_space(scan, at + 1);
    }
    unsigned index;
    if (!json_find_plain(reader, frame, &at, &index) || !see(frame, index)) return JSON_NOTHING;
    const ProtobufCFieldDescriptor *field = &frame->type->descriptor->fields[index];
    frame->first = false;
    frame->field = field;
    frame->next_field = index + 1;
    scan->at = json_skip_space(scan, at);
    bool alone =
        field->label == PROTOBUF_C_LABEL_NONE && (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0;
    void *slot = (char *)frame->message + field->offset;
    if (alone && json_take_plain(reader, scan->at, field->type, slot)) return OK;
    struct json_token token = json_next(scan);
    return read_field(reader, frame, &token);
}

/* Reads the next item of the innermost frame, or its end. */
static enum status step(struct json_reader *reader)
{
    struct json_frame *frame = &reader->frames[reader->frame_count - 1];
    if (frame->kind == JSON_FRAME_MESSAGE) {
        enum status plain = step_plain(reader, frame);
        if (plain != JSON_NOTHING) return plain;
    }
    bool array = frame->kind == JSON_FRAME_LIST || frame->kind == JSON_FRAME_SKIPPED_ARRAY;
    enum json_kind close = array ? JSON_ARRAY_CLOSE : JSON_OBJECT_CLOSE;
    struct json_token token = json_next(&reader->scan);
    if (token.kind == close) return close_frame(reader, frame, token.at);
    if (!frame->first) {
        if (token.kind != JSON_COMMA)
            return json_expected(reader, &token, array ? "',' or ']'" : "',' or '}'");
        token = json_next(&reader->scan);
    }
    frame->first = false;
    if (!array && token.kind != JSON_STRING) return json_expected(reader, &token, "a name");
    size_t frame_count = reader->frame_count;
    enum status status = OK;
    switch (frame->kind) {
    case JSON_FRAME_MESSAGE:
    case JSON_FRAME_ANY:
    case JSON_FRAME_SKIPPED_OBJECT:
        status = read_member(reader, frame, &token);
        break;
    case JSON_FRAME_LIST:
        status = read_item(reader, frame, &token);
        break;
    case JSON_FRAME_MAP:
        status = read_entry(reader, frame, &token);
        break;
    case JSON_FRAME_SKIPPED_ARRAY:
        status = skip_value(reader, &token);
        break;
    }
    /* An item that was entered counts when it is closed, one with nothing to store not at all. */
    if (status == JSON_NOTHING) return OK;
    if (status == OK && reader->frame_count == frame_count) json_count_item(frame);
    return status;
}

enum status rpc_json_read(struct arena *arena, struct text json, const struct rpc_message *type,
                          bool ignore_unknown, ProtobufCMessage **out, struct fault *fault)
{
    struct rpc_json_reading reading = {.ignore_unknown = ignore_unknown, .fault = fault};
    return rpc_json_read_as(arena, json, type, &reading, out);
}

enum status rpc_json_read_as(struct arena *arena, struct text json, const struct rpc_message *type,
                             const struct rpc_json_reading *reading, ProtobufCMessage **out)
{
    struct json_reader reader; /* Of its frames only those that are entered are set. */
    reader.arena = arena;
    reader.scan = (struct json_scan){.text = json};
    reader.frame_count = 0;
    reader.reading = reading;
    ptrdiff_t invalid = text_invalid_at(json);
    if (invalid >= 0) return json_not_utf8(&reader, invalid);
    struct json_token token = json_next(&reader.scan);
    ProtobufCMessage *message;
    enum status status = read_message(&reader, &token, type, 0, &message);
    while (status == OK && reader.frame_count > 0)
        status = step(&reader);
    if (status != OK) return status;
    token = json_next(&reader.scan);
    if (token.kind != JSON_END) return json_expected(&reader, &token, "nothing more");
    *out = message;
    return OK;
}
