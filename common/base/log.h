/* Lines on standard error: one JSON object each, or text for a person. Never personal data.
 *
 * Everything is written whole lines at a time, so that lines of several threads and processes do
 * not mix. Who logs often collects lines in a `struct log_lines` of his own and writes them
 * together. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_FORMAT_JSON, LOG_FORMAT_TEXT };

enum {
    LOG_LINE_BYTES_MAX = 4096,       /* A line; fields that would not fit are left out. */
    LOG_VALUE_BYTES_MAX = 1024,      /* A text; the rest is cut off. */
    LOG_LINES_BYTES_MAX = 64 * 1024, /* Collected lines; they are written when there are so many. */
};

/* Sets the service's name, which every line carries, and the least important level written. The
 * name is borrowed for the life of the process. */
void log_init(const char *service, enum log_level level);

/* JSON unless this says otherwise. */
void log_set_format(enum log_format format);

bool log_wanted(enum log_level level);

/* Writes one line: {"time":…,"level":…,"service":…,"message":…}; the message is escaped. */
void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

/* Lines of one thread that have not been written yet. */
struct log_lines {
    struct buffer bytes;
    uint8_t *at, *end; /* Room for the line being made; NULL: there is none. */
    int64_t second;    /* The one that time_text says. */
    char time_text[24];
};

void log_lines_init(struct log_lines *lines);

/* Writes what is left, and releases the memory. */
void log_lines_free(struct log_lines *lines);

/* Begins a line with the message, then come its fields, then its end. Without memory the line is
 * lost. Names of fields are plain words. */
void log_line_begin(struct log_lines *lines, enum log_level level, const char *message);
void log_line_text(struct log_lines *lines, const char *name, struct text value);
void log_line_number(struct log_lines *lines, const char *name, int64_t value);
void log_line_end(struct log_lines *lines);

/* Writes all lines with one write. */
void log_lines_write(struct log_lines *lines);
