#include "import_html.h"

#include <string.h>
#include <strings.h>

enum {
    TAG_NAME_BYTES_MAX = 10,
    ENTITY_BYTES_MAX = 10,
    TAG_BYTES_MAX = 4096, /* A longer one is text: bounds the search for its end. */
};

enum effect {
    EFFECT_NONE, /* The tag vanishes: it stands within a line of text. */
    EFFECT_BREAK,
    EFFECT_TABLE,
    EFFECT_HEAD,
    EFFECT_BODY,
    EFFECT_ROW,
    EFFECT_CELL,
};

struct tag {
    enum effect effect;
    bool is_end;
    bool is_heading;
    int row_span, column_span;
    size_t end; /* Byte behind it. */
};

static const struct {
    const char *name;
    enum effect effect;
} elements[] = {
    {"a", EFFECT_NONE},        {"abbr", EFFECT_NONE},        {"b", EFFECT_NONE},
    {"big", EFFECT_NONE},      {"blockquote", EFFECT_BREAK}, {"body", EFFECT_BREAK},
    {"br", EFFECT_BREAK},      {"caption", EFFECT_BREAK},    {"center", EFFECT_BREAK},
    {"code", EFFECT_NONE},     {"col", EFFECT_NONE},         {"colgroup", EFFECT_NONE},
    {"dd", EFFECT_BREAK},      {"del", EFFECT_NONE},         {"div", EFFECT_BREAK},
    {"dl", EFFECT_BREAK},      {"dt", EFFECT_BREAK},         {"em", EFFECT_NONE},
    {"font", EFFECT_NONE},     {"h1", EFFECT_BREAK},         {"h2", EFFECT_BREAK},
    {"h3", EFFECT_BREAK},      {"h4", EFFECT_BREAK},         {"h5", EFFECT_BREAK},
    {"h6", EFFECT_BREAK},      {"head", EFFECT_BREAK},       {"hr", EFFECT_BREAK},
    {"html", EFFECT_BREAK},    {"i", EFFECT_NONE},           {"img", EFFECT_NONE},
    {"input", EFFECT_NONE},    {"ins", EFFECT_NONE},         {"label", EFFECT_NONE},
    {"li", EFFECT_BREAK},      {"mark", EFFECT_NONE},        {"ol", EFFECT_BREAK},
    {"p", EFFECT_BREAK},       {"pre", EFFECT_BREAK},        {"s", EFFECT_NONE},
    {"section", EFFECT_BREAK}, {"small", EFFECT_NONE},       {"span", EFFECT_NONE},
    {"strike", EFFECT_NONE},   {"strong", EFFECT_NONE},      {"sub", EFFECT_NONE},
    {"sup", EFFECT_NONE},      {"table", EFFECT_TABLE},      {"tbody", EFFECT_BODY},
    {"td", EFFECT_CELL},       {"tfoot", EFFECT_BODY},       {"th", EFFECT_CELL},
    {"thead", EFFECT_HEAD},    {"tr", EFFECT_ROW},           {"tt", EFFECT_NONE},
    {"u", EFFECT_NONE},        {"ul", EFFECT_BREAK},
};

static const struct {
    const char *name;
    const char *text;
} entities[] = {
    {"amp", "&"},   {"apos", "'"},  {"bull", "•"},   {"deg", "°"},    {"emsp", " "},
    {"ensp", " "},  {"gt", ">"},    {"hellip", "…"}, {"larr", "←"},   {"ldquo", "“"},
    {"lsquo", "‘"}, {"lt", "<"},    {"mdash", "—"},  {"middot", "·"}, {"minus", "−"},
    {"nbsp", " "},  {"ndash", "–"}, {"quot", "\""},  {"rarr", "→"},   {"rdquo", "”"},
    {"rsquo", "’"}, {"sim", "∼"},   {"thinsp", " "}, {"times", "×"},  {"uarr", "↑"},
};

size_t html_origin(const struct html_span *span, size_t i)
{
    if (span->origin == NULL) return span->begin + i;
    return i < span->text.length ? span->origin[i] : span->end;
}

struct html_span html_slice(const struct html_span *span, size_t begin, size_t end)
{
    struct html_span slice = {
        .text = {span->text.bytes + begin, end - begin},
        .begin = html_origin(span, begin),
        .end = end == span->text.length ? span->end : html_origin(span, end),
        .origin = span->origin == NULL ? NULL : span->origin + begin,
    };
    return slice;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The element's index, or -1. */
static int element_of(const char *name, size_t length)
{
    if (length == 0 || length > TAG_NAME_BYTES_MAX) return -1;
    for (size_t i = 0; i < ARRAY_LENGTH(elements); i++) {
        if (strlen(elements[i].name) == length &&
            strncasecmp(elements[i].name, name, length) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* Offset of the `>` that ends the tag, attributes' quotes respected where they are closed; or
 * length. */
static size_t tag_close(struct text line, size_t offset, size_t end)
{
    size_t plain = end;
    char quote = 0;
    for (size_t i = offset; i < end; i++) {
        char c = line.bytes[i];
        if (c == '>' && plain == end) plain = i;
        if (c == '>' && quote == 0) return i;
        if (c == '<' && quote == 0) return end;
        if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '"' || c == '\'') && i > offset &&
                   line.bytes[i - 1] == '=') {
            quote = c;
        }
    }
    return plain;
}

/* The number of an attribute such as rowspan="3"; 1 where it is absent or no number. */
static int span_attribute(struct text attributes, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i + length < attributes.length; i++) {
        if (strncasecmp(attributes.bytes + i, name, length) != 0) continue;
        size_t at = i + length;
        while (at < attributes.length &&
               (attributes.bytes[at] == ' ' || attributes.bytes[at] == '='))
            at++;
        if (at < attributes.length && (attributes.bytes[at] == '"' || attributes.bytes[at] == '\''))
            at++;
        int number = 0;
        for (; at < attributes.length && is_digit(attributes.bytes[at]); at++) {
            number = number * 10 + (attributes.bytes[at] - '0');
            if (number > HTML_SPAN_MAX) return HTML_SPAN_MAX;
        }
        return number < 1 ? 1 : number;
    }
    return 1;
}

/* Reads the tag that begins with the `<` at offset. */
static bool tag_at(struct text line, size_t offset, size_t end, struct tag *tag)
{
    size_t i = offset + 1;
    if (end - offset > TAG_BYTES_MAX) end = offset + TAG_BYTES_MAX;
    if (i + 2 < end && memcmp(line.bytes + i, "!--", 3) == 0) {
        const char *close = memmem(line.bytes + i, end - i, "-->", 3);
        if (close == NULL) return false;
        *tag = (struct tag){.effect = EFFECT_NONE, .end = (size_t)(close - line.bytes) + 3};
        return true;
    }
    bool is_end = i < end && line.bytes[i] == '/';
    if (is_end) i++;
    size_t name = i;
    while (i < end && (is_letter(line.bytes[i]) || (i > name && is_digit(line.bytes[i]))))
        i++;
    int element = element_of(line.bytes + name, i - name);
    if (element < 0 || i >= end) return false;
    char behind = line.bytes[i];
    if (behind != '>' && behind != ' ' && behind != '\t' && behind != '/') return false;
    size_t close = tag_close(line, i, end);
    if (close == end) return false;
    struct text attributes = {line.bytes + i, close - i};
    enum effect effect = elements[element].effect;
    *tag = (struct tag){.effect = effect, .is_end = is_end, .end = close + 1};
    if (effect == EFFECT_CELL && !is_end) {
        tag->is_heading = strncasecmp(line.bytes + name, "th", 2) == 0;
        tag->row_span = span_attribute(attributes, "rowspan");
        tag->column_span = span_attribute(attributes, "colspan");
    }
    return true;
}

/* Writes a code point as UTF-8; the number of bytes. */
static size_t encode(uint32_t point, char bytes[static 4])
{
    if (point < 0x80) {
        bytes[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        bytes[0] = (char)(0xC0 | point >> 6);
        bytes[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        bytes[0] = (char)(0xE0 | point >> 12);
        bytes[1] = (char)(0x80 | (point >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    bytes[0] = (char)(0xF0 | point >> 18);
    bytes[1] = (char)(0x80 | (point >> 12 & 0x3F));
    bytes[2] = (char)(0x80 | (point >> 6 & 0x3F));
    bytes[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

/* A numbered entity's code point; 0 where it is none that a line may hold. */
static uint32_t numbered(const char *digits, size_t length)
{
    bool hex = length > 0 && (digits[0] == 'x' || digits[0] == 'X');
    uint32_t point = 0;
    for (size_t i = hex ? 1 : 0; i < length; i++) {
        char c = digits[i];
        char lower = (char)(c | 0x20);
        int value = is_digit(c)                           ? c - '0'
                    : hex && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                          : -1;
        if (value < 0) return 0;
        point = point * (hex ? 16 : 10) + (uint32_t)value;
        if (point > 0x10FFFF) return 0;
    }
    bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point < ' ' || surrogate ? 0 : point;
}

/* Reads the entity that begins with the `&` at offset; its text's length, or 0. */
static size_t entity_at(struct text line, size_t offset, size_t end, char text[static 4],
                        size_t *behind)
{
    size_t stop = end - offset > ENTITY_BYTES_MAX ? offset + ENTITY_BYTES_MAX : end;
    const char *close = memchr(line.bytes + offset, ';', stop - offset);
    if (close == NULL) return 0;
    const char *name = line.bytes + offset + 1;
    size_t length = (size_t)(close - name);
    *behind = (size_t)(close - line.bytes) + 1;
    if (length > 1 && name[0] == '#') {
        uint32_t point = numbered(name + 1, length - 1);
        if (point == 0xA0) point = ' ';
        return point == 0 ? 0 : encode(point, text);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(entities); i++) {
        if (strlen(entities[i].name) != length || memcmp(entities[i].name, name, length) != 0)
            continue;
        size_t bytes = strlen(entities[i].text);
        memcpy(text, entities[i].text, bytes);
        return bytes;
    }
    return 0;
}

/* Length of Markdown's mark of emphasis at offset (`**`, `__`), or 0. */
static size_t emphasis_at(struct text line, size_t offset, size_t end)
{
    char c = line.bytes[offset];
    if (c != '*' && c != '_') return 0;
    size_t length = 0;
    while (offset + length < end && line.bytes[offset + length] == c)
        length++;
    return length == 2 || length == 3 ? length : 0;
}

struct html_reader html_reader_of(struct text line, size_t begin, size_t end)
{
    return (struct html_reader){.line = line, .offset = begin, .end = end};
}

static bool has_markup(struct text text)
{
    return memchr(text.bytes, '<', text.length) != NULL ||
           memchr(text.bytes, '&', text.length) != NULL ||
           memmem(text.bytes, text.length, "**", 2) != NULL ||
           memmem(text.bytes, text.length, "__", 2) != NULL;
}

/* A run of text from the reader's offset to the next tag with an effect, or to the end. */
struct run {
    char *bytes;
    uint32_t *origin;
    size_t length;
};

static void run_add(struct run *run, const char *bytes, size_t length, size_t origin, size_t step)
{
    for (size_t i = 0; i < length; i++) {
        run->bytes[run->length] = bytes[i];
        run->origin[run->length] = (uint32_t)(origin + i * step);
        run->length++;
    }
}

/* Copies text without its markup up to a tag with an effect. *tag: that tag; false: the end. */
static bool read_run(struct html_reader *reader, struct run *run, struct tag *tag)
{
    struct text line = reader->line;
    while (reader->offset < reader->end) {
        size_t at = reader->offset;
        char c = line.bytes[at];
        char decoded[4];
        size_t behind;
        if (c == '<' && tag_at(line, at, reader->end, tag)) {
            if (tag->effect != EFFECT_NONE) return true;
            reader->offset = tag->end;
            continue;
        }
        size_t length = c == '&' ? entity_at(line, at, reader->end, decoded, &behind) : 0;
        if (length > 0) {
            run_add(run, decoded, length, at, 0);
            reader->offset = behind;
            continue;
        }
        size_t emphasis = emphasis_at(line, at, reader->end);
        if (emphasis == 0) run_add(run, &c, 1, at, 1);
        reader->offset += emphasis == 0 ? 1 : emphasis;
    }
    return false;
}

static struct html_event event_of(const struct tag *tag, size_t begin)
{
    struct html_event event = {.kind = HTML_BREAK,
                               .begin = begin,
                               .is_heading = tag->is_heading,
                               .row_span = tag->row_span,
                               .column_span = tag->column_span};
    switch (tag->effect) {
    case EFFECT_NONE:
    case EFFECT_BREAK:
        break;
    case EFFECT_TABLE:
        event.kind = tag->is_end ? HTML_TABLE_END : HTML_TABLE;
        break;
    case EFFECT_HEAD:
        event.kind = tag->is_end ? HTML_BODY : HTML_HEAD;
        break;
    case EFFECT_BODY:
        event.kind = HTML_BODY;
        break;
    case EFFECT_ROW:
        event.kind = HTML_ROW;
        break;
    case EFFECT_CELL:
        event.kind = tag->is_end ? HTML_CELL_END : HTML_CELL;
        break;
    }
    return event;
}

enum status html_next(struct html_reader *reader, struct arena *arena, struct html_event *event,
                      bool *found)
{
    *found = reader->offset < reader->end;
    if (!*found) return OK;
    size_t begin = reader->offset;
    struct text rest = {reader->line.bytes + begin, reader->end - begin};
    struct tag tag;
    if (rest.bytes[0] == '<' && tag_at(reader->line, begin, reader->end, &tag) &&
        tag.effect != EFFECT_NONE) {
        *event = event_of(&tag, begin);
        reader->offset = tag.end;
        return OK;
    }
    if (!has_markup(rest)) {
        reader->offset = reader->end;
        *event = (struct html_event){
            .kind = HTML_TEXT, .begin = begin, .span = {rest, begin, reader->end, NULL}};
        return OK;
    }
    /* Only as much memory as the text up to the next tag: a line may hold thousands of cells. */
    size_t room = rest.length;
    for (size_t i = 0; i < rest.length; i++) {
        if (rest.bytes[i] != '<' || !tag_at(reader->line, begin + i, reader->end, &tag)) continue;
        if (tag.effect != EFFECT_NONE) {
            room = i;
            break;
        }
        /* As read_run does: what looks like a tag within this one's attributes is none. */
        i = tag.end - begin - 1;
    }
    struct run run = {.bytes = arena_alloc(arena, room + 1),
                      .origin = arena_alloc(arena, (room + 1) * sizeof(uint32_t))};
    if (run.bytes == NULL || run.origin == NULL) return RESOURCE_EXHAUSTED;
    (void)read_run(reader, &run, &tag);
    *event = (struct html_event){
        .kind = HTML_TEXT,
        .begin = begin,
        .span = {{run.bytes, run.length}, begin, reader->offset, run.origin},
    };
    return OK;
}

bool html_table_in(struct text line, size_t *offset)
{
    for (size_t at = 0; at < line.length; at++) {
        const char *open = memchr(line.bytes + at, '<', line.length - at);
        if (open == NULL) return false;
        at = (size_t)(open - line.bytes);
        struct tag tag;
        if (!tag_at(line, at, line.length, &tag)) continue;
        if (tag.effect == EFFECT_TABLE && !tag.is_end) {
            *offset = at;
            return true;
        }
    }
    return false;
}
