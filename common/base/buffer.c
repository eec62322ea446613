#include "base/buffer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { CAPACITY_MIN = 256 };

void buffer_init(struct buffer *buffer, size_t bytes_max)
{
    *buffer = (struct buffer){.bytes_max = bytes_max};
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    buffer_init(buffer, buffer->bytes_max);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
}

enum status buffer_grow(struct buffer *buffer, size_t length, uint8_t **end)
{
    if (length > buffer->bytes_max - buffer->length) return RESOURCE_EXHAUSTED;
    if (length == 0) {
        *end = buffer->bytes == NULL ? NULL : buffer->bytes + buffer->length;
        return OK;
    }
    size_t needed = buffer->length + length;
    if (needed > buffer->capacity) {
        size_t capacity = buffer->capacity == 0 ? CAPACITY_MIN : buffer->capacity;
        while (capacity < needed)
            capacity *= 2;
        if (capacity > buffer->bytes_max) capacity = buffer->bytes_max;
        uint8_t *bytes = alloc_should_fail() ? NULL : realloc(buffer->bytes, capacity);
        if (bytes == NULL) return RESOURCE_EXHAUSTED;
        buffer->bytes = bytes;
        buffer->capacity = capacity;
    }
    *end = buffer->bytes + buffer->length;
    return OK;
}

enum status buffer_append_string(struct buffer *buffer, const char *string)
{
    return buffer_append(buffer, string, strlen(string));
}

enum status buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) return INTERNAL;
    uint8_t *end;
    enum status status = buffer_reserve(buffer, (size_t)length + 1, &end);
    if (status != OK) return status;
    va_start(arguments, format);
    (void)vsnprintf((char *)end, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
    return OK;
}

void buffer_consume(struct buffer *buffer, size_t length)
{
    assert(length <= buffer->length);
    if (length == 0) return;
    memmove(buffer->bytes, buffer->bytes + length, buffer->length - length);
    buffer->length -= length;
}
