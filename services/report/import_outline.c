#include "import_outline.h"

#include <string.h>

#include "import_html.h"

enum {
    TITLE_POINTS_MAX = 60,    /* Of a short line that heads a list. */
    SENTENCE_POINTS_MIN = 40, /* A longer line that ends as a sentence does is none. */
    NOTE_POINTS_MAX = 60,
    NOUN_POINTS_MAX = 20,  /* Of a line that heads a text by its last word alone. */
    PICTURE_LINES_MIN = 2, /* Blank lines where a picture was. */
    DAY_POINTS_MAX = 14,
    TAB_COLUMNS = 4,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Words by which a caption above a list tells that it heads the list. */
static const char *const heading_nouns[] = {"개요", "건수", "현황", "내역", "계획", "실적", "결과",
                                            "기준", "절차", "방법", "일정", "체계", "구성", "내용"};

static bool only_rule(struct text text)
{
    int dashes = 0;
    for (size_t offset = 0; offset < text.length;) {
        uint32_t point = text_next(text, &offset);
        bool dash =
            point == '-' || point == '=' || point == '_' || point == 0x2500 || point == 0x2501;
        if (!dash && point != '|' && point != '+' && point != ':' && !mark_is_space(point))
            return false;
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

static bool point_begins_date(uint32_t point)
{
    return point == '\'' || point == 0x2019 || (point < 0x80 && is_digit((char)point));
}

/* A date and 기준 or 현재, with no other words: `2024. 6. 1. 현재` heads nothing, but `2. 인력
 * (2024. 6. 1. 현재)` does. */
static bool only_date(struct text text)
{
    static const char *const words[] = {"기준", "현재", "분기", "상반기", "하반기",
                                        "년",   "월",   "일",   "말"};
    for (size_t offset = 0; offset < text.length;) {
        struct text rest = {text.bytes + offset, text.length - offset};
        size_t length = 0;
        for (size_t i = 0; i < ARRAY_LENGTH(words) && length == 0; i++) {
            if (text_starts_with(rest, text_from(words[i]))) length = strlen(words[i]);
        }
        if (length > 0) {
            offset += length;
            continue;
        }
        uint32_t point = text_next(text, &offset);
        if (point >= 0xAC00) return false;
    }
    return true;
}

static bool is_note(struct text text)
{
    if (text_code_points(text) > NOTE_POINTS_MAX) return false;
    uint32_t first = mark_point(text, 0);
    bool opened = first == '(' || first == '[' || first == '<' || first == 0x3008 || first == '*' ||
                  first == 0x203B || first == 0xFF08;
    if (contains(text, "단위") && memchr(text.bytes, ':', text.length) != NULL &&
        (opened || text_starts_with(text, text_from("단위")) || contains(text, "기준"))) {
        return true;
    }
    bool dated = contains(text, "기준") || contains(text, "현재");
    if (!dated || !has_digit(text) || label_colon(text) >= 0) return false;
    return opened || (point_begins_date(first) && only_date(text));
}

static bool is_caption(struct text text)
{
    static const struct {
        const char *open, *close;
    } pairs[] = {{"<", ">"}, {"〈", "〉"}, {"＜", "＞"}, {"《", "》"}, {"【", "】"}};
    /* `<표 1> 세출예산` */
    static const char *const table_marks[] = {"<표", "[표", "〈표", "【표", "<그림", "[그림"};
    for (size_t i = 0; i < ARRAY_LENGTH(table_marks); i++) {
        if (text_starts_with(text, text_from(table_marks[i]))) return true;
    }
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

/* One of several numbered lines that follow each other, and not one that gives a value. */
static bool in_run(const struct outline *outline, struct text line, struct leading leading,
                   const struct outline_around *around, bool *ends_with_page)
{
    struct leading before = leading_of_line(outline->before);
    struct leading next = leading_of_line(around->next);
    bool follows = before.form == leading.form && before.number + 1 == leading.number;
    bool precedes = next.form == leading.form && leading.number + 1 == next.number;
    int page = mark_page(line);
    *ends_with_page =
        page >= 0 &&
        ((follows && mark_page(outline->before) >= 0 && mark_page(outline->before) <= page) ||
         (precedes && mark_page(around->next) >= page));
    ptrdiff_t dash = text_find(line, text_from(" - "));
    bool has_value =
        dash >= 0 && has_digit((struct text){line.bytes + dash, line.length - (size_t)dash});
    return (follows || precedes) && !has_value;
}

static bool ends_in_heading_noun(struct text text)
{
    for (size_t i = 0; i < ARRAY_LENGTH(heading_nouns); i++) {
        if (text_ends_with(text, text_from(heading_nouns[i]))) return true;
    }
    return false;
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
    /* `3.3(화)~`: the time of the list below. */
    if (is_digit(text.bytes[0]) && text_code_points(text_cut(text, 100)) <= DAY_POINTS_MAX &&
        memchr(text.bytes, '.', text.length) != NULL && contains(text, "~")) {
        return FOLLOWED_BY_LIST;
    }
    size_t behind;
    const struct mark *mark = mark_first(text, &behind);
    if (mark != NULL && mark->rank > RANK_TITLE) return FOLLOWED_BY_LIST;
    struct leading leading = leading_of(text, 0);
    return leading.form == NUMBER_CIRCLED || leading.form == NUMBER_BRACKET ? FOLLOWED_BY_LIST
                                                                            : FOLLOWED_BY_TEXT;
}

/* A short line without a mark that heads what follows. */
static bool is_title(const struct outline *outline, struct text text,
                     const struct outline_around *around)
{
    uint32_t first = mark_point(text, 0);
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
        const struct mark *mark = mark_first(before, &behind);
        if (mark != NULL && mark->rank > RANK_TITLE) return false;
    }
    /* The words below a picture follow each other with room for the pictures. */
    bool after_text =
        outline->before_kind == OUTLINE_PLAIN || outline->before_kind == OUTLINE_CAPTION;
    if (after_text && (outline->blank_before == 0 || outline->blank_before >= PICTURE_LINES_MIN))
        return false;
    switch (follower_of(around->next)) {
    case FOLLOWED_BY_TEXT:
        /* `재난기금 집행내역` above a sentence. */
        return outline->blank_before > 0 && around->blank_after > 0 && points <= NOUN_POINTS_MAX &&
               ends_in_heading_noun(text) && !has_digit(text);
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
    outline->before_kind = OUTLINE_BLANK;
    sections_reset(&outline->sections);
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
        if (!mark_is_space(point)) break;
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
    uint32_t first = mark_point(rest, 0);
    bool word = first >= 0xAC00 || first == 0x300C || first == 0x2018 ||
                (first < 0x80 && is_digit((char)first) && rest.length > 5 &&
                 is_digit(rest.bytes[3]) && !is_digit(rest.bytes[4]));
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
    size_t content = mark_skip(rest, leading.end);
    if (content >= rest.length) return false;
    bool run = in_run(outline, rest, leading, around, &line->ends_with_page);
    line->is_list_item = run;
    line->number = leading.number;
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
    if (hashes == 0 || hashes > 6 || mark_point(text, line->content + hashes) != ' ') return false;
    line->content = mark_skip(text, line->content + hashes);
    line->kind = OUTLINE_HEADING;
    line->rank = hashes >= 4 ? RANK_TITLE : (enum outline_rank)(hashes - 1);
    return true;
}

static bool classify_mark(struct text text, struct outline_line *line)
{
    size_t behind;
    struct text rest = {text.bytes + line->content, text.length - line->content};
    const struct mark *mark = mark_first(rest, &behind);
    if (mark == NULL) return false;
    line->content += mark_skip(rest, behind);
    line->rank = mark->rank;
    line->kind = mark->rank == RANK_BLOCK ? OUTLINE_HEADING : OUTLINE_BULLET;
    line->is_remark = mark->point == 0x203B || mark->point == '*';
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
        line.content += mark_skip(text, title);
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

static struct outline_entry *entry_add(struct outline *outline, const struct outline_entry *entry)
{
    if (outline->count == IMPORT_NESTING_MAX) outline->count--;
    outline->entries[outline->count] = *entry;
    return &outline->entries[outline->count++];
}

/* Is the place right below a chapter, where its sections are listed? */
static bool below_chapter(const struct outline *outline)
{
    for (int i = outline->count - 1; i >= 0; i--) {
        if (outline->entries[i].is_heading) return outline->entries[i].rank <= RANK_CHAPTER;
    }
    return false;
}

/* Follows the chapter's sections; the one that a block opens without a heading, or NULL. */
static const struct label *section_step(struct outline *outline, const struct outline_line *line,
                                        const struct label *label)
{
    struct sections *sections = &outline->sections;
    if (line->kind == OUTLINE_BULLET) {
        if (line->is_list_item && below_chapter(outline))
            sections_list(sections, line->number, label);
        return NULL;
    }
    switch (line->rank) {
    case RANK_PART:
    case RANK_CHAPTER:
        sections_reset(sections);
        break;
    case RANK_SECTION:
        sections_enter(sections, label);
        break;
    case RANK_BLOCK:
        return sections_block(sections, label);
    case RANK_TITLE:
    case RANK_ITEM:
    case RANK_CIRCLE:
    case RANK_DASH:
    case RANK_DOT:
        break;
    }
    return NULL;
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
    struct label label = label_of_line(content);
    const struct label *section = section_step(outline, line, &label);
    if (section != NULL) {
        while (outline->count > 0 && outline->entries[outline->count - 1].rank >= RANK_SECTION)
            outline->count--;
        struct outline_entry restored = {.rank = RANK_SECTION,
                                         .is_heading = true,
                                         .label = *section,
                                         .line = number,
                                         .is_restored = true};
        entry_add(outline, &restored);
    }
    struct outline_entry entry = {.rank = line->rank,
                                  .indent = line->indent,
                                  .is_heading = is_heading,
                                  .label = label,
                                  .line = number};
    return entry_add(outline, &entry);
}

void outline_pop(struct outline *outline)
{
    if (outline->count > 0) outline->count--;
}

void outline_advance(struct outline *outline, const struct outline_line *line, struct text text)
{
    if (line->kind == OUTLINE_BLANK) {
        outline->blank_before++;
        return;
    }
    outline->number_waits = line->kind == OUTLINE_NUMBER;
    outline->before_kind = line->kind;
    outline->blank_before = 0;
    /* The page number at a contents line's end is looked at too: keep the end of a long line. */
    struct text kept = text_cut(text_trim(text), LABEL_BYTES_MAX);
    memcpy(outline->before_bytes, kept.bytes, kept.length);
    outline->before = (struct text){outline->before_bytes, kept.length};
}
