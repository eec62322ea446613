#include "rpc/rpc_wire.h"

#include <stdio.h>
#include <string.h>

enum {
    VARINT_BYTES_MAX = 10,
    FIELD_NUMBER_MAX = (1 << 29) - 1,
    PATH_BYTES_MAX = 256,
    WIRE_START_GROUP = 3,
    WIRE_END_GROUP = 4,
};

/* A message that is being walked. */
struct frame {
    const ProtobufCMessageDescriptor *descriptor;
    const ProtobufCFieldDescriptor *field; /* The field at hand; NULL: none, or unknown. */
    size_t begin, end;                     /* Offsets of its bytes. */
    size_t field_at;                       /* Offset of the field at hand. */
};

struct walk {
    const uint8_t *bytes;
    size_t at;
    struct frame frames[RPC_DEPTH_MAX + 1]; /* The root is not nested. */
    size_t depth;                           /* Index of the innermost frame. */
    struct fault *fault;
};

static const char *read_varint(const uint8_t *bytes, size_t *at, size_t end, uint64_t *value)
{
    uint64_t result = 0;
    for (unsigned i = 0; i < VARINT_BYTES_MAX; i++) {
        if (*at == end) return "a varint is cut off";
        uint8_t byte = bytes[(*at)++];
        result |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            *value = result;
            return NULL;
        }
    }
    return "a varint has more than 10 bytes";
}

/* Steps over a value. The reason it cannot, or NULL; of a length-prefixed value *begin is the
 * offset behind its length. */
static const char *skip_value(const uint8_t *bytes, size_t *at, size_t end, unsigned wire_type,
                              size_t *begin)
{
    uint64_t value;
    const char *wrong;
    *begin = *at;
    switch (wire_type) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return read_varint(bytes, at, end, &value);
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        value = 8;
        break;
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        value = 4;
        break;
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        wrong = read_varint(bytes, at, end, &value);
        if (wrong != NULL) return wrong;
        *begin = *at;
        break;
    case WIRE_START_GROUP:
    case WIRE_END_GROUP:
        return "groups are not supported";
    default:
        return "its wire type does not exist";
    }
    if (value > end - *at) return "its value runs past the end of its message";
    *at += (size_t)value;
    return NULL;
}

/* How many items of the frame's field come before the one at hand. Only for messages to people: it
 * walks the frame again. */
static size_t count_items(const struct walk *walk, const struct frame *frame)
{
    size_t count = 0;
    size_t at = frame->begin;
    while (at < frame->field_at) {
        uint64_t tag;
        size_t begin;
        if (read_varint(walk->bytes, &at, frame->end, &tag) != NULL) break;
        if (skip_value(walk->bytes, &at, frame->end, tag & 7, &begin) != NULL) break;
        count += tag >> 3 == frame->field->id;
    }
    return count;
}

/* Fails the walk, with the path of the field at hand. */
static enum status refuse(const struct walk *walk, size_t offset, const char *wrong)
{
    char path[PATH_BYTES_MAX] = "";
    size_t length = 0;
    for (size_t i = 0; i <= walk->depth && length < sizeof path; i++) {
        const struct frame *frame = &walk->frames[i];
        if (frame->field == NULL) break;
        int written = snprintf(path + length, sizeof path - length, i == 0 ? "%s" : ".%s",
                               frame->field->name);
        length += (size_t)written;
        if (frame->field->label != PROTOBUF_C_LABEL_REPEATED || length >= sizeof path) continue;
        written = snprintf(path + length, sizeof path - length, "[%zu]", count_items(walk, frame));
        length += (size_t)written;
    }
    const struct frame *frame = &walk->frames[walk->depth];
    if (path[0] == '\0')
        return fault_set(walk->fault, INVALID_ARGUMENT, "malformed %s: byte %zu: %s",
                         frame->descriptor->short_name, offset, wrong);
    return fault_set(walk->fault, INVALID_ARGUMENT, "malformed %s: %s, byte %zu: %s",
                     walk->frames[0].descriptor->short_name, path, offset, wrong);
}

static unsigned wire_type_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_ENUM:
        return PROTOBUF_C_WIRE_TYPE_VARINT;
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return PROTOBUF_C_WIRE_TYPE_32BIT;
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return PROTOBUF_C_WIRE_TYPE_64BIT;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    }
    return PROTOBUF_C_WIRE_TYPE_VARINT;
}

/* The items of a packed field must fill it exactly. */
static enum status check_packed(const struct walk *walk, unsigned wire_type, size_t begin)
{
    size_t end = walk->at;
    size_t at = begin;
    while (at < end) {
        size_t item = at;
        size_t ignored;
        const char *wrong = skip_value(walk->bytes, &at, end, wire_type, &ignored);
        if (wrong != NULL) return refuse(walk, item, wrong);
    }
    return OK;
}

static enum status check_string(const struct walk *walk, size_t begin)
{
    struct text text = {(const char *)walk->bytes + begin, walk->at - begin};
    ptrdiff_t invalid = text_invalid_at(text);
    if (invalid >= 0) return refuse(walk, begin + (size_t)invalid, "not UTF-8");
    const char *nul = text.length == 0 ? NULL : memchr(text.bytes, '\0', text.length);
    if (nul != NULL)
        return refuse(walk, begin + (size_t)(nul - text.bytes), "a string cannot hold a NUL");
    return OK;
}

/* Checks the value of a known field; a message is entered. */
static enum status check_field(struct walk *walk, unsigned wire_type, size_t begin)
{
    const ProtobufCFieldDescriptor *field = walk->frames[walk->depth].field;
    size_t field_at = walk->frames[walk->depth].field_at;
    unsigned expected = wire_type_of(field->type);
    if (wire_type != expected) {
        bool packed = wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED &&
                      field->label == PROTOBUF_C_LABEL_REPEATED;
        if (packed) return check_packed(walk, expected, begin);
        return refuse(walk, field_at, "its wire type does not suit the field");
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) return check_string(walk, begin);
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) return OK;
    if (walk->depth == RPC_DEPTH_MAX)
        return refuse(walk, field_at, "messages are nested deeper than 100");
    walk->frames[++walk->depth] = (struct frame){
        .descriptor = field->descriptor,
        .begin = begin,
        .end = walk->at,
    };
    walk->at = begin;
    return OK;
}

enum status rpc_wire_check(struct text bytes, const ProtobufCMessageDescriptor *descriptor,
                           struct fault *fault)
{
    struct walk walk; /* Of its frames only those that are entered are set. */
    walk.bytes = (const uint8_t *)bytes.bytes;
    walk.at = 0;
    walk.depth = 0;
    walk.fault = fault;
    walk.frames[0] = (struct frame){.descriptor = descriptor, .end = bytes.length};
    for (;;) {
        struct frame *frame = &walk.frames[walk.depth];
        if (walk.at == frame->end) {
            if (walk.depth == 0) return OK;
            walk.depth--;
            continue;
        }
        uint64_t tag = 0;
        size_t begin = 0;
        frame->field = NULL;
        frame->field_at = walk.at;
        const char *wrong = read_varint(walk.bytes, &walk.at, frame->end, &tag);
        if (wrong == NULL && (tag >> 3 == 0 || tag >> 3 > FIELD_NUMBER_MAX))
            wrong = "no field can have this number";
        if (wrong != NULL) return refuse(&walk, frame->field_at, wrong);
        frame->field =
            protobuf_c_message_descriptor_get_field(frame->descriptor, (unsigned)(tag >> 3));
        wrong = skip_value(walk.bytes, &walk.at, frame->end, tag & 7, &begin);
        if (wrong != NULL) return refuse(&walk, frame->field_at, wrong);
        if (frame->field == NULL) continue;
        enum status status = check_field(&walk, tag & 7, begin);
        if (status != OK) return status;
    }
}
