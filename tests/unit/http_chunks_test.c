#include "http/http_chunks.h"

#include <string.h>

#include "support/suite.h"

/* Reads all of `from` in steps of `step` bytes; the data is gathered in `data`. */
static enum http_chunks_result read_all(struct text from, size_t step, char *data, size_t *rest)
{
    struct http_chunks chunks;
    http_chunks_init(&chunks);
    enum http_chunks_result result = HTTP_CHUNKS_MORE;
    size_t length = 0;
    for (size_t at = 0; at < from.length; at += step) {
        struct text in = {from.bytes + at, from.length - at < step ? from.length - at : step};
        do {
            struct text part;
            result = http_chunks_read(&chunks, &in, &part);
            if (result == HTTP_CHUNKS_DATA) {
                memcpy(data + length, part.bytes, part.length);
                length += part.length;
            }
        } while (result == HTTP_CHUNKS_DATA && in.length > 0);
        *rest =
            in.length + (from.length - at - (from.length - at < step ? from.length - at : step));
        if (result == HTTP_CHUNKS_END || result == HTTP_CHUNKS_BAD) break;
    }
    data[length] = '\0';
    return result;
}

static const struct {
    const char *from;
    enum http_chunks_result result;
    const char *data;
    size_t rest;
} cases[] = {
    {"5\r\nhello\r\n0\r\n\r\n", HTTP_CHUNKS_END, "hello", 0},
    {"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", HTTP_CHUNKS_END, "hello world", 0},
    {"0\r\n\r\nGET /", HTTP_CHUNKS_END, "", 5},
    {"00000005\r\nhello\r\n0\r\n\r\n", HTTP_CHUNKS_END, "hello", 0},
    {"A\r\n0123456789\r\n0\r\n\r\n", HTTP_CHUNKS_END, "0123456789", 0},
    {"5;name=value\r\nhello\r\n0\r\n\r\n", HTTP_CHUNKS_END, "hello", 0},
    {"0\r\nx-check: 1\r\ny: 2\r\n\r\n", HTTP_CHUNKS_END, "", 0},
    {"5\r\nhel", HTTP_CHUNKS_DATA, "hel", 0},
    {"5\r\n", HTTP_CHUNKS_MORE, "", 0},
    {"\r\n", HTTP_CHUNKS_BAD, "", 0},
    {"g\r\n", HTTP_CHUNKS_BAD, "", 2},
    {"-5\r\nhello\r\n0\r\n\r\n", HTTP_CHUNKS_BAD, "", 0},
    {"0x5\r\nhello\r\n0\r\n\r\n", HTTP_CHUNKS_BAD, "", 0},
    {" 5\r\nhello\r\n0\r\n\r\n", HTTP_CHUNKS_BAD, "", 0},
    {"5 \r\nhello\r\n0\r\n\r\n", HTTP_CHUNKS_BAD, "", 0},
    {"5\nhello\r\n0\r\n\r\n", HTTP_CHUNKS_BAD, "", 0},
    {"5\r\nhello\n0\r\n\r\n", HTTP_CHUNKS_BAD, "hello", 0},
    {"5\r\nhello0\r\n\r\n", HTTP_CHUNKS_BAD, "hello", 0},
    {"5;a\nb\r\nhello\r\n0\r\n\r\n", HTTP_CHUNKS_BAD, "", 0},
    {"100000000\r\n", HTTP_CHUNKS_BAD, "", 0},
    {"0\r\n folded: 1\r\n\r\n", HTTP_CHUNKS_BAD, "", 0},
    {"0\r\nx: 1\n\r\n", HTTP_CHUNKS_BAD, "", 0},
    {"0\r\n\rX", HTTP_CHUNKS_BAD, "", 0},
};

static void reads_every_case_in_every_step(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct text from = text_from(cases[i].from);
        for (size_t step = 1; step <= from.length; step++) {
            char data[64];
            size_t rest = 0;
            enum http_chunks_result result = read_all(from, step, data, &rest);
            bool ended = cases[i].result == HTTP_CHUNKS_END || cases[i].result == HTTP_CHUNKS_BAD;
            CU_ASSERT(result == cases[i].result || (!ended && result == HTTP_CHUNKS_MORE) ||
                      (!ended && result == HTTP_CHUNKS_DATA));
            CU_ASSERT_STRING_EQUAL(data, cases[i].data);
            if (cases[i].result == HTTP_CHUNKS_END) CU_ASSERT_EQUAL(rest, cases[i].rest);
        }
    }
}

static void bounds_extensions_and_trailers(void)
{
    char line[HTTP_CHUNK_TRAILER_BYTES_MAX + 64];
    const struct {
        const char *start;
        size_t bytes_max;
    } lines[] = {{"5;", HTTP_CHUNK_EXTENSION_BYTES_MAX}, {"0\r\n", HTTP_CHUNK_TRAILER_BYTES_MAX}};
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        size_t start = strlen(lines[i].start);
        memset(line, 'x', sizeof line);
        memcpy(line, lines[i].start, start);
        char data[8];
        size_t rest;
        struct text fits = {line, start + lines[i].bytes_max};
        CU_ASSERT_EQUAL(read_all(fits, fits.length, data, &rest), HTTP_CHUNKS_MORE);
        struct text longer = {line, start + lines[i].bytes_max + 1};
        CU_ASSERT_EQUAL(read_all(longer, longer.length, data, &rest), HTTP_CHUNKS_BAD);
    }
}

SUITE("http_chunks", {"reads every case in every step", reads_every_case_in_every_step},
      {"bounds extensions and trailers", bounds_extensions_and_trailers})
