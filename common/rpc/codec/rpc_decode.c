/* From bytes to a message: one pass that checks and unpacks, without recursion. */
#include <assert.h>
#include <stdio.h>

#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_field.h"
#include "rpc/codec/rpc_wire.h"

enum { PATH_BYTES_MAX = 256, LIST_CAPACITY_MIN = 4, FIELDS_TRIED_MAX = 4 };
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are copied as they stand");

/* A message that is being decoded. */
struct frame {
    const struct rpc_message *type;
    ProtobufCMessage *message;
    const uint8_t *end;   /* Of its bytes. */
    unsigned field, next; /* Index of the field at hand, and of the one to look for first. */
    bool known;           /* There is a field at hand. */
    bool is_entry, maps;  /* It is an entry of a map; it holds entries of maps. */
};

struct decoder {
    struct arena *arena;
    const uint8_t *begin, *at;
    const uint8_t *field_at; /* Where the tag at hand stands. */
    size_t depth;            /* Index of the innermost frame. */
    struct fault *fault;
    struct frame frames[RPC_DEPTH_MAX + 1]; /* The root is not nested. Set when entered. */
};

static const ProtobufCFieldDescriptor *field_of(const struct frame *frame)
{
    return &frame->type->descriptor->fields[frame->field];
}

/* Fails the decoding, with the path of the field at hand. */
static enum status refuse(const struct decoder *decoder, const uint8_t *at, const char *wrong)
{
    char path[PATH_BYTES_MAX] = "";
    size_t length = 0;
    for (size_t i = 0; i <= decoder->depth && length < sizeof path; i++) {
        const struct frame *frame = &decoder->frames[i];
        if (!frame->known) break;
        const ProtobufCFieldDescriptor *field = field_of(frame);
        length += (size_t)snprintf(path + length, sizeof path - length, i == 0 ? "%s" : ".%s",
                                   field->name);
        if (field->label != PROTOBUF_C_LABEL_REPEATED || length >= sizeof path) continue;
        /* A message counts as soon as it was entered. */
        size_t item = rpc_field_count(frame->message, field) - (i < decoder->depth);
        length += (size_t)snprintf(path + length, sizeof path - length, "[%zu]", item);
    }
    size_t offset = (size_t)(at - decoder->begin);
    if (path[0] == '\0')
        return fault_set(decoder->fault, INVALID_ARGUMENT, "malformed %s: byte %zu: %s",
                         decoder->frames[decoder->depth].type->descriptor->short_name, offset,
                         wrong);
    return fault_set(decoder->fault, INVALID_ARGUMENT, "malformed %s: %s, byte %zu: %s",
                     decoder->frames[0].type->descriptor->short_name, path, offset, wrong);
}

static enum status no_memory(const struct decoder *decoder)
{
    return fault_set(decoder->fault, RESOURCE_EXHAUSTED,
                     "%s of %zu bytes does not fit the call's memory of %zu bytes",
                     decoder->frames[0].type->descriptor->short_name,
                     (size_t)(decoder->frames[0].end - decoder->begin), decoder->arena->bytes_max);
}

/* Grows an array to a power of two that holds `count` items. Its capacity is never written down: it
 * is the least power of two that holds what stands in it. NULL: no memory. */
static void *grow(const struct decoder *decoder, void *items, size_t held, size_t count,
                  size_t item_bytes)
{
    size_t capacity = LIST_CAPACITY_MIN;
    while (capacity < held)
        capacity *= 2;
    if (held > 0 && count <= capacity) return items;
    while (capacity < count)
        capacity *= 2;
    void *grown = arena_alloc(decoder->arena, capacity * item_bytes);
    if (grown != NULL && held > 0) memcpy(grown, items, held * item_bytes);
    return grown;
}

/* Room for `more` items at the end of the frame's list. NULL: no memory. */
static char *add_items(const struct decoder *decoder, const struct frame *frame, size_t more)
{
    const ProtobufCFieldDescriptor *field = field_of(frame);
    char **items = (char **)((char *)frame->message + field->offset);
    size_t count = rpc_field_count(frame->message, field);
    size_t item_bytes = rpc_item_bytes(field->type);
    /* Within the room there is, the common case. */
    bool full = count < LIST_CAPACITY_MIN ? count == 0 : (count & (count - 1)) == 0;
    if (full || more > 1) {
        char *grown = grow(decoder, *items, count, count + more, item_bytes);
        if (grown == NULL) return NULL;
        *items = grown;
    }
    return *items + count * item_bytes;
}

static void count_items(const struct frame *frame, size_t more)
{
    const ProtobufCFieldDescriptor *field = field_of(frame);
    size_t count = rpc_field_count(frame->message, field) + more;
    memcpy((char *)frame->message + field->quantifier_offset, &count, sizeof count);
}

/* Copies a string; a NUL in it takes two bytes. */
static enum status copy_string(struct decoder *decoder, const uint8_t *bytes, size_t length,
                               char **string)
{
    struct text text = {(const char *)bytes, length};
    ptrdiff_t invalid = text_invalid_at(text);
    if (invalid >= 0) return refuse(decoder, bytes + invalid, "not UTF-8");
    if (length == 0 || memchr(bytes, '\0', length) == NULL) {
        *string = arena_copy(decoder->arena, text.bytes, length);
        return *string == NULL ? no_memory(decoder) : OK;
    }
    char *at = *string = arena_alloc(decoder->arena, 2 * length + 1);
    if (at == NULL) return no_memory(decoder);
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\0') *at++ = (char)RPC_NUL_FIRST;
        *at++ = bytes[i] == '\0' ? (char)RPC_NUL_SECOND : (char)bytes[i];
    }
    *at = '\0';
    return OK;
}

static enum status copy_bytes(const struct decoder *decoder, const uint8_t *bytes, size_t length,
                              ProtobufCBinaryData *copy)
{
    uint8_t *data = NULL;
    if (length > 0) {
        data = arena_alloc(decoder->arena, length);
        if (data == NULL) return no_memory(decoder);
        memcpy(data, bytes, length);
    }
    *copy = (ProtobufCBinaryData){length, data};
    return OK;
}

/* Stores a number as its type has it; more than 32 bits of a smaller one are cut off. */
static void store(ProtobufCType type, uint64_t value, void *slot)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        *(uint32_t *)slot = (uint32_t)value;
        return;
    case PROTOBUF_C_TYPE_SINT32:
        *(int32_t *)slot = (int32_t)wire_unzigzag((uint32_t)value);
        return;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        *(uint64_t *)slot = value;
        return;
    case PROTOBUF_C_TYPE_SINT64:
        *(int64_t *)slot = wire_unzigzag(value);
        return;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)slot = value != 0;
        return;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return;
    }
}

/* Reads the payload of a number; what is wrong, or NULL. */
static inline const char *read_number(const uint8_t **at, const uint8_t *end, enum wire_type wire,
                                      uint64_t *value)
{
    if (wire == WIRE_VARINT) return wire_get_varint(at, end, value);
    size_t bytes = wire == WIRE_32BIT ? 4 : 8;
    if ((size_t)(end - *at) < bytes) return "its value runs past the end of its message";
    *value = 0;
    memcpy(value, *at, bytes); /* Little-endian, as the machines are that this runs on. */
    *at += bytes;
    return NULL;
}

/* Reads the items of a packed list, which must fill its bytes exactly. */
static enum status read_packed(struct decoder *decoder, const uint8_t *end)
{
    struct frame *frame = &decoder->frames[decoder->depth];
    const ProtobufCFieldDescriptor *field = field_of(frame);
    enum wire_type wire = wire_type_of(field->type);
    size_t item_bytes = rpc_item_bytes(field->type);
    size_t count = 0;
    if (wire == WIRE_VARINT) {
        for (const uint8_t *at = decoder->at; at < end; at++)
            count += *at < 0x80; /* The last byte of each. */
    } else {
        count = (size_t)(end - decoder->at) / (wire == WIRE_32BIT ? 4 : 8);
    }
    char *items = count == 0 ? NULL : add_items(decoder, frame, count);
    if (count > 0 && items == NULL) return no_memory(decoder);
    for (size_t i = 0; decoder->at < end; i++) {
        const uint8_t *item = decoder->at;
        uint64_t value;
        const char *wrong = read_number(&decoder->at, end, wire, &value);
        if (wrong != NULL) return refuse(decoder, item, wrong);
        assert(items != NULL && i < count);
        store(field->type, value, items + i * item_bytes);
    }
    if (count > 0) count_items(frame, count);
    return OK;
}

/* Enters a message, whose bytes end at `end`: a new one, or the one that stands in the field
 * already, which goes on. */
static enum status enter(struct decoder *decoder, const uint8_t *end)
{
    struct frame *frame = &decoder->frames[decoder->depth];
    const ProtobufCFieldDescriptor *field = field_of(frame);
    const struct rpc_field *more = &frame->type->fields[frame->field];
    if (decoder->depth == RPC_DEPTH_MAX) {
        (void)refuse(decoder, decoder->field_at, "messages are nested deeper than 100");
        return OUT_OF_RANGE;
    }
    bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    bool in_oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    ProtobufCMessage **slot =
        repeated ? (ProtobufCMessage **)(void *)add_items(decoder, frame, 1)
                 : (ProtobufCMessage **)(void *)((char *)frame->message + field->offset);
    if (slot == NULL) return no_memory(decoder);
    bool there = !repeated && *slot != NULL &&
                 (!in_oneof || rpc_oneof_case(frame->message, field) == field->id);
    if (!there) {
        ProtobufCMessage *message = rpc_message_new(decoder->arena, more->message->descriptor);
        if (message == NULL) return no_memory(decoder);
        *slot = message;
    }
    if (repeated) count_items(frame, 1);
    if (in_oneof) rpc_field_set(frame->message, field);
    frame->maps = frame->maps || more->map;
    decoder->frames[++decoder->depth] =
        (struct frame){.type = more->message, .message = *slot, .end = end, .is_entry = more->map};
    return OK;
}

/* Reads a value behind its length. */
static enum status read_bytes(struct decoder *decoder, const struct frame *frame)
{
    const ProtobufCFieldDescriptor *field = field_of(frame);
    uint64_t length;
    const char *wrong = wire_get_varint(&decoder->at, frame->end, &length);
    if (wrong == NULL && length > (size_t)(frame->end - decoder->at))
        wrong = "its value runs past the end of its message";
    if (wrong != NULL) return refuse(decoder, decoder->field_at, wrong);
    const uint8_t *bytes = decoder->at;
    const uint8_t *end = bytes + length;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) return enter(decoder, end);
    bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    if (wire_packs(field->type)) {
        if (repeated) return read_packed(decoder, end);
        return refuse(decoder, decoder->field_at, "its wire type does not suit the field");
    }
    void *slot = repeated ? add_items(decoder, frame, 1) : (char *)frame->message + field->offset;
    if (slot == NULL) return no_memory(decoder);
    enum status status = field->type == PROTOBUF_C_TYPE_STRING
                             ? copy_string(decoder, bytes, length, slot)
                             : copy_bytes(decoder, bytes, length, slot);
    if (status != OK) return status;
    decoder->at = end;
    if (repeated)
        count_items(frame, 1);
    else
        rpc_field_set(frame->message, field);
    return OK;
}

/* Reads a number that stands by itself. */
static enum status read_single(struct decoder *decoder, const struct frame *frame,
                               enum wire_type wire)
{
    const ProtobufCFieldDescriptor *field = field_of(frame);
    uint64_t value;
    const char *wrong;
    if (wire == wire_type_of(field->type))
        wrong = read_number(&decoder->at, frame->end, wire, &value);
    else
        wrong = wire > WIRE_32BIT ? "its wire type does not exist"
                                  : "its wire type does not suit the field";
    if (wrong != NULL) return refuse(decoder, decoder->field_at, wrong);
    bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    void *slot = repeated ? add_items(decoder, frame, 1) : (char *)frame->message + field->offset;
    if (slot == NULL) return no_memory(decoder);
    store(field->type, value, slot);
    if (repeated)
        count_items(frame, 1);
    else
        rpc_field_set(frame->message, field);
    return OK;
}

/* Steps over the value of an unknown field; what is wrong, or NULL. */
static const char *skip_value(const uint8_t **at, const uint8_t *end, unsigned wire)
{
    uint64_t value;
    const char *wrong = NULL;
    switch (wire) {
    case WIRE_VARINT:
    case WIRE_32BIT:
    case WIRE_64BIT:
        return read_number(at, end, (enum wire_type)wire, &value);
    case WIRE_LENGTH:
        wrong = wire_get_varint(at, end, &value);
        if (wrong == NULL && value > (size_t)(end - *at))
            wrong = "its value runs past the end of its message";
        if (wrong == NULL) *at += value;
        return wrong;
    case WIRE_GROUP_END:
        return "a group ends that did not begin";
    default:
        return "its wire type does not exist";
    }
}

static const char *read_tag(const uint8_t **at, const uint8_t *end, uint64_t *tag)
{
    const char *wrong = wire_get_varint(at, end, tag);
    if (wrong == NULL && (*tag >> 3 == 0 || *tag >> 3 > WIRE_FIELD_NUMBER_MAX))
        wrong = "no field can have this number";
    return wrong;
}

/* Steps over a group, whose begin was passed, and all groups within it. */
static const char *skip_group(const uint8_t **at, const uint8_t *end, uint64_t number)
{
    uint32_t open[RPC_DEPTH_MAX];
    size_t depth = 0;
    open[depth++] = (uint32_t)number;
    while (depth > 0) {
        uint64_t tag;
        const char *wrong = *at == end ? "a group has no end" : read_tag(at, end, &tag);
        if (wrong != NULL) return wrong;
        if ((tag & 7) == WIRE_GROUP) {
            if (depth == RPC_DEPTH_MAX) return "groups are nested deeper than 100";
            open[depth++] = (uint32_t)(tag >> 3);
        } else if ((tag & 7) == WIRE_GROUP_END) {
            if (open[--depth] != tag >> 3) return "another group ends than the one that began";
        } else {
            wrong = skip_value(at, end, tag & 7);
            if (wrong != NULL) return wrong;
        }
    }
    return NULL;
}

/* Keeps a field that this program does not know, so that it is written again. */
static enum status keep_unknown(struct decoder *decoder, const struct frame *frame, uint64_t tag)
{
    const uint8_t *begin = decoder->at;
    const char *wrong = (tag & 7) == WIRE_GROUP ? skip_group(&decoder->at, frame->end, tag >> 3)
                                                : skip_value(&decoder->at, frame->end, tag & 7);
    if (wrong != NULL) return refuse(decoder, decoder->field_at, wrong);
    ProtobufCMessage *message = frame->message;
    unsigned count = message->n_unknown_fields;
    ProtobufCMessageUnknownField *fields =
        grow(decoder, message->unknown_fields, count, (size_t)count + 1, sizeof *fields);
    if (fields == NULL) return no_memory(decoder);
    ProtobufCBinaryData copy = {0, NULL};
    enum status status = copy_bytes(decoder, begin, (size_t)(decoder->at - begin), &copy);
    if (status != OK) return status;
    fields[count] = (ProtobufCMessageUnknownField){
        .tag = (uint32_t)(tag >> 3),
        .wire_type = (ProtobufCWireType)(tag & 7),
        .len = copy.len,
        .data = copy.data,
    };
    message->unknown_fields = fields;
    message->n_unknown_fields = count + 1;
    return OK;
}

/* Finds the field with this number; false: the message has none. Mostly it is one of the next, or
 * the last again. */
static bool find_field(struct frame *frame, uint64_t number)
{
    const ProtobufCMessageDescriptor *descriptor = frame->type->descriptor;
    const ProtobufCFieldDescriptor *field = NULL;
    unsigned end = frame->next + FIELDS_TRIED_MAX;
    if (end > descriptor->n_fields) end = descriptor->n_fields;
    for (unsigned i = frame->next; i < end && field == NULL; i++) {
        if (descriptor->fields[i].id == number) field = &descriptor->fields[i];
    }
    if (field == NULL)
        field = protobuf_c_message_descriptor_get_field(descriptor, (unsigned)number);
    frame->known = field != NULL;
    if (field == NULL) return false;
    frame->field = (unsigned)(field - descriptor->fields);
    frame->next = frame->field + (field->label != PROTOBUF_C_LABEL_REPEATED);
    return true;
}

static enum status read_field(struct decoder *decoder, struct frame *frame)
{
    uint64_t tag;
    decoder->field_at = decoder->at;
    frame->known = false;
    const char *wrong = read_tag(&decoder->at, frame->end, &tag);
    if (wrong != NULL) return refuse(decoder, decoder->field_at, wrong);
    if (!find_field(frame, tag >> 3)) return keep_unknown(decoder, frame, tag);
    enum wire_type wire = (enum wire_type)(tag & 7);
    return wire == WIRE_LENGTH ? read_bytes(decoder, frame) : read_single(decoder, frame, wire);
}

/* The message is whole: an entry without its value gets an empty one, and keys that came twice
 * become one. */
static enum status leave(const struct decoder *decoder, const struct frame *frame)
{
    const ProtobufCMessageDescriptor *descriptor = frame->type->descriptor;
    if (frame->is_entry && frame->type->fields[1].message != NULL) {
        ProtobufCMessage **value =
            (ProtobufCMessage **)(void *)((char *)frame->message + descriptor->fields[1].offset);
        if (*value == NULL)
            *value = rpc_message_new(decoder->arena, descriptor->fields[1].descriptor);
        if (*value == NULL) return no_memory(decoder);
    }
    for (unsigned i = 0; frame->maps && i < descriptor->n_fields; i++) {
        if (!frame->type->fields[i].map) continue;
        char *message = (char *)frame->message;
        ProtobufCMessage **entries;
        size_t count = rpc_field_count(frame->message, &descriptor->fields[i]);
        memcpy(&entries, message + descriptor->fields[i].offset, sizeof(void *));
        if (rpc_map_unite(decoder->arena, entries, &count) != OK) return no_memory(decoder);
        memcpy(message + descriptor->fields[i].quantifier_offset, &count, sizeof count);
    }
    return OK;
}

enum status rpc_decode(struct arena *arena, struct text bytes, const struct rpc_message *type,
                       ProtobufCMessage **out, struct fault *fault)
{
    struct decoder decoder; /* Of its frames only those that are entered are set. */
    decoder.arena = arena;
    /* An empty message may have no address. */
    const char *begin = bytes.bytes == NULL ? "" : bytes.bytes;
    decoder.begin = decoder.at = decoder.field_at = (const uint8_t *)begin;
    decoder.depth = 0;
    decoder.fault = fault;
    decoder.frames[0] = (struct frame){
        .type = type,
        .message = rpc_message_new(arena, type->descriptor),
        .end = decoder.begin + bytes.length,
    };
    if (decoder.frames[0].message == NULL) return no_memory(&decoder);
    enum status status = OK;
    for (;;) {
        struct frame *frame = &decoder.frames[decoder.depth];
        if (decoder.at < frame->end) {
            status = read_field(&decoder, frame);
        } else {
            if (frame->is_entry || frame->maps) status = leave(&decoder, frame);
            if (decoder.depth == 0) break;
            decoder.depth--;
        }
        if (status != OK) return status;
    }
    if (status == OK) *out = decoder.frames[0].message;
    return status;
}
