#include "import_lines.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "import.h"

enum {
    CONTROLS_PER_MILLE_MAX = 20, /* More control characters than this: not a text. */
    SAMPLE_BYTES = 64 * 1024,    /* Where they are counted. */
    MARK_BYTES = 3,              /* Of UTF-8's byte order mark. */
    BLOCK_BYTES = 256,           /* Searched for a line's end at once. */
};

/* Where in a text something stands, for a message. */
struct place {
    int line;
    size_t column; /* In bytes, from 1: what cannot be decoded has no code points. */
};

static struct place place_of(struct text bytes, size_t offset)
{
    struct place place = {.line = 1, .column = 1};
    for (size_t i = 0; i < offset; i++) {
        bool ends =
            bytes.bytes[i] == '\n' ||
            (bytes.bytes[i] == '\r' && !(i + 1 < bytes.length && bytes.bytes[i + 1] == '\n'));
        place.column = ends ? 1 : place.column + 1;
        place.line += ends;
    }
    return place;
}

static enum status refuse(struct fault *fault, struct text bytes, size_t offset, const char *what)
{
    struct place place = place_of(bytes, offset);
    return fault_set(fault, INVALID_ARGUMENT, "line %d, byte %zu of the line: %s (byte 0x%02x)",
                     place.line, place.column, what, (unsigned char)bytes.bytes[offset]);
}

/* Converts all of it or nothing. NOT_FOUND: the bytes at *offset are not of that encoding. */
static enum status convert(struct arena *arena, struct text bytes, const char *encoding,
                           struct text *utf8, size_t *offset)
{
    iconv_t converter = iconv_open("UTF-8", encoding);
    if (converter == (iconv_t)-1) return UNIMPLEMENTED;
    /* A character of two bytes becomes three at most, one of four (UTF-16 pairs) four. */
    size_t room = bytes.length * 2 + 8;
    char *out = arena_alloc(arena, room + 1);
    if (out == NULL) {
        (void)iconv_close(converter);
        return RESOURCE_EXHAUSTED;
    }
    char *from = (char *)(uintptr_t)bytes.bytes;
    size_t left = bytes.length;
    char *to = out;
    size_t converted = iconv(converter, &from, &left, &to, &room);
    (void)iconv_close(converter);
    *offset = bytes.length - left;
    if (converted == (size_t)-1 || left > 0) return NOT_FOUND;
    *to = '\0';
    *utf8 = (struct text){out, (size_t)(to - out)};
    return OK;
}

/* Text has hardly any control characters besides white space. */
static ptrdiff_t binary_at(struct text bytes)
{
    const char *nul = memchr(bytes.bytes, '\0', bytes.length);
    if (nul != NULL) return nul - bytes.bytes;
    size_t sample = bytes.length < SAMPLE_BYTES ? bytes.length : SAMPLE_BYTES;
    size_t controls = 0;
    ptrdiff_t first = -1;
    for (size_t i = 0; i < sample; i++) {
        unsigned char byte = (unsigned char)bytes.bytes[i];
        if (byte >= ' ' || (byte >= '\t' && byte <= '\r') || byte == 0x1B) continue;
        controls++;
        if (first < 0) first = (ptrdiff_t)i;
    }
    return controls * 1000 > sample * CONTROLS_PER_MILLE_MAX ? first : -1;
}

static bool starts_with_mark(struct text bytes, const char *mark, size_t length)
{
    return bytes.length >= length && memcmp(bytes.bytes, mark, length) == 0;
}

static enum status decode_utf16(struct arena *arena, struct text bytes, struct text *utf8,
                                struct fault *fault)
{
    bool little = (unsigned char)bytes.bytes[0] == 0xFF;
    struct text body = {bytes.bytes + 2, bytes.length - 2};
    size_t offset = 0;
    enum status status = convert(arena, body, little ? "UTF-16LE" : "UTF-16BE", utf8, &offset);
    if (status == RESOURCE_EXHAUSTED) return fault_set(fault, status, "no memory for the text");
    if (status != OK) {
        return fault_set(fault, INVALID_ARGUMENT,
                         "the text begins with the mark of UTF-16, but byte %zu is not UTF-16",
                         offset + 3);
    }
    return memchr(utf8->bytes, '\0', utf8->length) == NULL
               ? OK
               : fault_set(fault, INVALID_ARGUMENT, "the text holds NUL characters: not a report");
}

enum status import_decode(struct arena *arena, struct text bytes, struct text *utf8,
                          struct fault *fault)
{
    if (starts_with_mark(bytes, "\xff\xfe", 2) || starts_with_mark(bytes, "\xfe\xff", 2)) {
        return decode_utf16(arena, bytes, utf8, fault);
    }
    if (starts_with_mark(bytes, "\xef\xbb\xbf", MARK_BYTES)) {
        bytes.bytes += MARK_BYTES;
        bytes.length -= MARK_BYTES;
    }
    if (bytes.length == 0) return fault_set(fault, INVALID_ARGUMENT, "the text is empty");
    ptrdiff_t binary = binary_at(bytes);
    if (binary >= 0) {
        return refuse(fault, bytes, (size_t)binary, "a control character: not a text");
    }
    ptrdiff_t invalid = text_invalid_at(bytes);
    if (invalid < 0) {
        if (import_line_blank(bytes)) {
            return fault_set(fault, INVALID_ARGUMENT, "the text is empty");
        }
        *utf8 = bytes;
        return OK;
    }
    size_t offset = 0;
    enum status status = convert(arena, bytes, "CP949", utf8, &offset);
    if (status == RESOURCE_EXHAUSTED) return fault_set(fault, status, "no memory for the text");
    if (status == OK) return OK;
    /* The encoding that got further is the one that was meant. */
    bool is_utf8 = (size_t)invalid >= offset;
    return refuse(fault, bytes, is_utf8 ? (size_t)invalid : offset,
                  is_utf8 ? "not UTF-8, and the text is not CP949 either"
                          : "not CP949, and the text is not UTF-8 either");
}

struct import_lines import_lines_of(struct text utf8)
{
    return (struct import_lines){.utf8 = utf8};
}

/* The raw line at offset, and where the next one begins. Looks for both line ends block by block,
 * so that a text whose lines end with CR alone takes linear time too. */
static struct text line_at(struct text utf8, size_t offset, size_t *next)
{
    const char *begin = utf8.bytes + offset;
    const char *stop = utf8.bytes + utf8.length;
    for (const char *block = begin; block < stop;) {
        size_t length = (size_t)(stop - block) < BLOCK_BYTES ? (size_t)(stop - block) : BLOCK_BYTES;
        const char *lf = memchr(block, '\n', length);
        const char *cr = memchr(block, '\r', lf == NULL ? length : (size_t)(lf - block));
        const char *end = cr == NULL ? lf : cr;
        if (end == NULL) {
            block += length;
            continue;
        }
        bool pair = *end == '\r' && end + 1 < stop && end[1] == '\n';
        *next = (size_t)(end - utf8.bytes) + (pair ? 2 : 1);
        return (struct text){begin, (size_t)(end - begin)};
    }
    *next = utf8.length;
    return (struct text){begin, (size_t)(stop - begin)};
}

enum status import_lines_next(struct import_lines *lines, struct arena *arena,
                              struct import_line *line, bool *found, struct fault *fault)
{
    *found = lines->offset < lines->utf8.length;
    if (!*found) return OK;
    int number = lines->number + 1;
    if (lines->is_peeked && lines->peeked_offset == lines->offset) {
        *line = (struct import_line){.number = number, .text = lines->peeked};
        lines->offset = lines->peeked_next;
        lines->number = number;
        return OK;
    }
    size_t next;
    struct text raw = line_at(lines->utf8, lines->offset, &next);
    if (raw.length > IMPORT_LINE_BYTES_MAX) {
        return fault_set(fault, INVALID_ARGUMENT, "line %d is %zu bytes; at most %d", number,
                         raw.length, IMPORT_LINE_BYTES_MAX);
    }
    struct text composed;
    enum status status = text_compose(arena, raw, &composed);
    if (status == INVALID_ARGUMENT) {
        return fault_set(fault, status, "line %d is not valid UTF-8", number);
    }
    if (status != OK) return fault_set(fault, status, "no memory for line %d", number);
    *line = (struct import_line){.number = number, .text = composed};
    lines->offset = next;
    lines->number = number;
    return OK;
}

bool import_line_blank(struct text line)
{
    if (line.length > 0 && (unsigned char)line.bytes[0] > ' ' &&
        (unsigned char)line.bytes[0] < 0x80) {
        return false;
    }
    return text_trim(line).length == 0;
}

void import_lines_forget(struct import_lines *lines)
{
    lines->is_peeked = false;
}

struct text import_lines_peek(struct import_lines *lines, struct arena *arena, int lines_max,
                              int *blank_count)
{
    size_t offset = lines->offset;
    *blank_count = 0;
    while (offset < lines->utf8.length && *blank_count < lines_max) {
        size_t begin = offset;
        struct text raw = line_at(lines->utf8, begin, &offset);
        if (raw.length > IMPORT_LINE_BYTES_MAX) break;
        if (!import_line_blank(raw)) {
            struct text composed;
            if (text_compose(arena, raw, &composed) != OK) return (struct text){"", 0};
            lines->is_peeked = true;
            lines->peeked_offset = begin;
            lines->peeked_next = offset;
            lines->peeked = composed;
            return composed;
        }
        (*blank_count)++;
    }
    return (struct text){"", 0};
}
