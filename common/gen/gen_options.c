#include "gen/gen_options.h"

#include <string.h>

#include "sotong/options/v1/options.pb-c.h"

/* Numbers of the extensions in options.proto. */
enum { BOUNDS_EXTENSION = 50100, LANE_EXTENSION = 50100, IDLE_TIMEOUT_EXTENSION = 50101 };

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name
#define LEVEL(name) GOOGLE__PROTOBUF__METHOD_OPTIONS__IDEMPOTENCY_LEVEL__##name

static const ProtobufCMessageUnknownField *find_unknown(const ProtobufCMessage *message,
                                                        uint32_t tag, ProtobufCWireType wire_type)
{
    for (unsigned i = message->n_unknown_fields; i > 0; i--) {
        const ProtobufCMessageUnknownField *field = &message->unknown_fields[i - 1];
        if (field->tag == tag && field->wire_type == wire_type) return field;
    }
    return NULL;
}

/* Reads a varint; the number of its bytes, 0 where it is cut off. */
static size_t read_varint(const uint8_t *bytes, size_t length, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < length && i < 10; i++) {
        *value |= (uint64_t)(bytes[i] & 0x7F) << (7 * i);
        if ((bytes[i] & 0x80) == 0) return i + 1;
    }
    return 0;
}

static bool is_integer(const gen_field *field)
{
    switch (field->type) {
    case TYPE(INT64):
    case TYPE(UINT64):
    case TYPE(INT32):
    case TYPE(FIXED64):
    case TYPE(FIXED32):
    case TYPE(UINT32):
    case TYPE(SFIXED32):
    case TYPE(SFIXED64):
    case TYPE(SINT32):
    case TYPE(SINT64):
        return true;
    case TYPE(DOUBLE):
    case TYPE(FLOAT):
    case TYPE(BOOL):
    case TYPE(STRING):
    case TYPE(GROUP):
    case TYPE(MESSAGE):
    case TYPE(BYTES):
    case TYPE(ENUM):
        return false;
    }
    return false;
}

/* Bounds that could never be checked, or never hold, are a mistake in the .proto. */
static enum status check_bounds(const struct gen_type *message, const gen_field *field,
                                const struct rpc_bounds *bounds, struct fault *fault)
{
    bool repeated = field->label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED;
    bool text = field->type == TYPE(STRING);
    const char *wrong = NULL;
    if (bounds->format != RPC_FORMAT_NONE && !text)
        wrong = "format suits only a string";
    else if (bounds->bytes_max != 0 && !text && field->type != TYPE(BYTES))
        wrong = "bytes_max suits only a string or bytes";
    else if (bounds->items_max != 0 && !repeated)
        wrong = "items_max suits only a repeated field";
    else if (bounds->has_range && !is_integer(field))
        wrong = "range suits only a whole number";
    else if (bounds->has_range && bounds->min > bounds->max)
        wrong = "range.min is greater than range.max";
    else if (bounds->required && field->type == TYPE(BOOL) && !repeated)
        wrong = "a bool cannot be required: false is not told from unset";
    else if (bounds->required && field->has_oneof_index)
        wrong = "a member of a oneof cannot be required: the others leave it unset";
    else if (bounds->format > RPC_FORMAT_SHA256)
        wrong = "format is one that this generator does not know";
    if (wrong == NULL) return OK;
    return fault_set(fault, INVALID_ARGUMENT, "%s: %s.%s: %s", message->file->name,
                     message->full_name, field->name, wrong);
}

enum status gen_field_bounds(const struct gen_type *message, const gen_field *field,
                             struct rpc_bounds *bounds, bool *found, struct fault *fault)
{
    *found = false;
    if (field->options == NULL) return OK;
    const ProtobufCMessageUnknownField *unknown =
        find_unknown(&field->options->base, BOUNDS_EXTENSION, PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
    if (unknown == NULL) return OK;
    /* protobuf-c keeps the length in front of an unknown field's bytes. */
    uint64_t length;
    size_t prefix = read_varint(unknown->data, unknown->len, &length);
    Sotong__Options__V1__FieldBounds *options = NULL;
    if (prefix != 0 && length == unknown->len - prefix)
        options =
            sotong__options__v1__field_bounds__unpack(NULL, (size_t)length, unknown->data + prefix);
    if (options == NULL)
        return fault_set(fault, INVALID_ARGUMENT, "%s: %s.%s: its bounds cannot be read",
                         message->file->name, message->full_name, field->name);
    *bounds = (struct rpc_bounds){
        .field = (uint32_t)field->number,
        .required = options->required != 0,
        .has_range = options->range != NULL,
        .format = (enum rpc_format)options->format,
        .bytes_max = options->bytes_max,
        .items_max = options->items_max,
        .min = options->range == NULL ? 0 : options->range->min,
        .max = options->range == NULL ? 0 : options->range->max,
    };
    sotong__options__v1__field_bounds__free_unpacked(options, NULL);
    *found = true;
    return check_bounds(message, field, bounds, fault);
}

static Google__Protobuf__MethodOptions__IdempotencyLevel level(const char *package,
                                                               const gen_method *method)
{
    /* Contracts of others that read only, and do not say so. */
    if (strcmp(package, "grpc.health.v1") == 0) return LEVEL(NO_SIDE_EFFECTS);
    return method->options == NULL ? LEVEL(IDEMPOTENCY_UNKNOWN)
                                   : method->options->idempotency_level;
}

enum status gen_method_lane(const char *package, const gen_method *method, enum rpc_lane *lane,
                            struct fault *fault)
{
    uint64_t declared = SOTONG__OPTIONS__V1__LANE__LANE_UNSPECIFIED;
    const ProtobufCMessageUnknownField *unknown = NULL;
    if (method->options != NULL)
        unknown = find_unknown(&method->options->base, LANE_EXTENSION, PROTOBUF_C_WIRE_TYPE_VARINT);
    if (unknown != NULL && read_varint(unknown->data, unknown->len, &declared) == 0)
        return fault_set(fault, INVALID_ARGUMENT, "%s: its lane cannot be read", method->name);
    bool reads = gen_method_no_side_effects(package, method);
    if (gen_method_streams(method)) {
        *lane = RPC_LANE_STREAM;
        if (declared == SOTONG__OPTIONS__V1__LANE__LANE_UNSPECIFIED) return OK;
        return fault_set(fault, INVALID_ARGUMENT, "%s: a stream has no lane", method->name);
    }
    switch (declared) {
    case SOTONG__OPTIONS__V1__LANE__LANE_UNSPECIFIED:
        *lane = reads ? RPC_LANE_READ : RPC_LANE_WRITE;
        return OK;
    case SOTONG__OPTIONS__V1__LANE__LANE_READ:
        *lane = RPC_LANE_READ;
        return OK;
    case SOTONG__OPTIONS__V1__LANE__LANE_FLOW:
        *lane = RPC_LANE_FLOW;
        return OK;
    case SOTONG__OPTIONS__V1__LANE__LANE_WRITE:
        if (reads)
            return fault_set(fault, INVALID_ARGUMENT, "%s: NO_SIDE_EFFECTS contradicts LANE_WRITE",
                             method->name);
        *lane = RPC_LANE_WRITE;
        return OK;
    default: /* The number came from a file, not from the enum. */
        return fault_set(fault, INVALID_ARGUMENT, "%s: this generator does not know its lane",
                         method->name);
    }
}

enum status gen_method_idle_timeout(const gen_method *method, int64_t *timeout_ms,
                                    struct fault *fault)
{
    *timeout_ms = 0;
    if (method->options == NULL) return OK;
    const ProtobufCMessageUnknownField *unknown =
        find_unknown(&method->options->base, IDLE_TIMEOUT_EXTENSION, PROTOBUF_C_WIRE_TYPE_VARINT);
    if (unknown == NULL) return OK;
    uint64_t value;
    if (read_varint(unknown->data, unknown->len, &value) == 0)
        return fault_set(fault, INVALID_ARGUMENT, "%s: its idle timeout cannot be read",
                         method->name);
    if (!gen_method_streams(method))
        return fault_set(fault, INVALID_ARGUMENT, "%s: idle_timeout_ms suits only a stream",
                         method->name);
    if ((int64_t)value < -1)
        return fault_set(fault, INVALID_ARGUMENT, "%s: idle_timeout_ms is less than -1",
                         method->name);
    *timeout_ms = (int64_t)value;
    return OK;
}

bool gen_method_no_side_effects(const char *package, const gen_method *method)
{
    return level(package, method) == LEVEL(NO_SIDE_EFFECTS);
}

bool gen_method_idempotent(const char *package, const gen_method *method)
{
    switch (level(package, method)) {
    case LEVEL(NO_SIDE_EFFECTS):
    case LEVEL(IDEMPOTENT):
        return true;
    case LEVEL(IDEMPOTENCY_UNKNOWN):
        return false;
    }
    return false;
}

bool gen_method_streams(const gen_method *method)
{
    return method->client_streaming || method->server_streaming;
}
