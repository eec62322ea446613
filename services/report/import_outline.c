#include "import_outline.h"

#include <string.h>

#include "import_html.h"

enum {
    TITLE_POINTS_MAX = 60,    /* Of a short line that heads a list. */
    SENTENCE_POINTS_MIN = 40, /* A longer line that ends as a sentence does is none. */
    NOTE_POINTS_MAX = 60,
    LIST_NUMBER_MAX = 99,
    TAB_COLUMNS = 4,
};

struct mark {
    uint32_t point;
    enum outline_rank rank;
};

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
    {0x2192, RANK_DOT},    {0x27A1, RANK_DOT},    {0x261E, RANK_DOT},    {0x25C6, RANK_DOT},
    {0x2605, RANK_DOT},    {0x2606, RANK_DOT},    {0x2713, RANK_DOT},    {0x2714, RANK_DOT},
    {0x27A2, RANK_DOT},    {0x25AB, RANK_DOT},    {'*', RANK_DOT},       {'+', RANK_DOT},
};

/* Words by which a caption above a list tells that it heads the list. */
static const char *const heading_nouns[] = {"개요", "건수", "현황", "내역", "계획", "실적", "결과",
                                            "기준", "절차", "방법", "일정", "체계", "구성", "내용"};

static const char *const counting_syllables[] = {"가", "나", "다", "라", "마", "바", "사",
                                                 "아", "자", "차", "카", "타", "파", "하"};

enum number_form {
    NUMBER_NONE,
    NUMBER_ROMAN,
    NUMBER_DOT,
    NUMBER_CIRCLED,
    NUMBER_BRACKET,
    NUMBER_SYLLABLE
};

/* A number that a line begins with. */
struct leading {
    enum number_form form;
    int number;
    size_t end; /* Byte behind the number and its dot. */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static uint32_t point_at(struct text text, size_t offset)
{
    return offset < text.length ? text_next(text, &offset) : 0;
}

static bool is_space(uint32_t point)
{
    return point == ' ' || point == '\t' || point == '\f' || point == 0xA0 || point == 0x3000 ||
           (point >= 0x2000 && point <= 0x200B) || point == 0xFEFF;
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

static struct leading leading_roman(struct text text, size_t offset)
{
    static const char *const romans[] = {"I",  "II",  "III",  "IV", "V",
                                         "VI", "VII", "VIII", "IX", "X"};
    struct leading none = {NUMBER_NONE, 0, 0};
    uint32_t point = point_at(text, offset);
    size_t end = offset;
    int number = 0;
    if (point >= 0x2160 && point <= 0x216B) {
        number = (int)(point - 0x2160) + 1;
        end += 3;
        size_t behind = skip_spaces(text, end);
        if (point_at(text, behind) == '.')
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
    size_t dot = skip_spaces(text, end);
    if (number == 0 || point_at(text, dot) != '.') return none;
    return (struct leading){NUMBER_ROMAN, number, dot + 1};
}

/* `1.`, `1)`, `(1)`; not the beginning of a date. */
static struct leading leading_digits(struct text text, size_t offset)
{
    struct leading none = {NUMBER_NONE, 0, 0};
    bool opened = point_at(text, offset) == '(';
    size_t end = offset + opened;
    int number = 0;
    for (; end < text.length && is_digit(text.bytes[end]) && number <= LIST_NUMBER_MAX; end++)
        number = number * 10 + (text.bytes[end] - '0');
    if (end == offset + opened || number == 0 || number > LIST_NUMBER_MAX) return none;
    uint32_t behind = point_at(text, end);
    if (behind == ')') return (struct leading){NUMBER_BRACKET, number, end + 1};
    if (opened || behind != '.') return none;
    size_t content = skip_spaces(text, end + 1);
    if (content == end + 1 && is_digit((char)point_at(text, content))) return none;
    /* `3. 31. 기준` is a date. */
    size_t digits = content;
    while (digits < text.length && is_digit(text.bytes[digits]))
        digits++;
    uint32_t after = point_at(text, digits);
    bool is_date = digits > content && digits - content <= 2 &&
                   (after == '.' || after == '(' || after == '~' || after == 0);
    return is_date ? none : (struct leading){NUMBER_DOT, number, end + 1};
}

static struct leading leading_of(struct text text, size_t offset)
{
    uint32_t point = point_at(text, offset);
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
        if (!is_space(point_at(text, offset + 4))) break;
        return (struct leading){NUMBER_SYLLABLE, (int)i + 1, offset + 4};
    }
    return (struct leading){NUMBER_NONE, 0, 0};
}

/* The mark at offset, or NULL. A mark stands before white space, or is one that nothing else is. */
static const struct mark *mark_at(struct text text, size_t offset, size_t *behind)
{
    if (offset >= text.length) return NULL;
    *behind = offset;
    uint32_t point = text_next(text, behind);
    for (size_t i = 0; i < ARRAY_LENGTH(marks); i++) {
        if (marks[i].point != point) continue;
        bool certain = point >= 0x2190 && point != 0x2212 && point != 0x3147 && point != 0x3007;
        bool spaced = *behind < text.length && is_space(point_at(text, *behind));
        if (certain || spaced || point == 0x203B) return &marks[i];
        /* `·홍보`, `-재택근무`: a dash or dot before a letter, not before a digit or another dash.
         */
        uint32_t next = point_at(text, *behind);
        bool letter = next >= 0xAC00 || next == '[' || next == 0x300C || next == '(';
        if (letter && point != '*' && point != '+' && point != 0x3147 && point != 0x3007)
            return &marks[i];
        if (point == '*' && next >= 0xAC00) return &marks[i];
        return NULL;
    }
    return NULL;
}

static bool only_rule(struct text text)
{
    int dashes = 0;
    for (size_t offset = 0; offset < text.length;) {
        uint32_t point = text_next(text, &offset);
        bool dash =
            point == '-' || point == '=' || point == '_' || point == 0x2500 || point == 0x2501;
        if (!dash && point != '|' && point != '+' && point != ':' && !is_space(point)) return false;
        dashes += dash;
    }
    return dashes >= 2;
}

static bool contains(struct text text, const char *part)
{
    return text_find(text, text_from(part)) >= 0;
}

static bool has_digit(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (is_digit(text.bytes[i])) return true;
    }
    return false;
}

/* A line of cells between pipes: it begins with one, or a ruling line follows. */
static bool is_pipes(struct text text, struct text next)
{
    if (text.bytes[0] == '|') return memchr(text.bytes + 1, '|', text.length - 1) != NULL;
    next = text_trim(next);
    return memchr(text.bytes, '|', text.length) != NULL && next.length > 0 &&
           memchr(next.bytes, '|', next.length) != NULL && only_rule(next);
}

/* Cells between tabs: two at least, a bullet's mark being none. */
static bool is_tabs(struct text line)
{
    struct text text = text_trim(line);
    const char *tab = memchr(text.bytes, '\t', text.length);
    if (tab == NULL) {
        /* `\t값`: the first cell is empty. */
        return false;
    }
    size_t behind;
    size_t first = (size_t)(tab - text.bytes);
    if (mark_at(text, 0, &behind) != NULL && behind == first) {
        return memchr(tab + 1, '\t', text.length - first - 1) != NULL;
    }
    return true;
}

static bool is_note(struct text text)
{
    if (text_code_points(text) > NOTE_POINTS_MAX) return false;
    uint32_t first = point_at(text, 0);
    bool opened = first == '(' || first == '[' || first == '<' || first == 0x3008 || first == '*' ||
                  first == 0x203B || first == 0xFF08;
    if (contains(text, "단위") && memchr(text.bytes, ':', text.length) != NULL &&
        (opened || text_starts_with(text, text_from("단위")) || contains(text, "기준"))) {
        return true;
    }
    bool dated = contains(text, "기준") || contains(text, "현재");
    return dated && (opened || first == '\'' || first == 0x2019 || is_digit((char)first)) &&
           has_digit(text) && label_colon(text) < 0;
}

static bool is_caption(struct text text)
{
    static const struct {
        const char *open, *close;
    } pairs[] = {{"<", ">"}, {"〈", "〉"}, {"＜", "＞"}, {"《", "》"}, {"【", "】"}};
    for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++) {
        if (text_starts_with(text, text_from(pairs[i].open)) &&
            text_ends_with(text, text_from(pairs[i].close))) {
            return true;
        }
    }
    return false;
}

static bool is_number(struct text text)
{
    if (text.length == 0 || text.length > 2) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_digit(text.bytes[i])) return false;
    }
    return text.bytes[0] != '0';
}

static bool has_heading_noun(struct text text)
{
    struct label label = label_of(text);
    for (size_t i = 0; i < ARRAY_LENGTH(heading_nouns); i++) {
        if (contains(label_text(&label), heading_nouns[i])) return true;
    }
    return false;
}

/* The first mark of a line, Markdown's dash before another mark left out. */
static const struct mark *first_mark(struct text text, size_t *behind)
{
    const struct mark *mark = mark_at(text, 0, behind);
    if (mark == NULL || mark->rank != RANK_DASH) return mark;
    size_t inner = skip_spaces(text, *behind);
    size_t inner_behind;
    const struct mark *second = mark_at(text, inner, &inner_behind);
    if (second == NULL || second->point == '-') return mark;
    *behind = inner_behind;
    return second;
}

static struct leading leading_of_line(struct text line)
{
    line = text_trim(line);
    size_t behind = 0;
    const struct mark *mark = mark_at(line, 0, &behind);
    size_t offset = mark != NULL && mark->point == '-' ? skip_spaces(line, behind) : 0;
    return leading_of(line, offset);
}

/* The number at the very end of a line of contents, or -1. */
static int page_of(struct text line)
{
    line = text_trim(line);
    /* A footnote's sign may stick to it. */
    while (line.length > 2 && !is_digit(line.bytes[line.length - 1])) {
        size_t last = line.length - 1;
        while (last > 0 && ((unsigned char)line.bytes[last] & 0xC0) == 0x80)
            last--;
        uint32_t point = point_at(line, last);
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

/* One of several numbered lines that follow each other, and not one that gives a value. */
static bool in_run(const struct outline *outline, struct text line, struct leading leading,
                   const struct outline_around *around, bool *ends_with_page)
{
    struct leading before = leading_of_line(outline->before);
    struct leading next = leading_of_line(around->next);
    bool follows = before.form == leading.form && before.number + 1 == leading.number;
    bool precedes = next.form == leading.form && leading.number + 1 == next.number;
    int page = page_of(line);
    *ends_with_page =
        page >= 0 &&
        ((follows && page_of(outline->before) >= 0 && page_of(outline->before) <= page) ||
         (precedes && page_of(around->next) >= page));
    return (follows || precedes) && text_find(line, text_from(" - ")) < 0;
}

static bool ends_as_sentence(struct text text)
{
    static const char *const ends[] = {".", "다", "함", "음", "임", "요", "!", "?", ","};
    for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
        if (text_ends_with(text, text_from(ends[i]))) return true;
    }
    return false;
}

enum follower { FOLLOWED_BY_TEXT, FOLLOWED_BY_LIST, FOLLOWED_BY_TABLE };

static enum follower follower_of(struct text next)
{
    struct text text = text_trim(next);
    if (text.length == 0) return FOLLOWED_BY_TEXT;
    if (text.bytes[0] == '|' || is_tabs(next) || is_note(text)) return FOLLOWED_BY_TABLE;
    size_t behind;
    const struct mark *mark = first_mark(text, &behind);
    if (mark != NULL && mark->rank > RANK_TITLE) return FOLLOWED_BY_LIST;
    struct leading leading = leading_of(text, 0);
    return leading.form == NUMBER_CIRCLED || leading.form == NUMBER_BRACKET ? FOLLOWED_BY_LIST
                                                                            : FOLLOWED_BY_TEXT;
}

/* A short line without a mark that heads what follows. */
static bool is_title(const struct outline *outline, struct text text,
                     const struct outline_around *around)
{
    uint32_t first = point_at(text, 0);
    if (first == '(' || first == '"' || first == 0x201C || first == '\\' || first == ')')
        return false;
    size_t spaced = label_spaced_prefix(text);
    if (spaced == text.length && spaced > 0) return true;
    size_t points = text_code_points(text);
    if (points > TITLE_POINTS_MAX) return false;
    if (ends_as_sentence(text) && points > SENTENCE_POINTS_MIN) return false;
    if (text_ends_with(text, text_from(".")) || text_ends_with(text, text_from(","))) return false;
    /* Directly below a bullet it goes on with that. */
    size_t behind;
    struct text before = text_trim(outline->before);
    if (outline->blank_before == 0 && before.length > 0) {
        const struct mark *mark = first_mark(before, &behind);
        if (mark != NULL && mark->rank > RANK_TITLE) return false;
    }
    switch (follower_of(around->next)) {
    case FOLLOWED_BY_TEXT:
        return false;
    case FOLLOWED_BY_LIST:
        return true;
    case FOLLOWED_BY_TABLE:
        return spaced > 0 || !has_digit(text);
    }
    return false;
}

void outline_init(struct outline *outline)
{
    outline->count = 0;
    outline->number_waits = false;
    outline->before = (struct text){outline->before_bytes, 0};
    outline->blank_before = 1;
}

static int indent_of(struct text line, size_t *content)
{
    int columns = 0;
    size_t offset = 0;
    while (offset < line.length) {
        size_t next = offset;
        uint32_t point = text_next(line, &next);
        if (!is_space(point)) break;
        columns += point == '\t' ? TAB_COLUMNS : point == 0x3000 ? 2 : 1;
        offset = next;
    }
    *content = offset;
    return columns;
}

/* `3 2012 사업 예산현황`: a number, a space and a title. */
static bool numbered_title(const struct outline *outline, struct text text,
                           const struct outline_around *around, size_t *title)
{
    size_t digits = 0;
    while (digits < text.length && digits < 3 && is_digit(text.bytes[digits]))
        digits++;
    if (digits == 0 || digits > 2 || digits >= text.length || text.bytes[digits] != ' ')
        return false;
    if (text.bytes[0] == '0' || outline->blank_before == 0) return false;
    struct text rest = text_trim((struct text){text.bytes + digits, text.length - digits});
    uint32_t first = point_at(rest, 0);
    bool word = first >= 0xAC00 || first == 0x300C || first == 0x2018 ||
                (is_digit((char)first) && rest.length > 5 && is_digit(rest.bytes[3]) &&
                 !is_digit(rest.bytes[4]));
    if (!word || around->blank_after == 0 || ends_as_sentence(rest)) return false;
    *title = digits;
    return text_code_points(rest) >= 4 && text_code_points(rest) <= TITLE_POINTS_MAX;
}

static enum outline_rank heading_rank(enum number_form form)
{
    switch (form) {
    case NUMBER_ROMAN:
        return RANK_PART;
    case NUMBER_DOT:
        return RANK_CHAPTER;
    case NUMBER_CIRCLED:
    case NUMBER_SYLLABLE:
        return RANK_SECTION;
    case NUMBER_BRACKET:
    case NUMBER_NONE:
        break;
    }
    return RANK_ITEM;
}

/* A line whose text begins with a number and a dot, a circle or brackets. */
static bool classify_leading(const struct outline *outline, struct text text,
                             const struct outline_around *around, bool dashed,
                             struct outline_line *line)
{
    size_t at = line->content;
    struct text rest = {text.bytes + at, text.length - at};
    struct leading leading = leading_of(rest, 0);
    if (leading.form == NUMBER_NONE) return false;
    size_t content = skip_spaces(rest, leading.end);
    if (content >= rest.length) return false;
    bool run = in_run(outline, rest, leading, around, &line->ends_with_page);
    line->is_list_item = run;
    bool heading = !run && leading.form != NUMBER_BRACKET && !dashed && line->indent < 8;
    if (leading.form == NUMBER_DOT && line->indent > 0 && !heading) heading = false;
    line->kind = heading ? OUTLINE_HEADING : OUTLINE_BULLET;
    line->rank = heading ? heading_rank(leading.form) : RANK_ITEM;
    line->content = at + content;
    return true;
}

/* `# Heading` of Markdown. */
static bool classify_hashes(struct text text, struct outline_line *line)
{
    size_t hashes = 0;
    while (line->content + hashes < text.length && text.bytes[line->content + hashes] == '#')
        hashes++;
    if (hashes == 0 || hashes > 6 || point_at(text, line->content + hashes) != ' ') return false;
    line->content = skip_spaces(text, line->content + hashes);
    line->kind = OUTLINE_HEADING;
    line->rank = hashes >= 4 ? RANK_TITLE : (enum outline_rank)(hashes - 1);
    return true;
}

static bool classify_mark(struct text text, struct outline_line *line)
{
    size_t behind;
    struct text rest = {text.bytes + line->content, text.length - line->content};
    const struct mark *mark = first_mark(rest, &behind);
    if (mark == NULL) return false;
    line->content += skip_spaces(rest, behind);
    line->rank = mark->rank;
    line->kind = mark->rank == RANK_BLOCK ? OUTLINE_HEADING : OUTLINE_BULLET;
    return true;
}

static struct outline_line classify_words(const struct outline *outline, struct text text,
                                          const struct outline_around *around,
                                          struct outline_line line)
{
    size_t title;
    if (is_number(text) && around->next.length > 0) {
        line.kind = OUTLINE_NUMBER;
    } else if (is_note(text)) {
        line.kind = OUTLINE_NOTE;
    } else if (is_caption(text)) {
        bool heads = text_starts_with(text, text_from("【")) ||
                     (has_heading_noun(text) && follower_of(around->next) == FOLLOWED_BY_LIST);
        line.kind = heads ? OUTLINE_HEADING : OUTLINE_CAPTION;
        line.rank = RANK_TITLE;
    } else if (numbered_title(outline, text, around, &title)) {
        line.kind = OUTLINE_HEADING;
        line.rank = RANK_SECTION;
        line.content += skip_spaces(text, title);
    } else if (outline->number_waits) {
        line.kind = OUTLINE_HEADING;
        line.rank = RANK_SECTION;
    } else if (is_title(outline, text, around)) {
        line.kind = OUTLINE_HEADING;
        line.rank = RANK_TITLE;
    } else {
        line.kind = OUTLINE_PLAIN;
        line.continues = outline->blank_before == 0;
    }
    return line;
}

struct outline_line outline_classify(const struct outline *outline, struct text raw,
                                     const struct outline_around *around)
{
    struct outline_line line = {.kind = OUTLINE_BLANK, .rank = RANK_DOT};
    line.indent = indent_of(raw, &line.content);
    line.mark = line.content;
    struct text text = text_trim(raw);
    if (text.length == 0) return line;
    size_t table;
    if (is_pipes(text, around->next)) {
        line.kind = OUTLINE_PIPES;
    } else if (html_table_in(text, &table)) {
        line.kind = OUTLINE_HTML;
    } else if (only_rule(text)) {
        line.kind = OUTLINE_RULE;
    } else if (is_tabs(raw)) {
        line.kind = OUTLINE_TABS;
    } else if (classify_hashes(raw, &line)) {
        return line;
    } else if (is_note(text)) {
        line.kind = OUTLINE_NOTE;
    } else if (classify_leading(outline, raw, around, false, &line)) {
        return line;
    } else if (classify_mark(raw, &line)) {
        size_t mark = line.mark;
        struct outline_line numbered = line;
        bool dash = line.rank == RANK_DASH;
        if (dash && classify_leading(outline, raw, around, true, &numbered)) line = numbered;
        line.mark = mark;
    } else {
        return classify_words(outline, text, around, line);
    }
    return line;
}

/* Does a bullet on the stack remain above the new one? */
static bool holds(const struct outline_entry *above, const struct outline_line *line)
{
    if (above->is_heading) return true;
    if (above->indent < line->indent) return true;
    if (above->indent == line->indent) return above->rank < line->rank;
    return above->rank <= RANK_CIRCLE && above->rank < line->rank;
}

struct outline_entry *outline_push(struct outline *outline, const struct outline_line *line,
                                   struct text content, int number)
{
    bool is_heading = line->kind == OUTLINE_HEADING;
    while (outline->count > 0) {
        const struct outline_entry *top = &outline->entries[outline->count - 1];
        bool stays = is_heading ? top->is_heading && top->rank < line->rank : holds(top, line);
        if (stays) break;
        outline->count--;
    }
    if (outline->count == IMPORT_NESTING_MAX) outline->count--;
    struct outline_entry *entry = &outline->entries[outline->count++];
    entry->rank = line->rank;
    entry->indent = line->indent;
    entry->is_heading = is_heading;
    entry->label = label_of_line(content);
    entry->has_days = false;
    entry->line = number;
    return entry;
}

void outline_advance(struct outline *outline, const struct outline_line *line, struct text text)
{
    if (line->kind == OUTLINE_BLANK) {
        outline->blank_before++;
        return;
    }
    outline->number_waits = line->kind == OUTLINE_NUMBER;
    outline->blank_before = 0;
    /* The page number at a contents line's end is looked at too: keep the end of a long line. */
    struct text kept = text_cut(text_trim(text), LABEL_BYTES_MAX);
    memcpy(outline->before_bytes, kept.bytes, kept.length);
    outline->before = (struct text){outline->before_bytes, kept.length};
}
