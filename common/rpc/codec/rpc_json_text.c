#include "rpc/codec/rpc_json_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "rpc/codec/rpc_field.h"
#include "rpc/codec/rpc_json_scan.h"

enum { SECONDS_PER_DAY = 86400, NUMBER_BYTES_MAX = 32, ESCAPE_BYTES_MAX = 6 };

/* Writes what stands at `at` as an escape; how many bytes of the text it was. */
static size_t put_escape(struct text text, size_t at, uint8_t **end)
{
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    static const char digits[] = "0123456789abcdef";
    unsigned char byte = (unsigned char)text.bytes[at];
    bool nul = byte == RPC_NUL_FIRST;
    if (nul) byte = 0;
    *(*end)++ = '\\';
    if (byte >= 0x20 || letters[byte] != '\0') {
        *(*end)++ = byte >= 0x20 ? byte : (uint8_t)letters[byte];
        return 1;
    }
    const char unicode[] = {'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    memcpy(*end, unicode, sizeof unicode);
    *end += sizeof unicode;
    return nul && at + 1 < text.length ? 2 : 1;
}

enum status rpc_json_put_string(struct buffer *out, struct text text)
{
    /* Most strings need no escape: one reservation, one copy. */
    uint8_t *end;
    size_t plain = json_plain_length(text.bytes, text.length);
    enum status status = buffer_reserve(out, text.length + 2, &end);
    if (status != OK) return status;
    *end++ = '"';
    for (size_t at = 0;;) {
        if (plain > 0) memcpy(end, text.bytes + at, plain);
        end += plain;
        at += plain;
        if (at == text.length) break;
        /* Room for this escape besides what is left of the text and the closing quote. */
        uint8_t *begin = out->bytes + out->length;
        size_t used = (size_t)(end - begin);
        status = buffer_reserve(out, used + ESCAPE_BYTES_MAX + (text.length - at) + 1, &begin);
        if (status != OK) return status;
        end = begin + used;
        at += put_escape(text, at, &end);
        plain = json_plain_length(text.bytes + at, text.length - at);
    }
    *end++ = '"';
    out->length = (size_t)(end - out->bytes);
    return OK;
}

enum status rpc_json_put_bytes(struct buffer *out, const uint8_t *bytes, size_t length)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t *at;
    size_t encoded = length / 3 * 4 + (length % 3 != 0 ? 4 : 0) + 2;
    enum status status = buffer_reserve(out, encoded, &at);
    if (status != OK) return status;
    *at++ = '"';
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t)bytes[i] << 16;
        if (left > 1) group |= (uint32_t)bytes[i + 1] << 8;
        if (left > 2) group |= bytes[i + 2];
        *at++ = (uint8_t)alphabet[group >> 18];
        *at++ = (uint8_t)alphabet[group >> 12 & 63];
        *at++ = left > 1 ? (uint8_t)alphabet[group >> 6 & 63] : '=';
        *at++ = left > 2 ? (uint8_t)alphabet[group & 63] : '=';
    }
    *at++ = '"';
    out->length += encoded;
    return OK;
}

/* Writes the digits of a number before `end`; where they begin. */
static uint8_t *put_digits(uint8_t *end, uint64_t value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    for (; value >= 100; value /= 100) {
        end -= 2;
        memcpy(end, pairs + value % 100 * 2, 2);
    }
    if (value >= 10) {
        end -= 2;
        memcpy(end, pairs + value * 2, 2);
    } else {
        *--end = (uint8_t)('0' + value);
    }
    return end;
}

static enum status put_number(struct buffer *out, bool negative, uint64_t magnitude, bool quoted)
{
    uint8_t digits[NUMBER_BYTES_MAX];
    uint8_t *end = digits + sizeof digits;
    if (quoted) *--end = '"';
    end = put_digits(end, magnitude);
    if (negative) *--end = '-';
    if (quoted) *--end = '"';
    return buffer_append(out, end, (size_t)(digits + sizeof digits - end));
}

enum status rpc_json_put_unsigned(struct buffer *out, uint64_t value)
{
    return put_number(out, false, value, false);
}

enum status rpc_json_put_integer(struct buffer *out, int64_t value)
{
    return put_number(out, value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value, false);
}

enum status rpc_json_put_quoted(struct buffer *out, int64_t value)
{
    return put_number(out, value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value, true);
}

enum status rpc_json_put_unsigned_quoted(struct buffer *out, uint64_t value)
{
    return put_number(out, false, value, true);
}

static enum status put_special(struct buffer *out, double value)
{
    if (isnan(value)) return buffer_append_string(out, "\"NaN\"");
    return buffer_append_string(out, value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
}

enum status rpc_json_put_double(struct buffer *out, double value)
{
    if (!isfinite(value)) return put_special(out, value);
    char digits[NUMBER_BYTES_MAX];
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value) break;
    }
    return buffer_append_string(out, digits);
}

enum status rpc_json_put_float(struct buffer *out, float value)
{
    if (!isfinite(value)) return put_special(out, value);
    char digits[NUMBER_BYTES_MAX];
    for (int precision = 6; precision <= 9; precision++) {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, (double)value);
        if (strtof(digits, NULL) == value) break;
    }
    return buffer_append_string(out, digits);
}

enum status rpc_json_put_mask_path(struct buffer *out, const char *path)
{
    bool upper = false;
    for (; *path != '\0'; path++) {
        bool lower = *path >= 'a' && *path <= 'z';
        if (*path == ',' || json_plain_length(path, 1) == 0) return OUT_OF_RANGE;
        if ((upper && !lower) || (*path >= 'A' && *path <= 'Z')) return OUT_OF_RANGE;
        bool line = *path == '_';
        enum status status =
            line ? OK : buffer_append_byte(out, (uint8_t)(upper ? *path - 'a' + 'A' : *path));
        if (status != OK) return status;
        upper = line;
    }
    return upper ? OUT_OF_RANGE : OK;
}

/* Appends a fraction of a second in as few groups of three digits as it needs. */
static enum status put_nanos(struct buffer *out, int32_t nanos)
{
    if (nanos == 0) return OK;
    if (nanos % 1000000 == 0) return buffer_printf(out, ".%03d", (int)(nanos / 1000000));
    if (nanos % 1000 == 0) return buffer_printf(out, ".%06d", (int)(nanos / 1000));
    return buffer_printf(out, ".%09d", (int)nanos);
}

enum status rpc_json_put_timestamp(struct buffer *out, int64_t seconds, int32_t nanos)
{
    if (seconds < RPC_TIMESTAMP_SECONDS_MIN || seconds > RPC_TIMESTAMP_SECONDS_MAX || nanos < 0 ||
        nanos >= RPC_NANOS_PER_SECOND)
        return OUT_OF_RANGE;
    int64_t days = seconds / SECONDS_PER_DAY;
    int64_t of_day = seconds % SECONDS_PER_DAY;
    if (of_day < 0) {
        of_day += SECONDS_PER_DAY;
        days--;
    }
    char date[DATE_STRING_BYTES];
    date_format((struct date){(int32_t)days}, date);
    enum status status = buffer_printf(out, "\"%sT%02d:%02d:%02d", date, (int)(of_day / 3600),
                                       (int)(of_day / 60 % 60), (int)(of_day % 60));
    if (status == OK) status = put_nanos(out, nanos);
    if (status == OK) status = buffer_append(out, "Z\"", 2);
    return status;
}

enum status rpc_json_put_duration(struct buffer *out, int64_t seconds, int32_t nanos)
{
    if (seconds < -RPC_DURATION_SECONDS_MAX || seconds > RPC_DURATION_SECONDS_MAX ||
        nanos <= -RPC_NANOS_PER_SECOND || nanos >= RPC_NANOS_PER_SECOND ||
        (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0))
        return OUT_OF_RANGE;
    bool negative = seconds < 0 || nanos < 0;
    enum status status =
        buffer_printf(out, "\"%s%" PRId64, negative ? "-" : "", negative ? -seconds : seconds);
    if (status == OK) status = put_nanos(out, negative ? -nanos : nanos);
    if (status == OK) status = buffer_append(out, "s\"", 2);
    return status;
}

/* Reads exactly `digits` digits at *at. */
static bool get_digits(struct text text, size_t *at, size_t digits, int *value)
{
    *value = 0;
    for (size_t i = 0; i < digits; i++, *at += 1) {
        if (*at >= text.length || text.bytes[*at] < '0' || text.bytes[*at] > '9') return false;
        *value = *value * 10 + (text.bytes[*at] - '0');
    }
    return true;
}

static bool get_character(struct text text, size_t *at, char character)
{
    if (*at >= text.length || text.bytes[*at] != character) return false;
    *at += 1;
    return true;
}

/* Reads `.` and one to nine digits, where there is a `.`. */
static bool get_nanos(struct text text, size_t *at, int32_t *nanos)
{
    *nanos = 0;
    if (!get_character(text, at, '.')) return true;
    int32_t scale = RPC_NANOS_PER_SECOND;
    size_t begin = *at;
    while (*at < text.length && text.bytes[*at] >= '0' && text.bytes[*at] <= '9') {
        scale /= 10;
        if (scale == 0) return false;
        *nanos += (text.bytes[*at] - '0') * scale;
        *at += 1;
    }
    return *at > begin;
}

/* Reads `Z` or `+09:00`. */
static bool get_zone(struct text text, size_t *at, int64_t *offset_seconds)
{
    *offset_seconds = 0;
    if (get_character(text, at, 'Z')) return true;
    int sign = 1;
    if (get_character(text, at, '-'))
        sign = -1;
    else if (!get_character(text, at, '+'))
        return false;
    int hours, minutes;
    if (!get_digits(text, at, 2, &hours) || !get_character(text, at, ':') ||
        !get_digits(text, at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset_seconds = (int64_t)sign * (hours * 3600 + minutes * 60);
    return true;
}

bool rpc_json_get_timestamp(struct text text, int64_t *seconds, int32_t *nanos)
{
    size_t at = DATE_STRING_BYTES - 1;
    struct date date;
    int hour, minute, second;
    int64_t offset;
    if (text.length < at || date_parse((struct text){text.bytes, at}, &date) != OK) return false;
    if (!get_character(text, &at, 'T') || !get_digits(text, &at, 2, &hour) ||
        !get_character(text, &at, ':') || !get_digits(text, &at, 2, &minute) ||
        !get_character(text, &at, ':') || !get_digits(text, &at, 2, &second) ||
        !get_nanos(text, &at, nanos) || !get_zone(text, &at, &offset) || at != text.length)
        return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    *seconds = (int64_t)date.days * SECONDS_PER_DAY + (int64_t)hour * 3600 + (int64_t)minute * 60 +
               second - offset;
    return *seconds >= RPC_TIMESTAMP_SECONDS_MIN && *seconds <= RPC_TIMESTAMP_SECONDS_MAX;
}

bool rpc_json_get_duration(struct text text, int64_t *seconds, int32_t *nanos)
{
    size_t at = 0;
    bool negative = get_character(text, &at, '-');
    size_t begin = at;
    *seconds = 0;
    while (at < text.length && text.bytes[at] >= '0' && text.bytes[at] <= '9') {
        *seconds = *seconds * 10 + (text.bytes[at++] - '0');
        if (*seconds > RPC_DURATION_SECONDS_MAX) return false;
    }
    if (at == begin || !get_nanos(text, &at, nanos) || !get_character(text, &at, 's') ||
        at != text.length)
        return false;
    if (negative) {
        *seconds = -*seconds;
        *nanos = -*nanos;
    }
    return true;
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    if (c == '/' || c == '_') return 63;
    return -1;
}

bool rpc_json_get_bytes(struct text text, uint8_t *bytes, size_t *length)
{
    size_t end = text.length;
    /* Padding is optional, and where there is some, it fills the last group. */
    if (end > 0 && end % 4 == 0 && text.bytes[end - 1] == '=') end--;
    if (end % 4 == 3 && end < text.length && text.bytes[end - 1] == '=') end--;
    if (end % 4 == 1) return false;
    uint32_t group = 0;
    size_t written = 0;
    for (size_t i = 0; i < end; i++) {
        int digit = base64_digit(text.bytes[i]);
        if (digit < 0) return false;
        group = group << 6 | (uint32_t)digit;
        if (i % 4 == 1) bytes[written++] = (uint8_t)(group >> 4);
        if (i % 4 == 2) bytes[written++] = (uint8_t)(group >> 2);
        if (i % 4 == 3) bytes[written++] = (uint8_t)group;
    }
    *length = written;
    return true;
}
