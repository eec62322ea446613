#include "import_cover.h"

#include <string.h>

#include "import_html.h"
#include "import_labels.h"
#include "import_lines.h"
#include "import_numerals.h"

enum {
    COVER_LINES_MAX = 60, /* Read at all. */
    COVER_TEXTS_MAX = 12, /* Lines that are not blank. */
    NAME_POINTS_MAX = 40,
    MONTH_DAYS_MAX = 31,
};

/* A line of the cover. */
struct cover_text {
    struct text text;
    bool is_date;
    struct date day;
};

static const char *const title_words[] = {"보고", "계획", "현황", "업무", "실적", "백서"};

static bool contains(struct text text, const char *part)
{
    return text_find(text, text_from(part)) >= 0;
}

static bool has_digit(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] >= '0' && text.bytes[i] <= '9') return true;
    }
    return false;
}

static bool is_title(struct text text)
{
    for (size_t i = 0; i < ARRAY_LENGTH(title_words); i++) {
        if (contains(text, title_words[i])) return true;
    }
    return false;
}

/* The line is a day or a month and hardly anything else. */
static enum status read_date(struct arena *arena, struct cover_text *line)
{
    struct numeral_context context = {0};
    struct numeral *numerals;
    size_t count;
    enum status status = numerals_read(arena, line->text, &context, &numerals, &count);
    if (status != OK || count != 1) return status;
    const struct numeral *only = &numerals[0];
    bool time = only->kind == NUMERAL_DATE || only->kind == NUMERAL_PERIOD;
    if (!time || !only->has_days || !only->days.has_first || !only->days.has_last) return OK;
    if (only->days.last.days - only->days.first.days >= MONTH_DAYS_MAX) return OK;
    if ((only->end - only->begin) * 2 < line->text.length) return OK;
    line->is_date = true;
    line->day = only->days.last;
    return OK;
}

/* The first line's text without markup. */
static enum status clean(struct arena *arena, struct text line, struct text *text)
{
    struct html_reader reader = html_reader_of(line, 0, line.length);
    *text = (struct text){"", 0};
    for (;;) {
        struct html_event event;
        bool found;
        enum status status = html_next(&reader, arena, &event, &found);
        if (status != OK || !found) return status;
        if (event.kind == HTML_TEXT && text->length == 0) *text = text_trim(event.span.text);
    }
}

/* The cover ends where the contents or the first heading begin. */
static bool ends_cover(struct text text)
{
    struct label label = label_of(text);
    if (text_equal(label_text(&label), text_from("목차"))) return true;
    size_t offset = 0;
    uint32_t point = text_next(text, &offset);
    /* `- 함께 가는 길 -` is a motto. */
    bool item = point == '-' && !text_ends_with(text, text_from("-"));
    return point == 0x25A1 || point == 0x25CB || item || point == '|' ||
           (point >= 0x2160 && point <= 0x216B) || memchr(text.bytes, '\t', text.length) != NULL;
}

static enum status read_lines(struct arena *arena, struct text utf8,
                              struct cover_text lines[static COVER_TEXTS_MAX], int *count)
{
    struct import_lines reader = import_lines_of(utf8);
    *count = 0;
    while (reader.number < COVER_LINES_MAX && *count < COVER_TEXTS_MAX) {
        struct import_line line;
        bool found;
        /* A fault of a line is told when the line is parsed. */
        enum status status = import_lines_next(&reader, arena, &line, &found, NULL);
        if (status == RESOURCE_EXHAUSTED) return status;
        if (status != OK || !found) return OK;
        struct text text;
        status = clean(arena, line.text, &text);
        if (status != OK) return status;
        while (text.length > 0 && text.bytes[0] == '#')
            text = text_trim((struct text){text.bytes + 1, text.length - 1});
        if (text.length == 0) continue;
        if (ends_cover(text)) return OK;
        if (text.length > LABEL_BYTES_MAX * 2) continue;
        lines[*count] = (struct cover_text){.text = text};
        status = read_date(arena, &lines[*count]);
        if (status != OK) return status;
        (*count)++;
    }
    return OK;
}

static bool is_name(const struct cover_text *line)
{
    return !line->is_date && !has_digit(line->text) && !is_title(line->text) &&
           text_code_points(line->text) <= NAME_POINTS_MAX;
}

static enum status copy_label(struct arena *arena, struct text text, const char **copy)
{
    struct label label = label_of(text);
    *copy = arena_copy(arena, label.bytes, label.length);
    return *copy == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status cover_read(struct arena *arena, struct text utf8, struct import_cover *cover)
{
    *cover = (struct import_cover){.title = "", .publisher = "", .as_of = ""};
    struct cover_text lines[COVER_TEXTS_MAX];
    int count;
    enum status status = read_lines(arena, utf8, lines, &count);
    if (status != OK) return status;
    int title = -1;
    int date = -1;
    for (int i = 0; i < count; i++) {
        if (title < 0 && !lines[i].is_date && is_title(lines[i].text)) title = i;
        if (date < 0 && lines[i].is_date) date = i;
    }
    if (title < 0 && count > 0 && !lines[0].is_date) title = 0;
    if (title >= 0) status = copy_label(arena, lines[title].text, &cover->title);
    if (status != OK || date < 0) return status;
    char *as_of = arena_alloc(arena, DATE_STRING_BYTES);
    if (as_of == NULL) return RESOURCE_EXHAUSTED;
    date_format(lines[date].day, as_of);
    cover->as_of = as_of;
    int publisher = date + 1 < count && is_name(&lines[date + 1]) ? date + 1 : -1;
    if (publisher < 0 && date > 0 && date - 1 != title && is_name(&lines[date - 1]))
        publisher = date - 1;
    if (publisher < 0) return OK;
    return copy_label(arena, lines[publisher].text, &cover->publisher);
}
