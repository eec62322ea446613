/* A growing run of bytes with a maximum, on the heap. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/status.h"

struct buffer {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
    size_t bytes_max;
};

/* An empty buffer that will hold at most bytes_max bytes. */
void buffer_init(struct buffer *buffer, size_t bytes_max);

/* Releases the memory; the buffer is empty and usable again. */
void buffer_free(struct buffer *buffer);

/* Forgets the content, keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* Appends. RESOURCE_EXHAUSTED: the maximum would be passed, or there is no memory; the buffer is as
 * it was. */
NODISCARD static inline enum status buffer_append(struct buffer *buffer, const void *bytes,
                                                  size_t length);
NODISCARD enum status buffer_append_string(struct buffer *buffer, const char *string);
NODISCARD static inline enum status buffer_append_byte(struct buffer *buffer, uint8_t byte);
NODISCARD enum status buffer_printf(struct buffer *buffer, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Room for length more bytes at *end, which the caller fills before it adds to buffer->length. */
NODISCARD enum status buffer_grow(struct buffer *buffer, size_t length, uint8_t **end);
static inline enum status buffer_reserve(struct buffer *buffer, size_t length, uint8_t **end)
{
    if (length > buffer->capacity - buffer->length || length == 0)
        return buffer_grow(buffer, length, end); /* Seldom: the rest is inline, for the codecs. */
    *end = buffer->bytes + buffer->length;
    return OK;
}

/* Drops the first length bytes. */
void buffer_consume(struct buffer *buffer, size_t length);

static inline enum status buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    uint8_t *end;
    enum status status = buffer_reserve(buffer, length, &end);
    if (status != OK || length == 0) return status;
    memcpy(end, bytes, length);
    buffer->length += length;
    return OK;
}

static inline enum status buffer_append_byte(struct buffer *buffer, uint8_t byte)
{
    return buffer_append(buffer, &byte, 1);
}
