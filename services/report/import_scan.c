#include "import_scan.h"

#include <string.h>

enum { GROUP_DIGITS = 3, WHOLE_DIGITS_MAX = 4 };

size_t scan_digit(const struct scan *scan, size_t at, int *value)
{
    if (at >= scan->line.length) return 0;
    const unsigned char *bytes = (const unsigned char *)scan->line.bytes + at;
    if (bytes[0] >= '0' && bytes[0] <= '9') {
        *value = bytes[0] - '0';
        return 1;
    }
    if (bytes[0] != 0xEF || scan->line.length - at < 3) return 0;
    if (bytes[1] != 0xBC || bytes[2] < 0x90 || bytes[2] > 0x99) return 0;
    *value = bytes[2] - 0x90; /* U+FF10 to U+FF19 */
    return 3;
}

uint32_t scan_code(const struct scan *scan, size_t at)
{
    if (at >= scan->line.length) return 0;
    return text_next(scan->line, &at);
}

size_t scan_next(const struct scan *scan, size_t at)
{
    if (at >= scan->line.length) return scan->line.length;
    (void)text_next(scan->line, &at);
    return at;
}

size_t scan_previous(const struct scan *scan, size_t at)
{
    if (at == 0) return 0;
    at--;
    while (at > 0 && ((unsigned char)scan->line.bytes[at] & 0xC0) == 0x80) {
        at--;
    }
    return at;
}

uint32_t scan_code_before(const struct scan *scan, size_t at)
{
    return at == 0 ? 0 : scan_code(scan, scan_previous(scan, at));
}

bool scan_is(const struct scan *scan, size_t at, const char *literal)
{
    for (; *literal != '\0'; literal++, at++) {
        if (at >= scan->line.length || scan->line.bytes[at] != *literal) return false;
    }
    return true;
}

bool scan_was(const struct scan *scan, size_t at, const char *literal)
{
    size_t length = strlen(literal);
    return at >= scan->floor && at - scan->floor >= length && scan_is(scan, at - length, literal);
}

size_t scan_any(const struct scan *scan, size_t at, const char *const *literals)
{
    if (at >= scan->line.length) return 0;
    char first = scan->line.bytes[at];
    for (; *literals != NULL; literals++) {
        if (**literals == first && scan_is(scan, at, *literals)) return strlen(*literals);
    }
    return 0;
}

size_t scan_any_before(const struct scan *scan, size_t at, const char *const *literals)
{
    if (at <= scan->floor) return 0;
    char last = scan->line.bytes[at - 1];
    for (; *literals != NULL; literals++) {
        size_t length = strlen(*literals);
        if (length > at - scan->floor || (*literals)[length - 1] != last) continue;
        if (scan_is(scan, at - length, *literals)) return length;
    }
    return 0;
}

bool code_is_hangul(uint32_t code)
{
    return code >= 0xAC00 && code <= 0xD7A3;
}

bool code_is_latin(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

bool code_is_digit(uint32_t code)
{
    return (code >= '0' && code <= '9') || (code >= 0xFF10 && code <= 0xFF19);
}

bool code_is_space(uint32_t code)
{
    return code == ' ' || code == 0xA0 || code == 0x3000 || (code >= 0x2000 && code <= 0x200B);
}

size_t scan_spaces(const struct scan *scan, size_t at)
{
    for (int i = 0; i < SCAN_SPACES_MAX && code_is_space(scan_code(scan, at)); i++) {
        at = scan_next(scan, at);
    }
    return at;
}

size_t scan_spaces_before(const struct scan *scan, size_t at)
{
    for (int i = 0; i < SCAN_SPACES_MAX; i++) {
        if (at <= scan->floor || !code_is_space(scan_code_before(scan, at))) break;
        at = scan_previous(scan, at);
    }
    return at;
}

size_t scan_hangul(const struct scan *scan, size_t at, int characters_max)
{
    for (int i = 0; i < characters_max && code_is_hangul(scan_code(scan, at)); i++) {
        at = scan_next(scan, at);
    }
    return at;
}

size_t scan_hangul_before(const struct scan *scan, size_t at, int characters_max)
{
    for (int i = 0; i < characters_max; i++) {
        if (at <= scan->floor || !code_is_hangul(scan_code_before(scan, at))) break;
        at = scan_previous(scan, at);
    }
    return at;
}

size_t scan_tilde(const struct scan *scan, size_t at)
{
    static const char *const tildes[] = {"~", "∼", "～", "〜", "˜", "∽", NULL};
    return scan_any(scan, at, tildes);
}

size_t scan_dash(const struct scan *scan, size_t at)
{
    static const char *const dashes[] = {"-", "–", "‐", "‑", "−", "—", NULL};
    return scan_any(scan, at, dashes);
}

/* Takes digits into the number until one is missing or `digits_max` are read. */
static int digits_take(const struct scan *scan, struct number *number, int digits_max)
{
    int count = 0;
    int digit = 0;
    size_t bytes;
    while (count < digits_max && (bytes = scan_digit(scan, number->end, &digit)) > 0) {
        number->overflow = number->overflow ||
                           __builtin_mul_overflow(number->value.units, 10, &number->value.units) ||
                           __builtin_add_overflow(number->value.units, digit, &number->value.units);
        number->end += bytes;
        count++;
    }
    return count;
}

/* A comma and exactly three digits stand at the offset. */
static bool group_is(const struct scan *scan, size_t at)
{
    int digit;
    if (!scan_is(scan, at, ",") && !scan_is(scan, at, "，")) return false;
    at = scan_next(scan, at);
    for (int i = 0; i < GROUP_DIGITS; i++) {
        size_t bytes = scan_digit(scan, at, &digit);
        if (bytes == 0) return false;
        at += bytes;
    }
    return scan_digit(scan, at, &digit) == 0;
}

bool number_read(const struct scan *scan, size_t at, struct number *number)
{
    int first = 0;
    int next;
    *number = (struct number){.begin = at, .end = at};
    if (scan_digit(scan, at, &first) == 0) return false;
    number->digits = digits_take(scan, number, INT32_MAX);
    number->zero_led = first == 0 && number->digits > 1;
    if (number->digits <= GROUP_DIGITS && first != 0) {
        while (group_is(scan, number->end)) {
            number->end = scan_next(scan, number->end);
            number->digits += digits_take(scan, number, GROUP_DIGITS);
            number->grouped = true;
        }
    }
    if (scan_is(scan, number->end, ".") && scan_digit(scan, number->end + 1, &next) > 0) {
        number->end++;
        number->decimals = digits_take(scan, number, INT32_MAX);
    }
    if (number->decimals > -DECIMAL_EXPONENT_MIN || number->end - at > SCAN_RUN_BYTES_MAX) {
        number->overflow = true;
    }
    number->value.exponent = number->overflow ? 0 : -number->decimals;
    return true;
}

bool whole_read(const struct scan *scan, size_t at, struct whole *whole)
{
    int digit = 0;
    size_t bytes;
    *whole = (struct whole){.end = at};
    while ((bytes = scan_digit(scan, whole->end, &digit)) > 0) {
        if (++whole->digits > WHOLE_DIGITS_MAX) return false;
        whole->value = whole->value * 10 + digit;
        whole->end += bytes;
    }
    return whole->digits > 0 && (whole->digits > GROUP_DIGITS || !group_is(scan, whole->end));
}
