#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_field.h"

enum {
    PATH_BYTES_MAX = 512,
    DESCRIPTION_BYTES_MAX = 160,
    IDENTIFIER_BYTES_MAX = 64,
    SHA256_DIGITS = 64,
};

/* What is said is said of a list as a whole. */
#define NO_ITEM SIZE_MAX

/* A message that is being checked. */
struct frame {
    const struct rpc_message *type;
    const ProtobufCMessage *message;
    size_t bound; /* Index of the first of the type's bounds that was not passed yet. */
    unsigned field, next_field;   /* Index of the field at hand, and of the one after it. */
    size_t item;                  /* Index of the item at hand, or NO_ITEM. */
    size_t next_item, item_count; /* Of the list of messages at hand, what is still to come. */
};

struct check {
    struct frame frames[RPC_DEPTH_MAX + 1];
    size_t depth; /* Index of the innermost frame. */
    rpc_violation_report *report;
    void *context;
    bool holds, stopped;
};

static void violate(struct check *check, const char *format, ...) PRINTF_LIKE(2, 3);

static void violate(struct check *check, const char *format, ...)
{
    check->holds = false;
    char path[PATH_BYTES_MAX];
    size_t length = 0;
    for (size_t i = 0; i <= check->depth && length < sizeof path; i++) {
        const struct frame *frame = &check->frames[i];
        const ProtobufCFieldDescriptor *field = &frame->type->descriptor->fields[frame->field];
        length += (size_t)snprintf(path + length, sizeof path - length, i == 0 ? "%s" : ".%s",
                                   field->name);
        if (field->label == PROTOBUF_C_LABEL_REPEATED && frame->item != NO_ITEM &&
            length < sizeof path)
            length += (size_t)snprintf(path + length, sizeof path - length, "[%zu]", frame->item);
    }
    char description[DESCRIPTION_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(description, sizeof description, format, arguments);
    va_end(arguments);
    if (!check->report(check->context, path, description)) check->stopped = true;
}

/* Offset of a control character that no text needs, or -1. */
static ptrdiff_t control_at(const char *string, size_t length)
{
    if (text_control_at((struct text){string, length}) < 0 &&
        memchr(string, RPC_NUL_FIRST, length) == NULL) {
        return -1;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)string[i];
        if (byte >= 0x20 && byte != 0x7F && byte != RPC_NUL_FIRST) continue;
        if (byte != '\n' && byte != '\t' && byte != '\r') return (ptrdiff_t)i;
    }
    return -1;
}

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_identifier(const char *string, size_t length)
{
    if (length > IDENTIFIER_BYTES_MAX || !is_alphanumeric(string[0])) return false;
    for (size_t i = 1; i < length; i++) {
        /* A set, no string: NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
        if (!is_alphanumeric(string[i]) && memchr("._-", string[i], 3) == NULL) return false;
    }
    return true;
}

static bool is_sha256(const char *string, size_t length)
{
    if (length != SHA256_DIGITS) return false;
    for (size_t i = 0; i < length; i++) {
        bool digit =
            (string[i] >= '0' && string[i] <= '9') || (string[i] >= 'a' && string[i] <= 'f');
        if (!digit) return false;
    }
    return true;
}

static void check_form(struct check *check, enum rpc_format format, const char *string,
                       size_t length)
{
    struct date date;
    ptrdiff_t control;
    switch (format) {
    case RPC_FORMAT_NONE:
        control = control_at(string, length);
        if (control >= 0)
            violate(check, "holds the control character U+%04X at byte %td",
                    (unsigned char)string[control] == RPC_NUL_FIRST
                        ? 0
                        : (unsigned char)string[control],
                    control);
        return;
    case RPC_FORMAT_CIVIL_DATE:
        if (date_parse((struct text){string, length}, &date) != OK)
            violate(check, "must be a day of the calendar such as 2020-03-31");
        return;
    case RPC_FORMAT_IDENTIFIER:
        if (!is_identifier(string, length))
            violate(check, "must be 1 to %d of a-z A-Z 0-9 . _ -, the first a letter or digit",
                    IDENTIFIER_BYTES_MAX);
        return;
    case RPC_FORMAT_SHA256:
        if (!is_sha256(string, length))
            violate(check, "must be the %d lower-case hexadecimal digits of a SHA-256",
                    SHA256_DIGITS);
        return;
    }
}

static void check_string(struct check *check, const struct rpc_bounds *bounds, const char *string)
{
    size_t length = string == NULL ? 0 : strlen(string);
    if (length == 0) {
        if (bounds->required) violate(check, "must not be empty");
        return;
    }
    uint32_t bytes_max = bounds->bytes_max == 0 ? RPC_STRING_BYTES_MAX : bounds->bytes_max;
    if (length > bytes_max)
        violate(check, "is %zu bytes; at most %" PRIu32, length, bytes_max);
    else
        check_form(check, bounds->format, string, length);
}

static void check_bytes(struct check *check, const struct rpc_bounds *bounds,
                        const ProtobufCBinaryData *bytes)
{
    if (bytes->len == 0 && bounds->required) violate(check, "must not be empty");
    if (bounds->bytes_max != 0 && bytes->len > bounds->bytes_max)
        violate(check, "is %zu bytes; at most %" PRIu32, bytes->len, bounds->bytes_max);
}

static void check_integer(struct check *check, const struct rpc_bounds *bounds, int64_t value)
{
    if (bounds->required && value == 0) violate(check, "must be set, to something else than 0");
    if (bounds->has_range && (value < bounds->min || value > bounds->max))
        violate(check, "is %" PRId64 "; must be from %" PRId64 " to %" PRId64, value, bounds->min,
                bounds->max);
}

static void check_unsigned(struct check *check, const struct rpc_bounds *bounds, uint64_t value)
{
    if (value <= INT64_MAX)
        check_integer(check, bounds, (int64_t)value);
    else if (bounds->has_range)
        violate(check, "is %" PRIu64 "; must be from %" PRId64 " to %" PRId64, value, bounds->min,
                bounds->max);
}

/* Checks one value that is not a message. */
static void check_value(struct check *check, const ProtobufCFieldDescriptor *field,
                        const struct rpc_bounds *bounds, const void *value)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        check_integer(check, bounds, *(const int32_t *)value);
        return;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        check_integer(check, bounds, *(const int64_t *)value);
        return;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        check_unsigned(check, bounds, *(const uint32_t *)value);
        return;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        check_unsigned(check, bounds, *(const uint64_t *)value);
        return;
    case PROTOBUF_C_TYPE_ENUM:
        if (bounds->required && *(const int *)value == 0) violate(check, "must be set");
        return;
    case PROTOBUF_C_TYPE_FLOAT:
        if (bounds->required && *(const float *)value == 0) violate(check, "must be set");
        return;
    case PROTOBUF_C_TYPE_DOUBLE:
        if (bounds->required && *(const double *)value == 0) violate(check, "must be set");
        return;
    case PROTOBUF_C_TYPE_STRING:
        check_string(check, bounds, *(char *const *)value);
        return;
    case PROTOBUF_C_TYPE_BYTES:
        check_bytes(check, bounds, value);
        return;
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_MESSAGE:
        return;
    }
}

/* Enters a message; one that is nested too deep was not decoded by rpc_decode. */
static void enter(struct check *check, const struct rpc_message *type,
                  const ProtobufCMessage *message)
{
    if (check->depth == RPC_DEPTH_MAX) {
        violate(check, "is nested deeper than %d", RPC_DEPTH_MAX);
        return;
    }
    check->frames[++check->depth] = (struct frame){.type = type, .message = message};
}

/* The bounds of a field, or the defaults. Fields and bounds are both in the order of numbers. */
static struct rpc_bounds bounds_of(struct frame *frame, const ProtobufCFieldDescriptor *field)
{
    const struct rpc_message *type = frame->type;
    if (frame->bound < type->bound_count && type->bounds[frame->bound].field == field->id)
        return type->bounds[frame->bound++];
    return (struct rpc_bounds){.field = field->id};
}

static void check_list(struct check *check, const ProtobufCFieldDescriptor *field,
                       struct rpc_bounds bounds)
{
    struct frame *frame = &check->frames[check->depth];
    const char *message = (const char *)frame->message;
    size_t count = *(const size_t *)(message + field->quantifier_offset);
    uint32_t items_max = bounds.items_max == 0 ? RPC_ITEMS_MAX : bounds.items_max;
    frame->item = NO_ITEM;
    if (count == 0 && bounds.required) violate(check, "must have an item");
    if (count > items_max) {
        violate(check, "has %zu items; at most %" PRIu32, count, items_max);
        return; /* The items of an outsize list are not worth the time. */
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        frame->next_item = 0;
        frame->item_count = count;
        return;
    }
    bounds.required = false;
    const char *items = *(char *const *)(message + field->offset);
    for (frame->item = 0; frame->item < count && !check->stopped; frame->item++)
        check_value(check, field, &bounds, items + frame->item * rpc_item_bytes(field->type));
}

static void check_field(struct check *check)
{
    struct frame *frame = &check->frames[check->depth];
    const ProtobufCFieldDescriptor *field = &frame->type->descriptor->fields[frame->field];
    struct rpc_bounds bounds = bounds_of(frame, field);
    const char *message = (const char *)frame->message;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        check_list(check, field, bounds);
        return;
    }
    bool in_oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    if (in_oneof && *(const uint32_t *)(message + field->quantifier_offset) != field->id) return;
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
        check_value(check, field, &bounds, message + field->offset);
        return;
    }
    const ProtobufCMessage *inner = *(ProtobufCMessage *const *)(message + field->offset);
    if (inner != NULL)
        enter(check, frame->type->fields[frame->field].message, inner);
    else if (bounds.required)
        violate(check, "must be set");
}

/* Enters the next message of the list at hand. */
static void check_item(struct check *check)
{
    struct frame *frame = &check->frames[check->depth];
    const ProtobufCFieldDescriptor *field = &frame->type->descriptor->fields[frame->field];
    frame->item = frame->next_item++;
    const char *message = (const char *)frame->message;
    ProtobufCMessage *const *items = *(ProtobufCMessage *const *const *)(message + field->offset);
    if (items[frame->item] != NULL)
        enter(check, frame->type->fields[frame->field].message, items[frame->item]);
}

bool rpc_check_bounds(const struct rpc_message *type, const ProtobufCMessage *message,
                      rpc_violation_report *report, void *context)
{
    struct check check; /* Of its frames only those that are entered are set. */
    check.report = report;
    check.context = context;
    check.holds = true;
    check.stopped = false;
    check.depth = 0;
    check.frames[0] = (struct frame){.type = type, .message = message};
    while (!check.stopped) {
        struct frame *frame = &check.frames[check.depth];
        if (frame->next_item < frame->item_count) {
            check_item(&check);
        } else if (frame->next_field < frame->type->descriptor->n_fields) {
            frame->field = frame->next_field++;
            check_field(&check);
        } else if (check.depth > 0) {
            check.depth--;
        } else {
            break;
        }
    }
    return check.holds;
}
