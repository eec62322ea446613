#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    ESCAPED_BYTES_MAX = 6, /* Of one byte: \u001b */
    LINE_END_BYTES = 2,    /* The bracket and the newline. */
    MS_A_SECOND = 1000,
};

/* Set once at the start of the process. */
static const char *service_name = "sotong";
static enum log_level level_max = LOG_INFO;
static enum log_format line_format = LOG_FORMAT_JSON;

/* A pipe may take a write in pieces, between which another thread's would come. */
static pthread_mutex_t write_lock = PTHREAD_MUTEX_INITIALIZER;

void log_init(const char *service, enum log_level level)
{
    service_name = service;
    level_max = level;
}

void log_set_format(enum log_format format)
{
    line_format = format;
}

bool log_wanted(enum log_level level)
{
    return level <= level_max;
}

/* What cannot be written is lost: there is nobody to tell. */
static void write_whole(const uint8_t *bytes, size_t length)
{
    (void)pthread_mutex_lock(&write_lock);
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        bytes += written;
        length -= (size_t)written;
    }
    (void)pthread_mutex_unlock(&write_lock);
}

/* ---- Pieces of a line ---- */

static void put(struct log_lines *lines, const char *bytes, size_t length)
{
    if (lines->at == NULL || (size_t)(lines->end - lines->at) < length) return;
    memcpy(lines->at, bytes, length);
    lines->at += length;
}

static void put_string(struct log_lines *lines, const char *string)
{
    put(lines, string, strlen(string));
}

/* What must not stand bare: what would end a JSON string, and what moves a terminal. */
static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f;
}

static void put_escaped(struct log_lines *lines, struct text value)
{
    value = text_cut(value, LOG_VALUE_BYTES_MAX);
    ptrdiff_t invalid = text_invalid_at(value);
    if (invalid >= 0) value.length = (size_t)invalid;
    size_t plain = 0;
    for (size_t i = 0; i <= value.length; i++) {
        unsigned char byte = i < value.length ? (unsigned char)value.bytes[i] : '"';
        if (is_plain(byte)) continue;
        put(lines, value.bytes + plain, i - plain);
        plain = i + 1;
        if (i == value.length) return;
        char escaped[ESCAPED_BYTES_MAX + 1] = {'\\', (char)byte};
        if (byte != '"' && byte != '\\') (void)snprintf(escaped, sizeof escaped, "\\u%04x", byte);
        put_string(lines, escaped);
    }
}

/* A text between quotes. The closing one has its place, whatever is cut. */
static void put_value(struct log_lines *lines, struct text value, bool quoted)
{
    if (lines->at == NULL) return;
    put_string(lines, quoted ? "\"" : "");
    lines->end--;
    put_escaped(lines, value);
    lines->end++;
    put_string(lines, quoted ? "\"" : "");
}

/* The time of this second is made once a second. */
static void put_time(struct log_lines *lines, int64_t now_ms)
{
    int64_t second = now_ms / MS_A_SECOND;
    if (lines->time_text[0] == '\0' || second != lines->second) {
        time_t seconds = (time_t)second;
        struct tm utc;
        (void)gmtime_r(&seconds, &utc);
        (void)strftime(lines->time_text, sizeof lines->time_text, "%Y-%m-%dT%H:%M:%S", &utc);
        lines->second = second;
    }
    put_string(lines, lines->time_text);
    int ms = (int)(now_ms % MS_A_SECOND);
    const char fraction[] = {'.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10),
                             (char)('0' + ms % 10), 'Z'};
    put(lines, fraction, sizeof fraction);
}

/* ---- Lines ---- */

void log_lines_init(struct log_lines *lines)
{
    *lines = (struct log_lines){.at = NULL};
    buffer_init(&lines->bytes, LOG_LINES_BYTES_MAX);
}

void log_lines_free(struct log_lines *lines)
{
    log_lines_write(lines);
    buffer_free(&lines->bytes);
}

void log_lines_write(struct log_lines *lines)
{
    if (lines->bytes.length == 0) return;
    write_whole(lines->bytes.bytes, lines->bytes.length);
    buffer_clear(&lines->bytes);
}

/* The line's head, into the room between at and end. */
static void line_head(struct log_lines *lines, enum log_level level, const char *message)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    static const char *const padded[] = {" error   ", " warning ", " info    ", " debug   "};
    bool json = line_format == LOG_FORMAT_JSON;
    put_string(lines, json ? "{\"time\":\"" : "");
    put_time(lines, clock_now_ms());
    put_string(lines, json ? "\",\"level\":\"" : padded[level]);
    if (json) put_string(lines, names[level]);
    put_string(lines, json ? "\",\"service\":\"" : "");
    put_string(lines, service_name);
    put_string(lines, json ? "\",\"message\":" : ": ");
    put_value(lines, text_from(message), json);
}

void log_line_begin(struct log_lines *lines, enum log_level level, const char *message)
{
    if (lines->bytes.length + LOG_LINE_BYTES_MAX > LOG_LINES_BYTES_MAX) log_lines_write(lines);
    lines->at = lines->end = NULL;
    if (buffer_reserve(&lines->bytes, LOG_LINE_BYTES_MAX, &lines->at) != OK) {
        lines->at = NULL;
        return;
    }
    lines->end = lines->at + LOG_LINE_BYTES_MAX - LINE_END_BYTES;
    line_head(lines, level, message);
}

/* The name with what stands around it; false: there is no room for it and its value. */
static bool field_begin(struct log_lines *lines, const char *name, size_t value_bytes)
{
    enum { AROUND_BYTES = 8 };
    if (lines->at == NULL) return false;
    if ((size_t)(lines->end - lines->at) < strlen(name) + value_bytes + AROUND_BYTES) return false;
    bool json = line_format == LOG_FORMAT_JSON;
    put_string(lines, json ? ",\"" : " ");
    put_string(lines, name);
    put_string(lines, json ? "\":" : "=");
    return true;
}

void log_line_text(struct log_lines *lines, const char *name, struct text value)
{
    size_t most = value.length < LOG_VALUE_BYTES_MAX ? value.length : LOG_VALUE_BYTES_MAX;
    if (!field_begin(lines, name, most)) return;
    bool quoted = line_format == LOG_FORMAT_JSON || value.length == 0 ||
                  memchr(value.bytes, ' ', value.length) != NULL;
    put_value(lines, value, quoted);
}

void log_line_number(struct log_lines *lines, const char *name, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + size % 10);
        size /= 10;
    } while (size > 0);
    if (value < 0) digits[--at] = '-';
    if (field_begin(lines, name, sizeof digits - at)) put(lines, digits + at, sizeof digits - at);
}

/* What ends a line; its room was left. */
static void line_tail(struct log_lines *lines)
{
    assert(lines->at != NULL); /* A line was begun. */
    if (line_format == LOG_FORMAT_JSON) *lines->at++ = '}';
    *lines->at++ = '\n';
}

void log_line_end(struct log_lines *lines)
{
    if (lines->at == NULL) return;
    line_tail(lines);
    lines->bytes.length = (size_t)(lines->at - lines->bytes.bytes);
    lines->at = lines->end = NULL;
}

/* On the stack: what there is to say may be that there is no memory. */
void log_write(enum log_level level, const char *format, ...)
{
    if (!log_wanted(level)) return;
    char message[LOG_VALUE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    uint8_t bytes[LOG_LINE_BYTES_MAX];
    struct log_lines line = {.at = bytes, .end = bytes + sizeof bytes - LINE_END_BYTES};
    line_head(&line, level, message);
    line_tail(&line);
    write_whole(bytes, (size_t)(line.at - bytes));
}
