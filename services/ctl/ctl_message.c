#include "ctl_message.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "budget.rpc.h"
#include "ctl_terminal.h"
#include "ctl_words.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json_text.h"

enum {
    NAME_BYTES = 64,
    ITEMS_MAX = 100,
    ITEM_BYTES = 128,
    SEOUL_S = 9 * 3600,
    DAY_S = 86400,
    NS_LAST = 999999999,
};

/* One value on its way into a message. */
struct setting {
    struct arena *arena;
    const char *text;
    struct fault *fault;
};

static void *member(ProtobufCMessage *message, unsigned offset)
{
    return (char *)message + offset;
}

static const void *member_of(const ProtobufCMessage *message, unsigned offset)
{
    return (const char *)message + offset;
}

static enum status set_failed(const struct setting *setting, const char *wanted)
{
    return fault_set(setting->fault, INVALID_ARGUMENT, "`%s` is no %s", setting->text, wanted);
}

/* `1,500,000`, `-20`: digits, with commas between thousands or without any. False: another form or
 * too large. */
static bool number_read(const char **at, int64_t *number)
{
    enum { GROUP_DIGITS = 3 };
    bool negative = **at == '-';
    bool grouped = false;
    size_t group = 0; /* Digits since the comma. */
    *number = 0;
    *at += negative;
    for (; (**at >= '0' && **at <= '9') || **at == ','; (*at)++) {
        if (**at == ',') {
            if (group == 0 || group > GROUP_DIGITS || (grouped && group < GROUP_DIGITS))
                return false;
            grouped = true;
            group = 0;
            continue;
        }
        group++;
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, **at - '0', number))
            return false;
    }
    if (negative) *number = -*number;
    return grouped ? group == GROUP_DIGITS : group > 0;
}

/* A number with one of these units behind it, each worth so many. */
struct unit {
    const char *name;
    int64_t worth;
};

static bool units_read(const char *text, const struct unit *units, size_t count, int64_t *number)
{
    const char *at = text;
    if (!number_read(&at, number)) return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(at, units[i].name) == 0)
            return !__builtin_mul_overflow(*number, units[i].worth, number);
    }
    return false;
}

static bool name_ends(const char *name, const char *end)
{
    size_t length = strlen(name);
    return length >= strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

static enum status integer_read(const struct setting *setting, const char *field, int64_t *number)
{
    static const struct unit won[] = {{"", 1},          {"원", 1},           {"천원", 1000},
                                      {"만원", 10000},  {"백만원", 1000000}, {"억원", 100000000},
                                      {"억", 100000000}};
    static const struct unit seconds[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", DAY_S}};
    static const struct unit plain[] = {{"", 1}};
    if (name_ends(field, "_won")) {
        return units_read(setting->text, won, ARRAY_LENGTH(won), number)
                   ? OK
                   : set_failed(setting, "amount; write won, such as 1,500,000 or 150만원");
    }
    if (name_ends(field, "_seconds")) {
        return units_read(setting->text, seconds, ARRAY_LENGTH(seconds), number)
                   ? OK
                   : set_failed(setting, "duration; write seconds, or such as 15m, 2h, 3d");
    }
    return units_read(setting->text, plain, ARRAY_LENGTH(plain), number)
               ? OK
               : set_failed(setting, "whole number");
}

static enum status word_set(const struct setting *setting, const ProtobufCEnumDescriptor *type,
                            int32_t *value)
{
    int found;
    if (!word_read(type, setting->text, &found))
        return fault_set(setting->fault, INVALID_ARGUMENT, "`%s` is none of: %s", setting->text,
                         words_list(setting->arena, type));
    *value = found;
    return OK;
}

/* A civil date stands for its end in Seoul. */
static enum status instant_set(const struct setting *setting, protobuf_timestamp *instant)
{
    struct date day;
    struct text text = text_from(setting->text);
    if (rpc_json_get_timestamp(text, &instant->seconds, &instant->nanos)) return OK;
    if (date_parse(text, &day) != OK)
        return set_failed(setting, "instant; write 2020-04-13, or 2020-04-13T18:00:00+09:00");
    instant->seconds = ((int64_t)day.days + 1) * DAY_S - SEOUL_S - 1;
    instant->nanos = NS_LAST;
    return OK;
}

/* Sets one value where `at` points. */
static enum status value_set(const struct setting *setting, const ProtobufCFieldDescriptor *field,
                             void *at)
{
    int64_t number;
    enum status status = OK;
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        char *copy = arena_copy(setting->arena, setting->text, strlen(setting->text));
        if (copy == NULL) return RESOURCE_EXHAUSTED;
        *(char **)at = copy;
    } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
        status = word_set(setting, field->descriptor, at);
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        *(protobuf_c_boolean *)at = strcmp(setting->text, "false") != 0;
    } else if (field->type == PROTOBUF_C_TYPE_INT64) {
        status = integer_read(setting, field->name, &number);
        if (status == OK) *(int64_t *)at = number;
    } else if (field->type == PROTOBUF_C_TYPE_INT32) {
        status = integer_read(setting, field->name, &number);
        if (status == OK && (number < INT32_MIN || number > INT32_MAX))
            return set_failed(setting, "number of 32 bits");
        if (status == OK) *(int32_t *)at = (int32_t)number;
    } else {
        return INTERNAL;
    }
    return status;
}

/* Values between commas; of enums, the only lists of values that requests have. */
static enum status words_set(const struct setting *setting, const ProtobufCFieldDescriptor *field,
                             ProtobufCMessage *message)
{
    int32_t *values = arena_calloc(setting->arena, ITEMS_MAX, sizeof *values);
    size_t *count = member(message, field->quantifier_offset);
    if (values == NULL) return RESOURCE_EXHAUSTED;
    *count = 0;
    for (const char *at = setting->text; *at != '\0';) {
        char item[ITEM_BYTES];
        size_t length = strcspn(at, ",");
        (void)snprintf(item, sizeof item, "%.*s", (int)length, at);
        struct setting one = *setting;
        one.text = item;
        if (*count == ITEMS_MAX) return set_failed(setting, "list: it is too long");
        enum status status = word_set(&one, field->descriptor, &values[*count]);
        if (status != OK) return status;
        (*count)++;
        at += length + (at[length] == ',');
    }
    *(int32_t **)member(message, field->offset) = values;
    return OK;
}

/* The message of a field, made where it is missing; of a list the item of this number. */
static ProtobufCMessage *child_of(struct arena *arena, ProtobufCMessage *message,
                                  const ProtobufCFieldDescriptor *field, size_t index)
{
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        ProtobufCMessage **child = member(message, field->offset);
        if (*child == NULL) *child = rpc_message_new(arena, field->descriptor);
        return *child;
    }
    size_t *count = member(message, field->quantifier_offset);
    ProtobufCMessage ***items = member(message, field->offset);
    if (*count == 0) *items = arena_calloc(arena, ITEMS_MAX, sizeof(ProtobufCMessage *));
    if (*items == NULL || index >= ITEMS_MAX) return NULL;
    while (*count <= index) {
        (*items)[*count] = rpc_message_new(arena, field->descriptor);
        if ((*items)[*count] == NULL) return NULL;
        (*count)++;
    }
    return (*items)[index];
}

/* `12.5%` as a quantity. */
static enum status percent_set(const struct setting *setting, type_quantity *quantity)
{
    enum { DIGITS_MAX = 9 };
    const char *at = setting->text;
    size_t whole = strspn(at, "0123456789");
    size_t decimals = at[whole] == '.' ? strspn(at + whole + 1, "0123456789") : 0;
    size_t length = whole + (at[whole] == '.' ? 1 + decimals : 0);
    if (whole == 0 || whole + decimals > DIGITS_MAX || strcmp(at + length, "%") != 0)
        return set_failed(setting, "rate; write such as 12.5%");
    quantity->units = 0;
    for (size_t i = 0; i < length; i++) {
        if (at[i] != '.') quantity->units = quantity->units * 10 + (at[i] - '0');
    }
    quantity->exponent = -(int32_t)decimals;
    quantity->unit = arena_copy(setting->arena, "PERCENT", strlen("PERCENT"));
    return quantity->unit == NULL ? RESOURCE_EXHAUSTED : OK;
}

static enum status path_set(const struct setting *setting, ProtobufCMessage *message,
                            const char **path);

/* `DATE=AMOUNT` or, of messages that have a rate, `DATE=12.5%`, as the item of a list. */
static enum status dated_set(const struct setting *setting, ProtobufCMessage *item)
{
    char day[ITEM_BYTES];
    size_t length = strcspn(setting->text, "=");
    if (setting->text[length] == '\0') return set_failed(setting, "DATE=AMOUNT or DATE=12.5%");
    (void)snprintf(day, sizeof day, "%.*s", (int)length, setting->text);
    struct setting dated = {setting->arena, day, setting->fault};
    struct setting valued = {setting->arena, setting->text + length + 1, setting->fault};
    bool has_day = protobuf_c_message_descriptor_get_field_by_name(item->descriptor, "day") != NULL;
    const char *day_path = has_day ? "day" : "due_day";
    const char *value_path = name_ends(setting->text, "%") ? "rate" : "amount_won";
    enum status status = path_set(&dated, item, &day_path);
    return status == OK ? path_set(&valued, item, &value_path) : status;
}

/* Such items between commas. */
static enum status dated_list_set(const struct setting *setting,
                                  const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
    size_t index = 0;
    for (const char *at = setting->text; *at != '\0'; index++) {
        char item[ITEM_BYTES];
        size_t length = strcspn(at, ",");
        (void)snprintf(item, sizeof item, "%.*s", (int)length, at);
        const struct setting one = {setting->arena, item, setting->fault};
        ProtobufCMessage *child = child_of(setting->arena, message, field, index);
        if (child == NULL) return set_failed(setting, "list: it is too long");
        enum status status = dated_set(&one, child);
        if (status != OK) return status;
        at += length + (at[length] == ',');
    }
    return OK;
}

/* Takes the next name off a path, with the number in brackets behind it. */
static const ProtobufCFieldDescriptor *path_next(const ProtobufCMessage *message, const char **path,
                                                 size_t *index)
{
    char name[NAME_BYTES];
    size_t length = strcspn(*path, ".[ ");
    (void)snprintf(name, sizeof name, "%.*s", (int)length, *path);
    *path += length;
    *index = 0;
    if (**path == '[') {
        char *end;
        *index = strtoul(*path + 1, &end, 10);
        *path = end + 1;
    }
    if (**path == '.') (*path)++;
    return protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
}

/* Sets the field at the path and moves the path behind it. No path is deeper than its messages. */
static enum status path_set(const struct setting *setting, ProtobufCMessage *message,
                            const char **path)
{
    for (;;) {
        size_t index;
        const ProtobufCFieldDescriptor *field = path_next(message, path, &index);
        if (field == NULL) return INTERNAL;
        bool is_message = field->type == PROTOBUF_C_TYPE_MESSAGE;
        if (!is_message && field->label == PROTOBUF_C_LABEL_REPEATED)
            return words_set(setting, field, message);
        if (!is_message) return value_set(setting, field, member(message, field->offset));
        if (field->label == PROTOBUF_C_LABEL_REPEATED && (**path == '\0' || **path == ' '))
            return dated_list_set(setting, field, message);
        message = child_of(setting->arena, message, field, index);
        if (message == NULL) return RESOURCE_EXHAUSTED;
        if (message->descriptor == protobuf_timestamp_type.descriptor)
            return instant_set(setting, (protobuf_timestamp *)message);
        if (message->descriptor == type_quantity_type.descriptor)
            return percent_set(setting, (type_quantity *)message);
    }
}

enum status message_set(struct arena *arena, ProtobufCMessage *message, const char *paths,
                        const char *text, struct fault *fault)
{
    const struct setting setting = {arena, text, fault};
    enum status status = OK;
    while (status == OK && *paths != '\0') {
        status = path_set(&setting, message, &paths);
        while (*paths == ' ')
            paths++;
    }
    return status;
}

static const char *quantity_show(struct arena *arena, const type_quantity *quantity)
{
    char digits[DECIMAL_STRING_BYTES];
    decimal_format((struct decimal){quantity->units, quantity->exponent}, digits);
    bool percent = strcmp(quantity->unit, "PERCENT") == 0;
    return arena_printf(arena, "%s%s", digits, percent ? "%" : "");
}

static const char *number_show(struct arena *arena, int64_t number, enum message_style style)
{
    struct decimal rounded;
    if (style == SHOW_NONZERO && number == 0) return "";
    if (style == SHOW_NUMBER) return arena_printf(arena, "%" PRId64, number);
    if (style != SHOW_THOUSANDS) return terminal_number(arena, number);
    if (!decimal_rescale((struct decimal){number, 0}, 3, &rounded)) return "?";
    return terminal_number(arena, rounded.units);
}

/* `seoul-2020-04 101행 › 예산 집행 현황`: the report, its line, and the heading that is nearest. */
static const char *citation_show(struct arena *arena, const type_citation *citation)
{
    size_t depth = citation->n_section_path;
    const char *heading = depth == 0 ? "" : terminal_line(arena, citation->section_path[depth - 1]);
    return arena_printf(arena, "%s %d행%s%s", citation->report_id, citation->line,
                        depth == 0 ? "" : " › ", heading);
}

static const char *message_value_show(struct arena *arena, const ProtobufCMessage *value)
{
    if (value == NULL) return "";
    if (value->descriptor == protobuf_timestamp_type.descriptor)
        return terminal_instant(arena, (const protobuf_timestamp *)value);
    if (value->descriptor == type_quantity_type.descriptor)
        return quantity_show(arena, (const type_quantity *)value);
    if (value->descriptor == type_citation_type.descriptor)
        return citation_show(arena, (const type_citation *)value);
    return "";
}

static const char *label_show(struct arena *arena, const ProtobufCMessage *message,
                              const char *label)
{
    const ProtobufCFieldDescriptor *depth =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "depth");
    int indent = depth == NULL ? 0 : *(const int32_t *)member_of(message, depth->offset) * 2;
    return arena_printf(arena, "%*s%s", indent, "", label);
}

const char *message_show(struct arena *arena, const ProtobufCMessage *message, const char *path,
                         enum message_style style)
{
    for (;;) {
        size_t index;
        const ProtobufCFieldDescriptor *field = path_next(message, &path, &index);
        if (field == NULL || field->label == PROTOBUF_C_LABEL_REPEATED) return "";
        const void *at = member_of(message, field->offset);
        if (field->type == PROTOBUF_C_TYPE_STRING) {
            const char *string = terminal_line(arena, *(char *const *)at);
            return style == SHOW_LABEL ? label_show(arena, message, string) : string;
        }
        if (field->type == PROTOBUF_C_TYPE_ENUM)
            return word_show(arena, field->descriptor, *(const int *)at);
        if (field->type == PROTOBUF_C_TYPE_BOOL) return *(const protobuf_c_boolean *)at ? "✓" : "";
        if (field->type == PROTOBUF_C_TYPE_INT64)
            return number_show(arena, *(const int64_t *)at, style);
        if (field->type == PROTOBUF_C_TYPE_INT32)
            return number_show(arena, *(const int32_t *)at, style);
        if (field->type != PROTOBUF_C_TYPE_MESSAGE) return "";
        const ProtobufCMessage *value = *(ProtobufCMessage *const *)at;
        if (value == NULL || *path == '\0') return message_value_show(arena, value);
        message = value;
    }
}

ProtobufCMessage **message_items(struct arena *arena, const ProtobufCMessage *message,
                                 const char *name, size_t *count)
{
    *count = 0;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_MESSAGE) return NULL;
    const void *at = member_of(message, field->offset);
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        *count = *(const size_t *)member_of(message, field->quantifier_offset);
        return *(ProtobufCMessage * *const *)at;
    }
    ProtobufCMessage **one = arena_calloc(arena, 1, sizeof(ProtobufCMessage *));
    if (one == NULL || *(ProtobufCMessage *const *)at == NULL) return NULL;
    one[0] = *(ProtobufCMessage *const *)at;
    *count = 1;
    return one;
}

/* The room of a list that message_append made: a power of two. */
static size_t capacity_of(size_t count)
{
    size_t room = count == 0 ? 0 : 1;
    while (room < count)
        room *= 2;
    return room;
}

bool message_append(struct arena *arena, ProtobufCMessage *to, const ProtobufCMessage *from,
                    const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(to->descriptor, name);
    if (field == NULL || field->label != PROTOBUF_C_LABEL_REPEATED) return true;
    size_t *count = member(to, field->quantifier_offset);
    ProtobufCMessage ***items = member(to, field->offset);
    size_t more = *(const size_t *)member_of(from, field->quantifier_offset);
    if (more == 0) return true;
    size_t room = capacity_of(*count);
    ProtobufCMessage **all = *items;
    if (*count + more > room) {
        all = arena_calloc(arena, capacity_of(*count + more), sizeof(ProtobufCMessage *));
        if (all == NULL) return false;
        if (*count > 0) memcpy(all, *items, *count * sizeof(ProtobufCMessage *));
    }
    memcpy(all + *count, *(ProtobufCMessage * *const *)member_of(from, field->offset),
           more * sizeof(ProtobufCMessage *));
    *items = all;
    *count += more;
    return true;
}

const char *message_string(const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_STRING) return "";
    return *(char *const *)member_of(message, field->offset);
}
