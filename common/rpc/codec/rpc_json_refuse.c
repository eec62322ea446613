/* What the JSON reader says of what it cannot read. */
#include <stdarg.h>
#include <stdio.h>

#include "rpc/codec/rpc_json_reader.h"

enum { PATH_BYTES_MAX = 256 };

static void print_path(const struct json_reader *reader, char path[static PATH_BYTES_MAX])
{
    size_t length = 0;
    path[0] = '\0';
    for (size_t i = 0; i < reader->frame_count && length < PATH_BYTES_MAX; i++) {
        const struct json_frame *frame = &reader->frames[i];
        int written = 0;
        char *end = path + length;
        size_t left = PATH_BYTES_MAX - length;
        switch (frame->kind) {
        case JSON_FRAME_MESSAGE:
        case JSON_FRAME_ANY:
            if (frame->field != NULL)
                written = snprintf(end, left, "%s%s", length == 0 ? "" : ".", frame->field->name);
            break;
        case JSON_FRAME_LIST:
            written = snprintf(end, left, "[%zu]", frame->count);
            break;
        case JSON_FRAME_MAP:
            if (frame->key.bytes != NULL)
                written = snprintf(end, left, "[\"%.*s\"]", (int)text_cut(frame->key, 64).length,
                                   frame->key.bytes);
            break;
        case JSON_FRAME_SKIPPED_OBJECT:
        case JSON_FRAME_SKIPPED_ARRAY:
            break;
        }
        length += (size_t)written;
    }
}

static void report(const struct json_reader *reader, const char *path, const char *description)
{
    const struct rpc_json_reading *reading = reader->reading;
    if (reading->report != NULL) (void)reading->report(reading->context, path, description);
}

enum status json_refuse(const struct json_reader *reader, size_t at, const char *format, ...)
{
    char wrong[FAULT_BYTES_MAX / 2];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(wrong, sizeof wrong, format, arguments);
    va_end(arguments);
    char path[PATH_BYTES_MAX];
    print_path(reader, path);
    size_t line = 1;
    size_t begin = 0;
    for (size_t i = 0; i < at; i++) {
        if (reader->scan.text.bytes[i] != '\n') continue;
        line++;
        begin = i + 1;
    }
    struct text before = {at == 0 ? "" : reader->scan.text.bytes + begin, at - begin};
    struct fault description;
    (void)fault_set(&description, INVALID_ARGUMENT, "line %zu, column %zu: %s", line,
                    text_code_points(before) + 1, wrong);
    report(reader, path, description.message);
    return fault_set(reader->reading->fault, INVALID_ARGUMENT, "%s%s%s", path,
                     path[0] == '\0' ? "" : ", ", description.message);
}

enum status json_not_utf8(const struct json_reader *reader, ptrdiff_t at)
{
    struct fault description;
    (void)fault_set(&description, INVALID_ARGUMENT, "not UTF-8 at byte %td", at);
    report(reader, "", description.message);
    return fault_set(reader->reading->fault, INVALID_ARGUMENT, "%s", description.message);
}

enum status json_no_memory(const struct json_reader *reader)
{
    return fault_set(reader->reading->fault, RESOURCE_EXHAUSTED,
                     "JSON of %zu bytes does not fit the call's memory of %zu bytes",
                     reader->scan.text.length, reader->arena->bytes_max);
}

enum status json_expected(const struct json_reader *reader, const struct json_token *token,
                          const char *what)
{
    if (token->kind == JSON_WRONG) return json_refuse(reader, token->at, "%s", token->wrong);
    return json_refuse(reader, token->at, "expected %s, found %s", what,
                       json_kind_name(token->kind));
}
