#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* Set once at the start of the process. */
static const char *service_name = "sotong";
static enum log_level level_max = LOG_INFO;

void log_init(const char *service, enum log_level level)
{
    service_name = service;
    level_max = level;
}

/* Escapes for a JSON string; cuts where the space ends. */
static size_t escape(const char *from, char *to, size_t space)
{
    size_t length = 0;
    for (; *from != '\0' && length + 7 < space; from++) {
        unsigned char byte = (unsigned char)*from;
        if (byte == '"' || byte == '\\') {
            to[length++] = '\\';
            to[length++] = (char)byte;
        } else if (byte < 0x20) {
            length += (size_t)snprintf(to + length, 7, "\\u%04x", byte);
        } else {
            to[length++] = (char)byte;
        }
    }
    to[length] = '\0';
    return length;
}

void log_write(enum log_level level, const char *format, ...)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    if (level > level_max) return;
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    char escaped[sizeof message * 2];
    (void)escape(message, escaped, sizeof escaped);
    int64_t now = clock_now_ms();
    time_t seconds = (time_t)(now / 1000);
    struct tm utc;
    (void)gmtime_r(&seconds, &utc);
    char time_text[32];
    (void)strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%S", &utc);
    char line[sizeof escaped + 256];
    int length = snprintf(line, sizeof line,
                          "{\"time\":\"%s.%03dZ\",\"level\":\"%s\",\"service\":\"%s\",\"message\":"
                          "\"%s\"}\n",
                          time_text, (int)(now % 1000), names[level], service_name, escaped);
    /* One write a line, so that lines of several processes do not mix. */
    if (length > 0) (void)!write(STDERR_FILENO, line, (size_t)length);
}
