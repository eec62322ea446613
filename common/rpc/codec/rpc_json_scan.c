#include "rpc/codec/rpc_json_scan.h"

#include <string.h>

enum { DIGITS_MAX = 20, EXPONENT_MAX = 100000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Reads the four digits of a \u escape; -1: they are none. */
static int32_t hex_four(struct text text, size_t at)
{
    int32_t value = 0;
    for (size_t i = at; i < at + 4; i++) {
        int digit = i < text.length ? hex_digit(text.bytes[i]) : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Reads the \u escape, or the pair of them, whose backslash stands at *at, and moves behind it. */
static const char *read_unicode(struct text text, size_t *at, uint32_t *point)
{
    int32_t high = hex_four(text, *at + 2);
    if (high < 0) return "\\u needs four hexadecimal digits";
    *at += 6;
    *point = (uint32_t)high;
    if (high < 0xD800 || high > 0xDFFF) return NULL;
    bool paired = high < 0xDC00 && text.length - *at >= 6 && text.bytes[*at] == '\\' &&
                  text.bytes[*at + 1] == 'u';
    int32_t low = paired ? hex_four(text, *at + 2) : -1;
    if (low < 0xDC00 || low > 0xDFFF) return "half of a surrogate pair";
    *at += 6;
    *point = 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
    return NULL;
}

static struct json_token wrong_token(size_t at, const char *wrong)
{
    return (struct json_token){.kind = JSON_WRONG, .at = at, .wrong = wrong};
}

/* Scans a string whose opening quote was passed. */
static struct json_token scan_string(struct json_scan *scan)
{
    struct json_token token = {.kind = JSON_STRING, .at = scan->at - 1};
    size_t begin = scan->at;
    while (scan->at < scan->text.length) {
        unsigned char byte = (unsigned char)scan->text.bytes[scan->at];
        if (byte == '"') {
            token.raw = (struct text){scan->text.bytes + begin, scan->at - begin};
            scan->at++;
            return token;
        }
        if (byte < 0x20) return wrong_token(scan->at, "a control character in a string");
        if (byte != '\\') {
            scan->at++;
            scan->at +=
                json_plain_length(scan->text.bytes + scan->at, scan->text.length - scan->at);
            continue;
        }
        token.escaped = true;
        char letter = scan->at + 1 < scan->text.length ? scan->text.bytes[scan->at + 1] : '\0';
        if (letter == 'u') {
            uint32_t point;
            const char *wrong = read_unicode(scan->text, &scan->at, &point);
            if (wrong != NULL) return wrong_token(scan->at, wrong);
        } else if (letter != '\0' && strchr("\"\\/bfnrt", letter) != NULL) {
            scan->at += 2;
        } else {
            return wrong_token(scan->at, "an escape that JSON does not have");
        }
    }
    return wrong_token(token.at, "a string without an end");
}

size_t json_number_length(struct text text)
{
    size_t at = 0;
    if (at < text.length && text.bytes[at] == '-') at++;
    if (at == text.length || !is_digit(text.bytes[at])) return 0;
    if (text.bytes[at] == '0')
        at++;
    else
        while (at < text.length && is_digit(text.bytes[at]))
            at++;
    if (at + 1 < text.length && text.bytes[at] == '.' && is_digit(text.bytes[at + 1])) {
        at++;
        while (at < text.length && is_digit(text.bytes[at]))
            at++;
    }
    if (at < text.length && (text.bytes[at] == 'e' || text.bytes[at] == 'E')) {
        size_t exponent = at + 1;
        if (exponent < text.length && (text.bytes[exponent] == '+' || text.bytes[exponent] == '-'))
            exponent++;
        if (exponent == text.length || !is_digit(text.bytes[exponent])) return at;
        while (exponent < text.length && is_digit(text.bytes[exponent]))
            exponent++;
        at = exponent;
    }
    return at;
}

/* Scans a word or a number. What stands directly behind must not belong to it. */
static struct json_token scan_word(struct json_scan *scan)
{
    static const struct {
        const char *word;
        enum json_kind kind;
    } words[] = {{"true", JSON_TRUE}, {"false", JSON_FALSE}, {"null", JSON_NULL}};
    struct text rest = {scan->text.bytes + scan->at, scan->text.length - scan->at};
    struct json_token token = {.kind = JSON_NUMBER, .at = scan->at};
    size_t length = json_number_length(rest);
    for (size_t i = 0; i < ARRAY_LENGTH(words) && length == 0; i++) {
        if (!text_starts_with(rest, text_from(words[i].word))) continue;
        token.kind = words[i].kind;
        length = strlen(words[i].word);
    }
    if (length == 0) return wrong_token(scan->at, "not JSON");
    /* A set, no string: NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
    if (length < rest.length && memchr(" \t\n\r,]}:", rest.bytes[length], 8) == NULL)
        return wrong_token(scan->at, "neither a number nor true, false or null");
    token.raw = (struct text){rest.bytes, length};
    scan->at += length;
    return token;
}

struct json_token json_next(struct json_scan *scan)
{
    scan->at = json_skip_space(scan, scan->at);
    if (scan->at == scan->text.length) return (struct json_token){.kind = JSON_END, .at = scan->at};
    enum json_kind kind;
    switch (scan->text.bytes[scan->at]) {
    case '{':
        kind = JSON_OBJECT_OPEN;
        break;
    case '}':
        kind = JSON_OBJECT_CLOSE;
        break;
    case '[':
        kind = JSON_ARRAY_OPEN;
        break;
    case ']':
        kind = JSON_ARRAY_CLOSE;
        break;
    case ',':
        kind = JSON_COMMA;
        break;
    case ':':
        kind = JSON_COLON;
        break;
    case '"':
        scan->at++;
        return scan_string(scan);
    default:
        return scan_word(scan);
    }
    return (struct json_token){.kind = kind, .at = scan->at++};
}

const char *json_kind_name(enum json_kind kind)
{
    switch (kind) {
    case JSON_OBJECT_OPEN:
        return "an object";
    case JSON_OBJECT_CLOSE:
        return "'}'";
    case JSON_ARRAY_OPEN:
        return "an array";
    case JSON_ARRAY_CLOSE:
        return "']'";
    case JSON_COMMA:
        return "','";
    case JSON_COLON:
        return "':'";
    case JSON_STRING:
        return "a string";
    case JSON_NUMBER:
        return "a number";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        return "null";
    case JSON_END:
        return "the end";
    case JSON_WRONG:
        return "something else";
    }
    return "something else";
}

/* A NUL takes two bytes, as RPC_NUL_FIRST says. */
static size_t put_point(char *at, uint32_t point)
{
    if (point < 0x80 && point > 0) {
        at[0] = (char)point;
        return 1;
    }
    size_t bytes = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = bytes - 1; i > 0; i--) {
        at[i] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    at[0] = (char)(leads[bytes] | point);
    return bytes;
}

bool json_string(struct arena *arena, const struct json_token *token, struct text *content)
{
    if (!token->escaped) {
        *content = token->raw;
        return true;
    }
    char *copy = arena_alloc(arena, token->raw.length + 1);
    if (copy == NULL) return false;
    size_t length = 0;
    for (size_t at = 0; at < token->raw.length;) {
        char byte = token->raw.bytes[at];
        if (byte != '\\') {
            copy[length++] = byte;
            at++;
            continue;
        }
        static const char letters[] = "bfnrt";
        static const char values[] = "\b\f\n\r\t";
        char letter = token->raw.bytes[at + 1];
        uint32_t point = (unsigned char)letter;
        const char *known = strchr(letters, letter);
        if (letter == 'u') {
            if (read_unicode(token->raw, &at, &point) != NULL) return false;
        } else {
            at += 2;
            if (known != NULL) point = (unsigned char)values[known - letters];
        }
        length += put_point(copy + length, point);
    }
    copy[length] = '\0';
    *content = (struct text){copy, length};
    return true;
}

/* Takes a number apart: its digits without a point and zeros around them, and the power of ten. */
static bool take_apart(struct text number, char digits[static DIGITS_MAX], size_t *count)
{
    size_t at = number.bytes[0] == '-' ? 1 : 0;
    long power = 0;
    long zeros = 0; /* Zeros that only count when a digit follows. */
    bool fraction = false;
    *count = 0;
    for (; at < number.length && number.bytes[at] != 'e' && number.bytes[at] != 'E'; at++) {
        if (number.bytes[at] == '.') {
            fraction = true;
            continue;
        }
        power -= fraction;
        if (number.bytes[at] == '0') {
            zeros += *count > 0;
            continue;
        }
        if (*count + (size_t)zeros >= DIGITS_MAX) return false;
        for (; zeros > 0; zeros--)
            digits[(*count)++] = '0';
        digits[(*count)++] = number.bytes[at];
    }
    power += zeros;
    if (at < number.length) {
        bool negative = number.bytes[at + 1] == '-';
        long exponent = 0;
        for (at++; at < number.length; at++) {
            if (is_digit(number.bytes[at]) && exponent < EXPONENT_MAX)
                exponent = exponent * 10 + (number.bytes[at] - '0');
        }
        power += negative ? -exponent : exponent;
    }
    if (*count == 0) return true; /* Zero, whatever its exponent. */
    if (power < 0 || (size_t)power > DIGITS_MAX - *count) return false;
    for (; power > 0; power--)
        digits[(*count)++] = '0';
    return true;
}

static bool read_magnitude(struct text number, uint64_t *value)
{
    char digits[DIGITS_MAX];
    size_t count;
    if (!take_apart(number, digits, &count)) return false;
    *value = 0;
    for (size_t i = 0; i < count; i++) {
        if (__builtin_mul_overflow(*value, UINT64_C(10), value)) return false;
        if (__builtin_add_overflow(*value, (uint64_t)(digits[i] - '0'), value)) return false;
    }
    return true;
}

bool json_integer(struct text number, int64_t *value)
{
    uint64_t magnitude;
    if (!read_magnitude(number, &magnitude)) return false;
    bool negative = number.bytes[0] == '-';
    if (magnitude > (uint64_t)INT64_MAX + negative) return false;
    *value = (int64_t)(negative ? -magnitude : magnitude);
    return true;
}

bool json_unsigned(struct text number, uint64_t *value)
{
    if (!read_magnitude(number, value)) return false;
    return number.bytes[0] != '-' || *value == 0;
}
