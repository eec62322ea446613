/* Lines of the log: what they look like, whatever is said. */
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/suite.h"

enum { CAPTURED_BYTES_MAX = 1 << 20, NOON_MS = 1000 };

static char captured[CAPTURED_BYTES_MAX];

/* Runs `write` with standard error in a file, whose content is then in `captured`. */
static size_t capture(void (*write_lines)(const void *context), const void *context)
{
    char path[] = "/tmp/log_test.XXXXXX";
    int file = mkstemp(path);
    int before = dup(STDERR_FILENO);
    CU_ASSERT_FATAL(file >= 0 && before >= 0 && dup2(file, STDERR_FILENO) >= 0);
    write_lines(context);
    CU_ASSERT_FATAL(dup2(before, STDERR_FILENO) >= 0);
    ssize_t length = pread(file, captured, sizeof captured - 1, 0);
    CU_ASSERT_FATAL(length >= 0);
    captured[length] = '\0';
    (void)close(file);
    (void)close(before);
    (void)unlink(path);
    return (size_t)length;
}

static void begin(enum log_format format)
{
    log_init("here", LOG_INFO);
    log_set_format(format);
    clock_set_ms(NOON_MS + 7);
}

static void end(void)
{
    log_set_format(LOG_FORMAT_JSON);
    clock_set_ms(0);
}

static void write_one(const void *message)
{
    log_write(LOG_WARNING, "%s", (const char *)message);
}

static const struct {
    const char *said;
    const char *json; /* Within the quotes. */
} messages[] = {
    {"plain", "plain"},
    {"", ""},
    {"\"quoted\" \\", "\\\"quoted\\\" \\\\"},
    {"line\nfeed\r\t", "line\\u000afeed\\u000d\\u0009"},
    {"\x1b[31m\x7f", "\\u001b[31m\\u007f"},
    {"소통", "소통"},
    {"cut \xec\x86", "cut "},
    {"wrong \xff byte", "wrong "},
};

static void escapes_messages(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(messages); i++) {
        char expected[256];
        begin(LOG_FORMAT_JSON);
        (void)capture(write_one, messages[i].said);
        (void)snprintf(expected, sizeof expected,
                       "{\"time\":\"1970-01-01T00:00:01.007Z\",\"level\":\"warning\",\"service\":"
                       "\"here\",\"message\":\"%s\"}\n",
                       messages[i].json);
        CU_ASSERT_STRING_EQUAL(captured, expected);
        begin(LOG_FORMAT_TEXT);
        (void)capture(write_one, messages[i].said);
        (void)snprintf(expected, sizeof expected, "1970-01-01T00:00:01.007Z warning here: %s\n",
                       messages[i].json);
        CU_ASSERT_STRING_EQUAL(captured, expected);
    }
    end();
}

static void write_below(const void *context)
{
    (void)context;
    log_write(LOG_DEBUG, "not wanted");
}

static void leaves_out_what_is_not_wanted(void)
{
    begin(LOG_FORMAT_JSON);
    CU_ASSERT_EQUAL(capture(write_below, NULL), 0);
    CU_ASSERT_TRUE(log_wanted(LOG_INFO));
    CU_ASSERT_FALSE(log_wanted(LOG_DEBUG));
    end();
}

/* A line with fields: one that needs all escapes, numbers at both ends. */
static void write_fields(const void *context)
{
    const struct text *value = context;
    struct log_lines lines;
    log_lines_init(&lines);
    for (int i = 0; i < 100; i++) {
        log_line_begin(&lines, LOG_INFO, "call");
        log_line_text(&lines, "value", *value);
        log_line_number(&lines, "low", INT64_MIN);
        log_line_number(&lines, "high", INT64_MAX);
        log_line_text(&lines, "again", *value);
        log_line_text(&lines, "again", *value);
        log_line_text(&lines, "again", *value);
        log_line_end(&lines);
    }
    log_lines_free(&lines);
}

/* Every line is whole and within its bound, whatever does not fit. */
static void bounds_lines(void)
{
    static char long_value[LOG_LINE_BYTES_MAX * 2];
    static const char fillers[] = {'x', '"', '\n', '\x01'};
    for (size_t f = 0; f < sizeof fillers; f++) {
        memset(long_value, fillers[f], sizeof long_value);
        const struct text value = {long_value, sizeof long_value};
        begin(LOG_FORMAT_JSON);
        (void)capture(write_fields, &value);
        size_t count = 0;
        for (const char *line = captured; *line != '\0'; count++) {
            size_t length = strcspn(line, "\n");
            CU_ASSERT_TRUE(length < LOG_LINE_BYTES_MAX);
            CU_ASSERT_EQUAL(strncmp(line, "{\"time\":\"1970", 13), 0);
            CU_ASSERT_EQUAL(line[length - 1], '}');
            size_t quotes = 0;
            for (size_t i = 0; i < length; i++) {
                if (line[i] == '\\')
                    i++; /* What it escapes is no quote. */
                else
                    quotes += line[i] == '"';
            }
            CU_ASSERT_EQUAL(quotes % 2, 0);
            line += length + 1;
        }
        CU_ASSERT_EQUAL(count, 100);
    }
    end();
}

static void writes_fields(void)
{
    const struct text value = {"a b", 3};
    begin(LOG_FORMAT_JSON);
    (void)capture(write_fields, &value);
    CU_ASSERT_PTR_NOT_NULL(strstr(captured, "\"message\":\"call\",\"value\":\"a b\",\"low\":"
                                            "-9223372036854775808,\"high\":9223372036854775807,"));
    begin(LOG_FORMAT_TEXT);
    (void)capture(write_fields, &value);
    CU_ASSERT_PTR_NOT_NULL(strstr(captured, "here: call value=\"a b\" low=-9223372036854775808 "
                                            "high=9223372036854775807 again="));
    end();
}

SUITE("log", {"escapes messages", escapes_messages},
      {"leaves out what is not wanted", leaves_out_what_is_not_wanted},
      {"bounds lines", bounds_lines}, {"writes fields", writes_fields})
