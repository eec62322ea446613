/* From a message to bytes. Written from the last byte to the first, so that a message's length is
 * known when it is to be written: one pass, nothing measured before and nothing moved within. */
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_field.h"
#include "rpc/codec/rpc_wire.h"

enum { WINDOW_BYTES_MIN = 512 };

/* A message that is being written: what is behind was, what is before will be. */
struct frame {
    const ProtobufCMessage *message;
    size_t written; /* When it began: how many bytes stand behind it. */
    size_t items;   /* Of the list of messages at hand, those still to be written. */
    unsigned field; /* Index of the field at hand; those before it are still to be written. */
};

struct encoder {
    uint8_t *begin; /* Of the window: the bytes behind the buffer's content that are written to. */
    uint8_t *at;    /* The first byte that is written; those before it are free. */
    uint8_t *end;
    struct buffer *out;
    size_t depth; /* Index of the innermost frame. */
    enum status status;
    struct frame frames[RPC_DEPTH_MAX + 1]; /* Set when entered. */
};

static inline size_t written(const struct encoder *encoder)
{
    return (size_t)(encoder->end - encoder->at);
}

/* Widens the window, and moves what was written to its end. */
static bool widen(struct encoder *encoder, size_t bytes)
{
    size_t room = encoder->out->bytes_max - encoder->out->length;
    size_t done = written(encoder);
    size_t left = (size_t)(encoder->at - encoder->begin);
    size_t window = (done + left) * 2 + WINDOW_BYTES_MIN;
    while (window - done < bytes && window <= room)
        window *= 2;
    if (window > room) window = room;
    uint8_t *begin;
    if (window - done < bytes || buffer_reserve(encoder->out, window, &begin) != OK) {
        encoder->status = RESOURCE_EXHAUSTED;
        return false;
    }
    memmove(begin + window - done, begin + left, done);
    encoder->begin = begin;
    encoder->end = begin + window;
    encoder->at = encoder->end - done;
    return true;
}

/* Room for so many bytes before those that were written. NULL: there is none. */
static inline uint8_t *put(struct encoder *encoder, size_t bytes)
{
    if ((size_t)(encoder->at - encoder->begin) < bytes && !widen(encoder, bytes)) return NULL;
    return encoder->at -= bytes;
}

static inline void put_varint(struct encoder *encoder, uint64_t value)
{
    size_t bytes = value < 0x80 ? 1 : wire_varint_bytes(value);
    uint8_t *at = put(encoder, bytes);
    if (at != NULL) (void)wire_put_varint(at, value);
}

static inline void put_tag(struct encoder *encoder, uint32_t number, unsigned wire)
{
    put_varint(encoder, (uint64_t)number << 3 | wire);
}

static inline void put_run(struct encoder *encoder, const void *bytes, size_t length)
{
    uint8_t *at = put(encoder, length);
    if (at != NULL && length > 0) memcpy(at, bytes, length);
}

static bool is_nul(const char *at)
{
    return (uint8_t)at[0] == RPC_NUL_FIRST && (uint8_t)at[1] == RPC_NUL_SECOND;
}

/* Writes bytes behind their length. */
static inline void put_bytes(struct encoder *encoder, const void *bytes, size_t length)
{
    size_t head = length < 0x80 ? 1 : wire_varint_bytes(length);
    uint8_t *at = put(encoder, head + length);
    if (at == NULL) return;
    (void)wire_put_varint(at, length);
    if (length > 0) memcpy(at + head, bytes, length);
}

static void put_string(struct encoder *encoder, const char *string)
{
    size_t length = string == NULL ? 0 : strlen(string);
    /* A run of bytes, no string: NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
    if (length == 0 || memchr(string, RPC_NUL_FIRST, length) == NULL) {
        put_bytes(encoder, string, length);
        return;
    }
    size_t nuls = 0;
    for (size_t i = 0; i < length; i++)
        nuls += is_nul(string + i);
    uint8_t *at = put(encoder, length - nuls);
    for (size_t i = 0; at != NULL && i < length; i++) {
        bool nul = is_nul(string + i);
        *at++ = nul ? 0 : (uint8_t)string[i];
        i += nul;
    }
    put_varint(encoder, length - nuls);
}

/* The value of a type that is written as a varint. */
static inline uint64_t varint_of(ProtobufCType type, const void *value)
{
    if (type == PROTOBUF_C_TYPE_INT64 || type == PROTOBUF_C_TYPE_UINT64)
        return *(const uint64_t *)value;
    if (type == PROTOBUF_C_TYPE_INT32 || type == PROTOBUF_C_TYPE_ENUM)
        return (uint64_t)(int64_t) * (const int32_t *)value;
    if (type == PROTOBUF_C_TYPE_BOOL) return *(const protobuf_c_boolean *)value != 0;
    if (type == PROTOBUF_C_TYPE_UINT32) return *(const uint32_t *)value;
    if (type == PROTOBUF_C_TYPE_SINT32) return (uint32_t)wire_zigzag(*(const int32_t *)value);
    return wire_zigzag(*(const int64_t *)value);
}

/* Writes a value that is not a message, without its tag. */
static inline void put_value(struct encoder *encoder, ProtobufCType type, const void *value)
{
    const ProtobufCBinaryData *bytes = value;
    switch (wire_type_of(type)) {
    case WIRE_VARINT:
        put_varint(encoder, varint_of(type, value));
        return;
    case WIRE_32BIT:
        put_run(encoder, value, 4);
        return;
    case WIRE_64BIT:
        put_run(encoder, value, 8);
        return;
    case WIRE_LENGTH:
        if (type == PROTOBUF_C_TYPE_STRING)
            put_string(encoder, *(char *const *)value);
        else
            put_bytes(encoder, bytes->data, bytes->len);
        return;
    case WIRE_GROUP:
    case WIRE_GROUP_END:
        return; /* Of no type. */
    }
}

/* Writes a list that is not one of messages. */
static void put_list(struct encoder *encoder, const ProtobufCFieldDescriptor *field,
                     const char *items, size_t count)
{
    size_t item_bytes = rpc_item_bytes(field->type);
    bool packed = (field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0;
    size_t before = written(encoder);
    for (size_t i = count; i-- > 0 && encoder->status == OK;) {
        put_value(encoder, field->type, items + i * item_bytes);
        if (!packed) put_tag(encoder, field->id, wire_type_of(field->type));
    }
    if (!packed) return;
    put_varint(encoder, written(encoder) - before);
    put_tag(encoder, field->id, WIRE_LENGTH);
}

static void put_unknown(struct encoder *encoder, const ProtobufCMessage *message)
{
    for (unsigned i = message->n_unknown_fields; i-- > 0;) {
        const ProtobufCMessageUnknownField *field = &message->unknown_fields[i];
        put_run(encoder, field->data, field->len);
        put_tag(encoder, field->tag, field->wire_type);
    }
}

/* Enters a message; its fields are written from the last to the first, and what is unknown behind
 * them. NULL is an empty message. */
static void enter(struct encoder *encoder, const ProtobufCMessage *message)
{
    if (encoder->depth == RPC_DEPTH_MAX) {
        encoder->status = OUT_OF_RANGE;
        return;
    }
    encoder->frames[++encoder->depth] = (struct frame){
        .message = message,
        .written = written(encoder),
        .field = message == NULL ? 0 : message->descriptor->n_fields,
    };
    if (message != NULL) put_unknown(encoder, message);
}

/* Most fields by far: one value, set where it is not zero. False: the field is of another kind. */
static inline bool put_plain(struct encoder *encoder, const ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field)
{
    if (field->label != PROTOBUF_C_LABEL_NONE || field->flags != 0) return false;
    const void *value = rpc_field_value(message, field);
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *string = *(char *const *)value;
        if (string == NULL || string[0] == '\0') return true;
        put_string(encoder, string);
        put_tag(encoder, field->id, WIRE_LENGTH);
        return true;
    }
    if (wire_type_of(field->type) != WIRE_VARINT) return false;
    uint64_t number = varint_of(field->type, value);
    if (number == 0) return true;
    put_varint(encoder, number);
    put_tag(encoder, field->id, WIRE_VARINT);
    return true;
}

/* Writes the fields of the frame that are left, up to the next one that is made of messages. */
static void put_fields(struct encoder *encoder, struct frame *frame)
{
    const ProtobufCMessage *message = frame->message;
    const ProtobufCFieldDescriptor *begin = message->descriptor->fields;
    const ProtobufCFieldDescriptor *field = begin + frame->field;
    while (field-- > begin) {
        if (put_plain(encoder, message, field)) continue;
        if (!rpc_field_is_set(message, field)) continue;
        const void *value = rpc_field_value(message, field);
        bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
        if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
            frame->field = (unsigned)(field - begin);
            if (list)
                frame->items = rpc_field_count(message, field);
            else
                enter(encoder, *(ProtobufCMessage *const *)value);
            return;
        }
        if (list) {
            put_list(encoder, field, *(char *const *)value, rpc_field_count(message, field));
            continue;
        }
        put_value(encoder, field->type, value);
        put_tag(encoder, field->id, wire_type_of(field->type));
    }
    frame->field = 0;
}

/* Writes the next part of the innermost frame; false: there is nothing more. */
static bool step(struct encoder *encoder)
{
    struct frame *frame = &encoder->frames[encoder->depth];
    if (frame->items > 0) {
        const ProtobufCFieldDescriptor *field = &frame->message->descriptor->fields[frame->field];
        ProtobufCMessage *const *items =
            *(ProtobufCMessage *const *const *)rpc_field_value(frame->message, field);
        enter(encoder, items[--frame->items]);
        return true;
    }
    if (frame->field > 0) {
        put_fields(encoder, frame);
        return true;
    }
    if (encoder->depth == 0) return false;
    const struct frame *around = &encoder->frames[--encoder->depth];
    put_varint(encoder, written(encoder) - frame->written);
    put_tag(encoder, around->message->descriptor->fields[around->field].id, WIRE_LENGTH);
    return true;
}

enum status rpc_encode(const ProtobufCMessage *message, struct buffer *out)
{
    struct encoder encoder;
    encoder.out = out;
    encoder.depth = 0;
    encoder.status = OK;
    /* At first only the near part of the buffer: small messages then touch little memory. */
    size_t room = out->bytes_max - out->length;
    size_t window = room < WINDOW_BYTES_MIN ? room : WINDOW_BYTES_MIN;
    if (buffer_reserve(out, window, &encoder.begin) != OK) return RESOURCE_EXHAUSTED;
    encoder.at = encoder.end = encoder.begin + window;
    encoder.frames[0] = (struct frame){.message = message, .field = message->descriptor->n_fields};
    put_unknown(&encoder, message);
    while (encoder.status == OK && step(&encoder)) {
    }
    if (encoder.status != OK) return encoder.status;
    size_t length = written(&encoder);
    if (length > 0) memmove(encoder.begin, encoder.at, length);
    out->length += length;
    return OK;
}
