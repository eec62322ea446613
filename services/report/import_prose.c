#include <string.h>

#include "import_html.h"
#include "import_labels.h"
#include "import_parser.h"

enum { NOTE_GAP_LINES_MAX = 6 /* Between two notes of one table. */ };

static bool contains(struct text text, const char *part)
{
    return text_find(text, text_from(part)) >= 0;
}

/* Remembers the unit and the date that a note gives. */
static enum status note_read(struct parser *parser, const struct reading *reading, int number)
{
    struct table_note *note = &parser->note;
    if (note->line == 0 || number - note->line > NOTE_GAP_LINES_MAX) *note = (struct table_note){0};
    note->line = number;
    struct text text = reading->span.text;
    ptrdiff_t at = text_find(text, text_from("단위"));
    if (at >= 0) {
        struct text unit = {text.bytes + at + strlen("단위"),
                            text.length - (size_t)at - strlen("단위")};
        for (size_t i = 0; i < unit.length; i++) {
            if (strchr(")]>", unit.bytes[i]) != NULL) unit.length = i;
        }
        unit = text_trim(unit);
        while (unit.length > 0 && (unit.bytes[0] == ':' || unit.bytes[0] == ' ')) {
            unit.bytes++;
            unit.length--;
        }
        ptrdiff_t close = text_find(unit, text_from("〉"));
        if (close >= 0) unit.length = (size_t)close;
        unit = text_cut(unit, sizeof note->unit_bytes);
        memcpy(note->unit_bytes, unit.bytes, unit.length);
        note->unit_length = unit.length;
        const char *name;
        int32_t exponent;
        if (numerals_unit_note(&parser->line_arena, unit, &name, &exponent) &&
            strlen(name) < sizeof note->unit_name) {
            memcpy(note->unit_name, name, strlen(name) + 1);
            note->unit = (struct reading_unit){note->unit_name, exponent};
        }
    }
    for (int i = 0; i < reading->count; i++) {
        if (!reading->numerals[i].has_days) continue;
        note->has_days = true;
        note->days = reading->numerals[i].days;
        break;
    }
    return OK;
}

/* Splits the line at its tags; each run is read. */
enum status clean_read(struct parser *parser, struct clean_line *clean)
{
    struct text text = clean->line.text;
    clean->cursor = column_cursor_of(text);
    clean->readings = (struct reading_list){0};
    clean->first = NULL;
    const struct reading_arenas arenas = {&parser->line_arena, &parser->scratch};
    struct html_reader reader = html_reader_of(text, 0, text.length);
    for (;;) {
        struct html_event event;
        bool found;
        enum status status = html_next(&reader, &parser->line_arena, &event, &found);
        if (status != OK || !found) return status;
        struct reading *reading;
        status = readings_of_event(&arenas, &clean->readings, clean->line.number, &clean->cursor,
                                   &parser->context, &event, reader.offset, &reading);
        if (status != OK) return status;
        if (clean->first == NULL) clean->first = reading;
    }
}

static enum status tokens_send(struct parser *parser, const struct reading_list *readings)
{
    for (size_t i = 0; i < readings->count; i++) {
        enum status status = reading_emit(&parser->line_arena, readings->items[i], parser->sink);
        if (status != OK) return status;
    }
    return OK;
}

/* The mark's own number is an ordinal, and a contents line's last one a page. */
static void fix_ordinals(const struct outline_line *line, const struct reading *reading)
{
    for (int i = 0; i < reading->count; i++) {
        struct numeral *numeral = &reading->numerals[i];
        bool page = line->ends_with_page && i == reading->count - 1;
        bool mark = numeral->begin < line->content || line->kind == OUTLINE_NUMBER;
        if ((page || mark) && numeral->kind == NUMERAL_QUANTITY) numeral->kind = NUMERAL_ORDINAL;
    }
}

/* The time that a heading or bullet speaks of; a bullet only where it names one. */
static void entry_days(struct outline_entry *entry, const struct reading *content)
{
    int found = 0;
    for (int i = 0; i < content->count; i++) {
        const struct numeral *numeral = &content->numerals[i];
        if (!numeral->has_days) continue;
        if (found++ == 0) entry->days = numeral->days;
    }
    entry->has_days = entry->is_heading ? found > 0 : found == 1;
}

static int heading_count(const struct outline *outline)
{
    int count = 0;
    while (count < outline->count && outline->entries[count].is_heading)
        count++;
    return count;
}

/* `인 력 정원 134명`: the letter-spaced word is the label of the rest. */
static enum status without_spaced_label(struct parser *parser, const struct reading *content,
                                        struct reading *rest, bool *found)
{
    struct text text = content->span.text;
    size_t prefix = label_spaced_prefix(text);
    struct text behind = text_trim((struct text){text.bytes + prefix, text.length - prefix});
    *found = prefix > 0 && content->count > 0 && behind.length > 0 && behind.bytes[0] != ':' &&
             behind.bytes[0] != '(';
    return reading_from(&parser->line_arena, content, *found ? prefix : 0, rest);
}

/* A heading or bullet goes onto the outline; its figures stand below what was there before, or
 * below itself where it begins with a label of its own. */
static enum status entry_figures(struct parser *parser, const struct outline_line *line,
                                 const struct reading *content, int number)
{
    struct outline *outline = &parser->outline;
    struct outline_entry *pushed = outline_push(outline, line, content->span.text, number);
    entry_days(pushed, content);
    figures_pushed(&parser->figures, outline);
    parser->figures.caption.length = 0;
    bool labelled;
    struct reading rest;
    enum status status = without_spaced_label(parser, content, &rest, &labelled);
    if (status != OK) return status;
    struct figure_place place = {.outline = outline, .entries = outline->count - !labelled};
    return figures_of_text(&parser->figures, &place, &rest, true);
}

/* The figures of a run that is neither a table's nor an entry's. */
static enum status plain_figures(struct parser *parser, const struct outline_line *line,
                                 const struct reading *reading)
{
    struct outline *outline = &parser->outline;
    struct figure_place place = {.outline = outline, .entries = outline->count};
    if (line->kind == OUTLINE_PLAIN && !line->continues) place.entries = heading_count(outline);
    return figures_of_text(&parser->figures, &place, reading, false);
}

/* `3.3(화)~` alone on a line is the time of the title above it, not another title. */
static bool is_time_of_title(struct parser *parser, const struct outline_line *line,
                             const struct reading *reading)
{
    struct outline *outline = &parser->outline;
    if (line->kind != OUTLINE_HEADING || line->rank != RANK_TITLE || outline->count == 0)
        return false;
    struct outline_entry *top = &outline->entries[outline->count - 1];
    if (reading->count != 1 || !reading->numerals[0].has_days || top->rank != RANK_TITLE)
        return false;
    const struct numeral *date = &reading->numerals[0];
    if (text_trim(reading->span.text).length > date->end - date->begin + 1) return false;
    top->has_days = true;
    top->days = date->days;
    return true;
}

static enum status line_figures(struct parser *parser, struct clean_line *clean,
                                const struct outline_line *line)
{
    bool entry = line->kind == OUTLINE_HEADING || line->kind == OUTLINE_BULLET;
    for (size_t i = 0; i < clean->readings.count; i++) {
        const struct reading *reading = clean->readings.items[i];
        if (reading->is_markup) continue;
        bool is_first = reading == clean->first;
        if (is_first && is_time_of_title(parser, line, reading)) continue;
        struct reading content;
        enum status status =
            reading_from(&parser->line_arena, reading, is_first ? line->content : 0, &content);
        if (status == OK && entry && is_first) {
            status = entry_figures(parser, line, &content, clean->line.number);
        } else if (status == OK) {
            status = plain_figures(parser, line, &content);
        }
        if (status != OK) return status;
    }
    if (entry && line->is_remark) outline_pop(&parser->outline);
    return OK;
}

/* `<표 1> 세출예산` → `세출예산`, `< 건수 >` → `건수` */
static struct label caption_of(struct text text)
{
    static const char *const pairs[][2] = {{"<", ">"},   {"〈", "〉"}, {"＜", "＞"},
                                           {"《", "》"}, {"【", "】"}, {"[", "]"}};
    for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++) {
        struct text open = text_from(pairs[i][0]);
        struct text close = text_from(pairs[i][1]);
        ptrdiff_t at = text_find(text, close);
        if (!text_starts_with(text, open) || at < 0) continue;
        size_t behind = (size_t)at + close.length;
        if (behind < text.length)
            return label_of((struct text){text.bytes + behind, text.length - behind});
        return label_of((struct text){text.bytes + open.length, (size_t)at - open.length});
    }
    return label_of(text);
}

/* A note's unit and date, and a caption, are for the table below. */
static enum status remember(struct parser *parser, const struct clean_line *clean,
                            const struct outline_line *line)
{
    const struct reading *reading = clean->first;
    if (reading == NULL) return OK;
    struct text text = reading->span.text;
    bool unit = contains(text, "단위") && memchr(text.bytes, ':', text.length) != NULL;
    if (line->kind == OUTLINE_CAPTION) {
        parser->figures.caption = caption_of(text_trim(text));
        parser->caption_line = clean->line.number;
    }
    bool noted = line->kind == OUTLINE_NOTE || unit;
    return noted ? note_read(parser, reading, clean->line.number) : OK;
}

enum status prose_parse(struct parser *parser, struct clean_line *clean,
                        const struct outline_line *line)
{
    if (clean->first != NULL) fix_ordinals(line, clean->first);
    enum status status = remember(parser, clean, line);
    if (status == OK) status = tokens_send(parser, &clean->readings);
    if (status == OK && line->kind != OUTLINE_NUMBER) status = line_figures(parser, clean, line);
    return status;
}
