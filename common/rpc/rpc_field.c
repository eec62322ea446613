#include "rpc/rpc_field.h"

#include <ctype.h>
#include <string.h>

#include "any.rpc.h"
#include "duration.rpc.h"
#include "empty.rpc.h"
#include "error_details.rpc.h"
#include "field_mask.rpc.h"
#include "struct.rpc.h"
#include "timestamp.rpc.h"
#include "wrappers.rpc.h"

size_t rpc_item_bytes(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_ENUM:
        return 4;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return 8;
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
        return sizeof(char *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(ProtobufCMessage *);
    }
    return 0;
}

const void *rpc_field_value(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return (const char *)message + field->offset;
}

size_t rpc_field_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    size_t count;
    memcpy(&count, (const char *)message + field->quantifier_offset, sizeof count);
    return count;
}

bool rpc_field_has_presence(const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) return false;
    return field->type == PROTOBUF_C_TYPE_MESSAGE || field->label != PROTOBUF_C_LABEL_NONE ||
           (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

/* All bytes of a number are zero; -0.0 is not, and is kept. */
static bool is_zero(const void *value, size_t bytes)
{
    static const char zeros[8];
    return memcmp(value, zeros, bytes) == 0;
}

bool rpc_field_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const void *value = rpc_field_value(message, field);
    if (field->label == PROTOBUF_C_LABEL_REPEATED) return rpc_field_count(message, field) > 0;
    const char *quantifier = (const char *)message + field->quantifier_offset;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        uint32_t which;
        memcpy(&which, quantifier, sizeof which);
        return which == field->id;
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) return *(ProtobufCMessage *const *)value != NULL;
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *string = *(char *const *)value;
        if (field->label != PROTOBUF_C_LABEL_NONE)
            return string != NULL && string != field->default_value;
        return string != NULL && string[0] != '\0';
    }
    if (field->label == PROTOBUF_C_LABEL_OPTIONAL) return *(const protobuf_c_boolean *)quantifier;
    if (field->label == PROTOBUF_C_LABEL_REQUIRED) return true;
    if (field->type == PROTOBUF_C_TYPE_BYTES) return ((const ProtobufCBinaryData *)value)->len > 0;
    return !is_zero(value, rpc_item_bytes(field->type));
}

bool rpc_field_is_map(const ProtobufCFieldDescriptor *field)
{
    if (field->label != PROTOBUF_C_LABEL_REPEATED || field->type != PROTOBUF_C_TYPE_MESSAGE)
        return false;
    /* protoc names the entries of the map `counts` CountsEntry, and lets nobody else use it. */
    const ProtobufCMessageDescriptor *entry = field->descriptor;
    if (entry->n_fields != 2 || strcmp(entry->fields[0].name, "key") != 0 ||
        strcmp(entry->fields[1].name, "value") != 0)
        return false;
    const char *name = entry->short_name;
    bool upper = true;
    for (const char *c = field->name; *c != '\0'; c++) {
        if (*c == '_') {
            upper = true;
            continue;
        }
        if (*name++ != (upper ? (char)toupper((unsigned char)*c) : *c)) return false;
        upper = false;
    }
    return strcmp(name, "Entry") == 0;
}

size_t rpc_json_name(const char *name, char json_name[static RPC_NAME_BYTES_MAX])
{
    size_t length = 0;
    bool upper = false;
    for (; *name != '\0' && length < RPC_NAME_BYTES_MAX - 1; name++) {
        if (*name == '_') {
            upper = true;
            continue;
        }
        bool lower = *name >= 'a' && *name <= 'z';
        json_name[length++] = upper && lower ? (char)(*name - 'a' + 'A') : *name;
        upper = false;
    }
    json_name[length] = '\0';
    return length;
}

enum rpc_known rpc_known_type(const ProtobufCMessageDescriptor *descriptor)
{
    static const struct {
        const char *name;
        enum rpc_known known;
    } types[] = {
        {"Any", RPC_KNOWN_ANY},
        {"BoolValue", RPC_KNOWN_WRAPPER},
        {"BytesValue", RPC_KNOWN_WRAPPER},
        {"DoubleValue", RPC_KNOWN_WRAPPER},
        {"Duration", RPC_KNOWN_DURATION},
        {"FieldMask", RPC_KNOWN_FIELD_MASK},
        {"FloatValue", RPC_KNOWN_WRAPPER},
        {"Int32Value", RPC_KNOWN_WRAPPER},
        {"Int64Value", RPC_KNOWN_WRAPPER},
        {"ListValue", RPC_KNOWN_LIST_VALUE},
        {"StringValue", RPC_KNOWN_WRAPPER},
        {"Struct", RPC_KNOWN_STRUCT},
        {"Timestamp", RPC_KNOWN_TIMESTAMP},
        {"UInt32Value", RPC_KNOWN_WRAPPER},
        {"UInt64Value", RPC_KNOWN_WRAPPER},
        {"Value", RPC_KNOWN_VALUE},
    };
    if (strcmp(descriptor->package_name, "google.protobuf") != 0) return RPC_KNOWN_NONE;
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        if (strcmp(descriptor->short_name, types[i].name) == 0) return types[i].known;
    }
    return RPC_KNOWN_NONE;
}

bool rpc_is_null_value(const ProtobufCFieldDescriptor *field)
{
    if (field->type != PROTOBUF_C_TYPE_ENUM) return false;
    const ProtobufCEnumDescriptor *enumeration = field->descriptor;
    return strcmp(enumeration->name, "google.protobuf.NullValue") == 0;
}

const ProtobufCMessageDescriptor *rpc_any_descriptor(const char *type_url)
{
    static const struct rpc_message *const types[] = {
        &google_bad_request_type,    &google_error_info_type,    &google_retry_info_type,
        &protobuf_any_type,          &protobuf_bool_value_type,  &protobuf_bytes_value_type,
        &protobuf_double_value_type, &protobuf_duration_type,    &protobuf_empty_type,
        &protobuf_field_mask_type,   &protobuf_float_value_type, &protobuf_int32_value_type,
        &protobuf_int64_value_type,  &protobuf_list_value_type,  &protobuf_string_value_type,
        &protobuf_struct_type,       &protobuf_timestamp_type,   &protobuf_uint32_value_type,
        &protobuf_uint64_value_type, &protobuf_value_type,
    };
    const char *slash = strrchr(type_url, '/');
    if (slash == NULL) return NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        if (strcmp(types[i]->descriptor->name, slash + 1) == 0) return types[i]->descriptor;
    }
    return NULL;
}
