#include "import_marks.h"

#include <string.h>

#include "base/status.h"

enum { LIST_NUMBER_MAX = 99 };

/* The marks that Korean offices write; a heading where the rank is RANK_BLOCK. */
static const struct mark marks[] = {
    {0x25A1, RANK_BLOCK},  {0x25A0, RANK_BLOCK},  {0x25C7, RANK_BLOCK},  {0x2610, RANK_BLOCK},
    {0x25A3, RANK_BLOCK},  {0x25C8, RANK_BLOCK},  {0x274F, RANK_BLOCK},  {0x2751, RANK_BLOCK},
    {0x25CB, RANK_CIRCLE}, {0x25E6, RANK_CIRCLE}, {0x25CF, RANK_CIRCLE}, {0x25EF, RANK_CIRCLE},
    {0x274D, RANK_CIRCLE}, {0x3147, RANK_CIRCLE}, {0x25CE, RANK_CIRCLE}, {0x3007, RANK_CIRCLE},
    {'-', RANK_DASH},      {0x2013, RANK_DASH},   {0x2014, RANK_DASH},   {0x2015, RANK_DASH},
    {0x2212, RANK_DASH},   {0x2500, RANK_DASH},   {0x00B7, RANK_DOT},    {0x2219, RANK_DOT},
    {0x2022, RANK_DOT},    {0x30FB, RANK_DOT},    {0x2027, RANK_DOT},    {0x318D, RANK_DOT},
    {0x25AA, RANK_DOT},    {0x25B8, RANK_DOT},    {0x25B6, RANK_DOT},    {0x25B7, RANK_DOT},
    {0x25BA, RANK_DOT},    {0x203B, RANK_DOT},    {0x2514, RANK_DOT},    {0x21D2, RANK_DOT},
    {0x2192, RANK_DOT},    {0x27A1, RANK_DOT},    {0x261E, RANK_DOT},    {0x25C6, RANK_CIRCLE},
    {0x2605, RANK_DOT},    {0x2606, RANK_DOT},    {0x2713, RANK_DOT},    {0x2714, RANK_DOT},
    {0x27A2, RANK_DOT},    {0x25AB, RANK_DOT},    {'*', RANK_DOT},       {'+', RANK_DOT},
};

static const char *const counting_syllables[] = {"가", "나", "다", "라", "마", "바", "사",
                                                 "아", "자", "차", "카", "타", "파", "하"};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

uint32_t mark_point(struct text text, size_t offset)
{
    return offset < text.length ? text_next(text, &offset) : 0;
}

bool mark_is_space(uint32_t point)
{
    return point == ' ' || point == '\t' || point == '\f' || point == 0xA0 || point == 0x3000 ||
           (point >= 0x2000 && point <= 0x200B) || point == 0xFEFF;
}

size_t mark_skip(struct text text, size_t offset)
{
    while (offset < text.length) {
        size_t next = offset;
        if (!mark_is_space(text_next(text, &next))) break;
        offset = next;
    }
    return offset;
}

static struct leading leading_roman(struct text text, size_t offset)
{
    static const char *const romans[] = {"I",  "II",  "III",  "IV", "V",
                                         "VI", "VII", "VIII", "IX", "X"};
    struct leading none = {NUMBER_NONE, 0, 0};
    uint32_t point = mark_point(text, offset);
    size_t end = offset;
    int number = 0;
    if (point >= 0x2160 && point <= 0x216B) {
        number = (int)(point - 0x2160) + 1;
        end += 3;
        size_t behind = mark_skip(text, end);
        if (mark_point(text, behind) == '.')
            return (struct leading){NUMBER_ROMAN, number, behind + 1};
        return behind > end ? (struct leading){NUMBER_ROMAN, number, end} : none;
    }
    while (end < text.length && strchr("IVX", text.bytes[end]) != NULL && text.bytes[end] != '\0')
        end++;
    for (size_t i = 0; i < ARRAY_LENGTH(romans); i++) {
        if (strlen(romans[i]) == end - offset &&
            memcmp(romans[i], text.bytes + offset, end - offset) == 0) {
            number = (int)i + 1;
        }
    }
    size_t dot = mark_skip(text, end);
    if (number == 0 || mark_point(text, dot) != '.') return none;
    return (struct leading){NUMBER_ROMAN, number, dot + 1};
}

/* The `2.` of `1-2. 장애인 맞춤지원`: a section of a chapter. */
static struct leading leading_section(struct text text, size_t offset)
{
    struct leading none = {NUMBER_NONE, 0, 0};
    size_t end = offset;
    int number = 0;
    for (; end < text.length && is_digit(text.bytes[end]) && number <= LIST_NUMBER_MAX; end++)
        number = number * 10 + (text.bytes[end] - '0');
    if (number == 0 || number > LIST_NUMBER_MAX || mark_point(text, end) != '.') return none;
    return mark_is_space(mark_point(text, end + 1))
               ? (struct leading){NUMBER_SYLLABLE, number, end + 1}
               : none;
}

/* `1.`, `1)`, `(1)`; not the beginning of a date. */
static struct leading leading_digits(struct text text, size_t offset)
{
    struct leading none = {NUMBER_NONE, 0, 0};
    bool opened = mark_point(text, offset) == '(';
    size_t end = offset + opened;
    int number = 0;
    for (; end < text.length && is_digit(text.bytes[end]) && number <= LIST_NUMBER_MAX; end++)
        number = number * 10 + (text.bytes[end] - '0');
    if (end == offset + opened || number == 0 || number > LIST_NUMBER_MAX) return none;
    uint32_t behind = mark_point(text, end);
    if (behind == ')') return (struct leading){NUMBER_BRACKET, number, end + 1};
    if (!opened && behind == '-') return leading_section(text, end + 1);
    if (opened || behind != '.') return none;
    size_t content = mark_skip(text, end + 1);
    if (content == end + 1 && is_digit((char)mark_point(text, content))) return none;
    /* `3. 31. 기준` is a date. */
    size_t digits = content;
    while (digits < text.length && is_digit(text.bytes[digits]))
        digits++;
    uint32_t after = mark_point(text, digits);
    bool is_date = digits > content && digits - content <= 2 &&
                   (after == '.' || after == '(' || after == '~' || after == 0);
    return is_date ? none : (struct leading){NUMBER_DOT, number, end + 1};
}

struct leading leading_of(struct text text, size_t offset)
{
    uint32_t point = mark_point(text, offset);
    if (point >= 0x2460 && point <= 0x2473) {
        return (struct leading){NUMBER_CIRCLED, (int)(point - 0x2460) + 1, offset + 3};
    }
    if (point >= 0x2776 && point <= 0x277F) {
        return (struct leading){NUMBER_CIRCLED, (int)(point - 0x2776) + 1, offset + 3};
    }
    if (point >= 0x2780 && point <= 0x2789) {
        return (struct leading){NUMBER_CIRCLED, (int)(point - 0x2780) + 1, offset + 3};
    }
    if (point == '(' || (point < 0x80 && is_digit((char)point)))
        return leading_digits(text, offset);
    if (point == 'I' || point == 'V' || point == 'X' || (point >= 0x2160 && point <= 0x216B)) {
        return leading_roman(text, offset);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(counting_syllables); i++) {
        if (text.length < offset + 5 || memcmp(text.bytes + offset, counting_syllables[i], 3) != 0)
            continue;
        char dot = text.bytes[offset + 3];
        if (dot != '.' && dot != ')') break;
        if (!mark_is_space(mark_point(text, offset + 4))) break;
        return (struct leading){NUMBER_SYLLABLE, (int)i + 1, offset + 4};
    }
    return (struct leading){NUMBER_NONE, 0, 0};
}

/* The mark at offset, or NULL. A mark stands before white space, or is one that nothing else is. */
const struct mark *mark_at(struct text text, size_t offset, size_t *behind)
{
    if (offset >= text.length) return NULL;
    *behind = offset;
    uint32_t point = text_next(text, behind);
    for (size_t i = 0; i < ARRAY_LENGTH(marks); i++) {
        if (marks[i].point != point) continue;
        bool certain = point >= 0x2190 && point != 0x2212 && point != 0x3147 && point != 0x3007;
        bool spaced = *behind < text.length && mark_is_space(mark_point(text, *behind));
        if (certain || spaced || point == 0x203B) return &marks[i];
        /* `·홍보`, `-재택근무`: a dash or dot before a letter, not before a digit or another dash.
         */
        uint32_t next = mark_point(text, *behind);
        bool letter = next >= 0xAC00 || next == '[' || next == 0x300C || next == '(';
        if (letter && point != '*' && point != '+' && point != 0x3147 && point != 0x3007)
            return &marks[i];
        if (point == '*' && next >= 0xAC00) return &marks[i];
        return NULL;
    }
    return NULL;
}

/* The first mark of a line, Markdown's dash before another mark left out. */
const struct mark *mark_first(struct text text, size_t *behind)
{
    const struct mark *mark = mark_at(text, 0, behind);
    if (mark == NULL || mark->rank != RANK_DASH) return mark;
    size_t inner = mark_skip(text, *behind);
    size_t inner_behind;
    const struct mark *second = mark_at(text, inner, &inner_behind);
    if (second == NULL || second->point == '-') return mark;
    *behind = inner_behind;
    return second;
}

struct leading leading_of_line(struct text line)
{
    line = text_trim(line);
    size_t behind = 0;
    const struct mark *mark = mark_at(line, 0, &behind);
    size_t offset = mark != NULL && mark->point == '-' ? mark_skip(line, behind) : 0;
    return leading_of(line, offset);
}

/* The number at the very end of a line of contents, or -1. */
int mark_page(struct text line)
{
    line = text_trim(line);
    /* A footnote's sign may stick to it. */
    while (line.length > 2 && !is_digit(line.bytes[line.length - 1])) {
        size_t last = line.length - 1;
        while (last > 0 && ((unsigned char)line.bytes[last] & 0xC0) == 0x80)
            last--;
        uint32_t point = mark_point(line, last);
        if (point != 0xB9 && point != 0xB2 && point != 0xB3 &&
            !(point >= 0x2070 && point <= 0x2079)) {
            return -1;
        }
        line.length = last;
    }
    size_t begin = line.length;
    int number = 0;
    int scale = 1;
    while (begin > 0 && is_digit(line.bytes[begin - 1]) && scale <= 100) {
        begin--;
        number += (line.bytes[begin] - '0') * scale;
        scale *= 10;
    }
    bool apart = begin > 0 && (line.bytes[begin - 1] == ' ' || line.bytes[begin - 1] == '.' ||
                               line.bytes[begin - 1] == '\t');
    return begin < line.length && apart ? number : -1;
}
