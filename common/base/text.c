#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

ptrdiff_t text_find(struct text text, struct text part)
{
    if (part.length == 0) return 0;
    if (text.length < part.length) return -1;
    const char *found = memmem(text.bytes, text.length, part.bytes, part.length);
    return found == NULL ? -1 : found - text.bytes;
}

/* White space that reports contain: ASCII, no-break, ideographic, and the typographic spaces. */
static bool is_space(uint32_t point)
{
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0x85 || point == 0xA0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200B) || point == 0x2028 ||
           point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000 ||
           point == 0xFEFF;
}

/* Length of the valid character at p, or 0. */
static size_t character_bytes(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80) return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4) return 0;
    size_t bytes = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (left < bytes) return 0;
    for (size_t i = 1; i < bytes; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
    }
    if (p[0] == 0xE0 && p[1] < 0xA0) return 0;
    if (p[0] == 0xED && p[1] > 0x9F) return 0;
    if (p[0] == 0xF0 && p[1] < 0x90) return 0;
    if (p[0] == 0xF4 && p[1] > 0x8F) return 0;
    return bytes;
}

/* Whether the bytes from `begin` to `end` are one character, which is white space. What is not
 * UTF-8 is none: headers of peers are trimmed too. */
static bool is_space_between(struct text text, size_t begin, size_t end)
{
    const unsigned char *p = (const unsigned char *)text.bytes + begin;
    size_t next = begin;
    return character_bytes(p, end - begin) == end - begin && is_space(text_next(text, &next));
}

struct text text_trim(struct text text)
{
    size_t first = 0;
    while (first < text.length) {
        size_t next = first + 1;
        while (next < text.length && ((unsigned char)text.bytes[next] & 0xC0) == 0x80)
            next++;
        if (!is_space_between(text, first, next)) break;
        first = next;
    }
    size_t last = text.length;
    while (last > first) {
        size_t begin = last - 1;
        while (begin > first && ((unsigned char)text.bytes[begin] & 0xC0) == 0x80)
            begin--;
        if (!is_space_between(text, begin, last)) break;
        last = begin;
    }
    return (struct text){text.bytes + first, last - first};
}

struct text text_cut(struct text text, size_t bytes_max)
{
    if (text.length <= bytes_max) bytes_max = text.length;
    /* Step back over the beginning of a character that does not fit. */
    size_t begin = bytes_max;
    while (begin > 0 && ((unsigned char)text.bytes[begin - 1] & 0xC0) == 0x80)
        begin--;
    if (begin > 0 && (unsigned char)text.bytes[begin - 1] >= 0xC0) {
        unsigned char lead = (unsigned char)text.bytes[begin - 1];
        size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (begin - 1 + bytes > bytes_max) bytes_max = begin - 1;
    }
    return (struct text){text.bytes, bytes_max};
}

/* The three bytes at p, which may be read, are one valid character, as Hangul is. */
static bool is_three_bytes(const unsigned char *p)
{
    uint32_t word = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
    /* Of the lead and the second byte, the bits that tell overlong forms and surrogates. */
    uint32_t told = word & 0x200F;
    return (word & 0xC0C0F0) == 0x8080E0 && told != 0 && told != 0x200D;
}

/* How many bytes at p are ASCII, eight at a time: most of a request is. */
static size_t ascii_bytes(const unsigned char *p, size_t length)
{
    size_t i = 0;
    for (; length - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, p + i, 8);
        word &= UINT64_C(0x8080808080808080);
        if (word != 0) return i + (size_t)__builtin_ctzll(word) / 8;
    }
    while (i < length && p[i] < 0x80)
        i++;
    return i;
}

ptrdiff_t text_invalid_at(struct text text)
{
    const unsigned char *p = (const unsigned char *)text.bytes;
    size_t i = 0;
    while (i < text.length) {
        if (p[i] < 0x80) {
            i += ascii_bytes(p + i, text.length - i);
        } else if (text.length - i >= 3 && is_three_bytes(p + i)) {
            i += 3;
        } else {
            size_t bytes = character_bytes(p + i, text.length - i);
            if (bytes == 0) return (ptrdiff_t)i;
            i += bytes;
        }
    }
    return -1;
}

/* One of eight bytes is a control character. */
static bool has_control(uint64_t eight)
{
    const uint64_t ones = UINT64_MAX / 0xFF;
    uint64_t not_delete = eight ^ (ones * 0x7F);
    uint64_t low = (eight - ones * 0x20) & ~eight;
    uint64_t delete = (not_delete - ones) & ~not_delete;
    return ((low | delete) & (ones * 0x80)) != 0;
}

ptrdiff_t text_control_at(struct text text)
{
    size_t i = 0;
    bool found = text.length < sizeof(uint64_t); /* Or there may be one. */
    for (uint64_t eight; !found && i + sizeof eight <= text.length;) {
        memcpy(&eight, text.bytes + i, sizeof eight);
        found = has_control(eight);
        if (!found) i += sizeof eight;
    }
    if (!found && i < text.length) { /* The last eight, of which some were seen. */
        uint64_t last;
        memcpy(&last, text.bytes + text.length - sizeof last, sizeof last);
        found = has_control(last);
    }
    if (!found) return -1;
    for (; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if (byte < 0x20 || byte == 0x7F) return (ptrdiff_t)i;
    }
    return -1;
}

size_t text_code_points(struct text text)
{
    size_t points = 0;
    for (size_t i = 0; i < text.length; i++) {
        points += ((unsigned char)text.bytes[i] & 0xC0) != 0x80;
    }
    return points;
}

size_t text_width(struct text text)
{
    size_t width = 0;
    for (size_t offset = 0; offset < text.length;) {
        int columns = utf8proc_charwidth((utf8proc_int32_t)text_next(text, &offset));
        if (columns > 0) width += (size_t)columns;
    }
    return width;
}

/* Maps with utf8proc and copies the result into the arena. */
static enum status map(struct arena *arena, struct text text, utf8proc_option_t options,
                       struct text *mapped)
{
    utf8proc_uint8_t *bytes = NULL;
    utf8proc_ssize_t length = utf8proc_map((const utf8proc_uint8_t *)text.bytes,
                                           (utf8proc_ssize_t)text.length, &bytes, options);
    if (length == UTF8PROC_ERROR_NOMEM) return RESOURCE_EXHAUSTED;
    if (length < 0) return INVALID_ARGUMENT;
    char *copy = arena_copy(arena, (const char *)bytes, (size_t)length);
    free(bytes);
    if (copy == NULL) return RESOURCE_EXHAUSTED;
    *mapped = (struct text){copy, (size_t)length};
    return OK;
}

/* True where a text cannot change by composition: ASCII, and the blocks of composed Hangul, CJK,
 * punctuation and symbols that reports are made of. */
static bool surely_composed(struct text text)
{
    for (size_t offset = 0; offset < text.length;) {
        uint32_t point = text_next(text, &offset);
        bool inert = point < 0xC0 || (point >= 0xAC00 && point <= 0xD7A3) ||
                     (point >= 0x4E00 && point <= 0x9FFF) || (point >= 0x2010 && point <= 0x2027) ||
                     (point >= 0x2460 && point <= 0x2ADB) || (point >= 0x3000 && point <= 0x3029) ||
                     (point >= 0x3200 && point <= 0x33FF) || (point >= 0xFF01 && point <= 0xFF5E);
        if (!inert) return false;
    }
    return true;
}

enum status text_compose(struct arena *arena, struct text text, struct text *composed)
{
    if (text_invalid_at(text) >= 0) return INVALID_ARGUMENT;
    if (surely_composed(text)) {
        *composed = text;
        return OK;
    }
    return map(arena, text, UTF8PROC_STABLE | UTF8PROC_COMPOSE, composed);
}

enum status text_fold(struct arena *arena, struct text text, struct text *folded)
{
    struct text composed;
    enum status status =
        map(arena, text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD, &composed);
    if (status != OK) return status;
    char *bytes = arena_alloc(arena, composed.length + 1);
    if (bytes == NULL) return RESOURCE_EXHAUSTED;
    size_t length = 0;
    for (size_t offset = 0; offset < composed.length;) {
        size_t begin = offset;
        if (is_space(text_next(composed, &offset))) continue;
        memcpy(bytes + length, composed.bytes + begin, offset - begin);
        length += offset - begin;
    }
    bytes[length] = '\0';
    *folded = (struct text){bytes, length};
    return OK;
}
