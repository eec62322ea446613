#include "import_labels.h"

#include <string.h>

enum {
    TOPIC_POINTS_MAX = 16,          /* Of a topic in brackets before a sentence … */
    TOPIC_SENTENCE_POINTS_MIN = 20, /* … which is longer than this. */
};

static bool is_space(uint32_t point)
{
    return point == ' ' || point == '\t' || point == '\f' || point == 0xA0 || point == 0x3000 ||
           (point >= 0x2000 && point <= 0x200B) || point == 0xFEFF || point == '\n';
}

static bool is_syllable(uint32_t point)
{
    return point >= 0xAC00 && point <= 0xD7A3;
}

/* One letter that print may have set apart: a syllable, or a Latin capital. */
static bool is_letter(uint32_t point)
{
    return is_syllable(point) || (point >= 'A' && point <= 'Z');
}

static uint32_t peek(struct text text, size_t offset)
{
    return offset < text.length ? text_next(text, &offset) : 0;
}

static size_t skip_spaces(struct text text, size_t offset)
{
    while (offset < text.length) {
        size_t next = offset;
        if (!is_space(text_next(text, &next))) break;
        offset = next;
    }
    return offset;
}

/* A single letter stands at offset with white space, an end or punctuation behind it. *behind: the
 * byte after the letter. */
static bool lone_letter(struct text text, size_t offset, size_t *behind)
{
    if (offset >= text.length) return false;
    uint32_t point = text_next(text, &offset);
    /* 및 and 등 stand alone by nature. */
    if (!is_letter(point) || point == 0xBC0F || point == 0xB4F1) return false;
    *behind = offset;
    uint32_t next = peek(text, offset);
    return next == 0 || is_space(next) || next == '(' || next == ':' || next == '[' || next == ',';
}

size_t label_spaced_prefix(struct text text)
{
    size_t end = 0;
    int letters = 0;
    for (size_t offset = 0; offset < text.length;) {
        size_t behind;
        if (!lone_letter(text, offset, &behind)) break;
        letters++;
        end = behind;
        size_t next = skip_spaces(text, behind);
        if (next == behind) break;
        offset = next;
    }
    return letters >= 2 ? end : 0;
}

static bool is_stray(uint32_t point)
{
    return is_space(point) || point == ',' || point == ';' || point == ':' || point == '*' ||
           point == 0x00B7 || point == 0x2022 || point == 0x203B || point == '-' ||
           point == 0x2192 || point == 0x21D2 || point == 0x27A1 || point == '/' || point == '.' ||
           point == '~' || point == '|' || point == 0x2190 || point == '=' || point == 0x25B6 ||
           point == 0x25B7 || point == '!' || point == 0x3001 || point == 0x2018 ||
           point == 0x201C || point == '\'' || point == '"' || point == 0x2013;
}

static struct text strip_stray(struct text text)
{
    if (text.length == 0) return text;
    size_t begin = 0;
    while (begin < text.length) {
        size_t next = begin;
        uint32_t point = text_next(text, &next);
        /* An opening quote belongs to the label when its pair does too. */
        bool quote = point == 0x2018 || point == 0x201C || point == '\'' || point == '"';
        if (!is_stray(point) || quote) break;
        begin = next;
    }
    size_t end = text.length;
    while (end > begin) {
        size_t last = end - 1;
        while (last > begin && ((unsigned char)text.bytes[last] & 0xC0) == 0x80)
            last--;
        uint32_t point = peek(text, last);
        bool quote = point == '\'' || point == '"';
        if (!is_stray(point) || quote) break;
        end = last;
    }
    return (struct text){text.bytes + begin, end - begin};
}

/* Drops an opening mark at the beginning, or a closing one at the end, whose pair is not there. */
static void drop_lone_brackets(struct label *label)
{
    static const char *const pairs[][2] = {{"「", "」"}, {"『", "』"}, {"‘", "’"}, {"“", "”"},
                                           {"【", "】"}, {"(", ")"},   {"[", "]"}, {"〈", "〉"}};
    for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++) {
        struct text open = text_from(pairs[i][0]);
        struct text close = text_from(pairs[i][1]);
        struct text text = {label->bytes, label->length};
        if (text_starts_with(text, open) && text_find(text, close) < 0) {
            label->length -= open.length;
            memmove(label->bytes, label->bytes + open.length, label->length);
        }
        text = (struct text){label->bytes, label->length};
        if (text_ends_with(text, close) && text_find(text, open) < 0) label->length -= close.length;
    }
    while (label->length > 0 && label->bytes[label->length - 1] == ' ')
        label->length--;
    while (label->length > 0 && label->bytes[0] == ' ')
        memmove(label->bytes, label->bytes + 1, --label->length);
}

struct label label_of(struct text text)
{
    struct label label = {.length = 0};
    text = strip_stray(text);
    bool space = false;
    bool joined = false; /* The word before was a single letter of a letter-spaced word. */
    for (size_t offset = 0; offset < text.length;) {
        size_t begin = offset;
        uint32_t point = text_next(text, &offset);
        if (is_space(point) || point < ' ') {
            space = true;
            continue;
        }
        size_t behind;
        bool starts_word = space || begin == 0;
        bool lone = starts_word && lone_letter(text, begin, &behind);
        bool next_lone = lone && lone_letter(text, skip_spaces(text, behind), &(size_t){0}) &&
                         skip_spaces(text, behind) > behind;
        bool dot = point == 0x00B7;
        bool after_dot = label.length >= 2 && memcmp(label.bytes + label.length - 2, "·", 2) == 0;
        bool wanted = space && label.length > 0 && !(lone && joined) && !dot && !after_dot;
        if (starts_word) joined = lone && (joined || next_lone);
        if (label.length + wanted + (offset - begin) > LABEL_BYTES_MAX) break;
        if (wanted) label.bytes[label.length++] = ' ';
        memcpy(label.bytes + label.length, text.bytes + begin, offset - begin);
        label.length += offset - begin;
        space = false;
    }
    drop_lone_brackets(&label);
    label.bytes[label.length] = '\0';
    return label;
}

struct text label_text(const struct label *label)
{
    return (struct text){label->bytes, label->length};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int bracket_step(uint32_t point)
{
    switch (point) {
    case '(':
    case '[':
    case 0xFF08:
        return 1;
    case ')':
    case ']':
    case 0xFF09:
        return -1;
    }
    return 0;
}

ptrdiff_t label_colon(struct text text)
{
    int depth = 0;
    for (size_t offset = 0; offset < text.length;) {
        size_t begin = offset;
        uint32_t point = text_next(text, &offset);
        depth += bracket_step(point);
        if (depth < 0) depth = 0;
        if ((point != ':' && point != 0xFF1A) || depth > 0 || begin == 0) continue;
        bool before = is_digit(text.bytes[begin - 1]);
        bool after = offset < text.length && is_digit(text.bytes[offset]);
        if (before && after) continue;
        if (peek(text, offset) == '/') continue;
        return (ptrdiff_t)begin;
    }
    return -1;
}

/* Offset of ` - ` (or a dash of print) with something on both sides, or -1. */
static ptrdiff_t dash_at(struct text text)
{
    for (size_t i = 1; i + 2 < text.length; i++) {
        if (text.bytes[i] == '-' && text.bytes[i - 1] == ' ' && text.bytes[i + 1] == ' ') {
            return (ptrdiff_t)i;
        }
    }
    return -1;
}

static bool has_digit(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (is_digit(text.bytes[i])) return true;
    }
    return false;
}

/* The text up to a further bullet within it. */
static struct text first_item(struct text content)
{
    for (size_t i = 1; i + 4 < content.length; i++) {
        /* The marks are of three bytes, between spaces. */
        if (content.bytes[i] != ' ' || content.bytes[i + 4] != ' ' ||
            (unsigned char)content.bytes[i + 1] != 0xE2)
            continue;
        size_t offset = i + 1;
        uint32_t point = text_next(content, &offset);
        bool bullet = point == 0x25CB || point == 0x25CF || point == 0x25A1 || point == 0x25B6 ||
                      point == 0x203B;
        if (bullet) return (struct text){content.bytes, i};
    }
    return content;
}

/* `(필수의료) 중증 중심으로 보상을 강화, …`: a topic in brackets before a sentence with numbers is
 * the label of it. */
static struct text bracketed_topic(struct text content)
{
    struct text none = {content.bytes, 0};
    if (!text_starts_with(content, text_from("("))) return none;
    ptrdiff_t close = text_find(content, text_from(")"));
    if (close <= 1) return none;
    struct text topic = {content.bytes + 1, (size_t)close - 1};
    struct text rest = {content.bytes + close + 1, content.length - (size_t)close - 1};
    bool sentence = text_starts_with(rest, text_from(" ")) && has_digit(rest) &&
                    label_colon(rest) < 0 && text_code_points(rest) > TOPIC_SENTENCE_POINTS_MIN;
    bool named = !has_digit(topic) && text_code_points(topic) <= TOPIC_POINTS_MAX;
    return sentence && named ? topic : none;
}

struct label label_of_line(struct text content)
{
    content = text_trim(first_item(content));
    struct text topic = bracketed_topic(content);
    if (topic.length > 0) return label_of(topic);
    ptrdiff_t colon = label_colon(content);
    if (colon > 0) return label_of((struct text){content.bytes, (size_t)colon});
    size_t spaced = label_spaced_prefix(content);
    struct text rest = {content.bytes + spaced, content.length - spaced};
    if (spaced > 0 && rest.length > 0 && rest.bytes[0] != '(' && has_digit(rest)) {
        return label_of((struct text){content.bytes, spaced});
    }
    ptrdiff_t dash = dash_at(content);
    if (dash > 0 && has_digit((struct text){content.bytes + dash, content.length - (size_t)dash})) {
        return label_of((struct text){content.bytes, (size_t)dash});
    }
    return label_of(content);
}

struct label label_at_slash(const struct label *label, int slash)
{
    struct text text = label_text(label);
    int part = 0;
    size_t begin = 0;
    for (size_t i = 0; i <= text.length; i++) {
        if (i < text.length && text.bytes[i] != '/') continue;
        if (part == slash) return label_of((struct text){text.bytes + begin, i - begin});
        part++;
        begin = i + 1;
    }
    return *label;
}
