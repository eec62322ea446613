#include "import.h"

#include <string.h>

#include "import_cover.h"
#include "import_figures.h"
#include "import_grids.h"
#include "import_lines.h"
#include "import_outline.h"
#include "import_owners.h"
#include "import_readings.h"
#include "import_tables.h"

enum {
    ARENA_BYTES_MAX = 512 * 1024 * 1024, /* Of one table; its own limits stop it well before. */
    ARENA_BYTES_KEPT = 256 * 1024,       /* Used before an arena of lines is reset. */
    PEEK_LINES_MAX = 12,
    NOTE_LINES_MAX = 6,    /* Between a note and its table. */
    CAPTION_LINES_MAX = 4, /* Between a caption and its table. */
    SPANS_MAX = 64,        /* Runs of a line outside tables; the rest are read one by one. */
};

struct parser {
    const struct import_options *options;
    const struct import_sink *sink;
    struct fault *fault;
    struct import_lines lines;
    struct arena line_arena;  /* Of lines outside tables. */
    struct arena table_arena; /* Of the open table. */
    struct arena scratch;     /* Of one figure. */
    struct import_owners owners;
    struct numeral_context context;
    struct outline outline;
    struct figures figures;
    struct tables tables;
    struct table_note note;
    int caption_line;
    int remarks;
};

/* A line's first run without markup, and how many runs follow. */
struct clean_line {
    struct import_line line;
    struct column_cursor cursor;
    struct reading_list readings;
    bool has_text;
};

static bool contains(struct text text, const char *part)
{
    return text_find(text, text_from(part)) >= 0;
}

static enum status no_memory(struct parser *parser, enum status status)
{
    if (status != RESOURCE_EXHAUSTED) return status;
    return fault_set(parser->fault, status,
                     "no memory near line %d: a table there may be too large",
                     parser->lines.number);
}

/* Remembers the unit and the date that a note gives. */
static enum status note_read(struct parser *parser, const struct reading *reading, int number)
{
    struct table_note *note = &parser->note;
    if (note->line == 0 || number - note->line > NOTE_LINES_MAX) *note = (struct table_note){0};
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
static enum status clean_read(struct parser *parser, struct clean_line *clean)
{
    struct text text = clean->line.text;
    clean->cursor = column_cursor_of(text);
    clean->readings = (struct reading_list){0};
    clean->has_text = false;
    struct html_reader reader = html_reader_of(text, 0, text.length);
    size_t read = 0;
    for (;;) {
        struct html_event event;
        bool found;
        enum status status = html_next(&reader, &parser->line_arena, &event, &found);
        if (status != OK || !found) return status;
        if (event.kind == HTML_TEXT && text_trim(event.span.text).length > 0) {
            struct reading *reading = readings_add(&parser->line_arena, &clean->readings);
            if (reading == NULL) return RESOURCE_EXHAUSTED;
            status = reading_of(&parser->line_arena, clean->line.number, &event.span,
                                &clean->cursor, &parser->context, reading);
            if (status == OK) {
                status = readings_within(&parser->line_arena, &clean->readings, clean->line.number,
                                         &clean->cursor, &event.span);
            }
            clean->has_text = true;
        } else if (event.kind != HTML_TEXT) {
            status = readings_of_markup(&parser->line_arena, &clean->readings, clean->line.number,
                                        &clean->cursor, read, reader.offset);
        }
        if (status != OK) return status;
        read = reader.offset;
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
static void fix_ordinals(const struct outline_line *line, struct reading *reading)
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

/* The figures of a run that is no table's. */
static enum status run_figures(struct parser *parser, const struct outline_line *line,
                               const struct reading *reading, bool is_first)
{
    struct outline *outline = &parser->outline;
    struct figure_place place = {.outline = outline, .entries = outline->count};
    bool is_entry = is_first && (line->kind == OUTLINE_HEADING || line->kind == OUTLINE_BULLET);
    if (!is_entry && line->kind == OUTLINE_PLAIN && !line->continues)
        place.entries = heading_count(outline);
    if (is_entry) place.entries = outline->count - 1;
    return figures_of_text(&parser->figures, &place, reading, is_entry);
}

static enum status line_figures(struct parser *parser, struct clean_line *clean,
                                const struct outline_line *line)
{
    bool is_first = true;
    for (size_t i = 0; i < clean->readings.count; i++) {
        struct reading *reading = clean->readings.items[i];
        if (reading->is_markup) continue;
        struct reading content = *reading;
        enum status status = OK;
        if (is_first) {
            status = reading_from(&parser->line_arena, reading, line->content, &content);
            bool entry = line->kind == OUTLINE_HEADING || line->kind == OUTLINE_BULLET;
            if (status == OK && entry) {
                struct outline_entry *pushed =
                    outline_push(&parser->outline, line, content.span.text, clean->line.number);
                entry_days(pushed, &content);
                figures_pushed(&parser->figures, &parser->outline);
                parser->figures.caption.length = 0;
            }
        }
        if (status == OK) status = run_figures(parser, line, &content, is_first);
        if (status != OK) return status;
        is_first = false;
    }
    return OK;
}

/* A line outside tables. */
static enum status line_parse(struct parser *parser, struct clean_line *clean,
                              const struct outline_line *line)
{
    struct text text = clean->line.text;
    for (size_t i = 0; i < clean->readings.count; i++) {
        struct reading *reading = clean->readings.items[i];
        if (reading->is_markup) continue;
        fix_ordinals(line, reading);
        bool unit = contains(reading->span.text, "단위") &&
                    memchr(reading->span.text.bytes, ':', reading->span.text.length) != NULL;
        if (line->kind == OUTLINE_NOTE || unit) {
            enum status status = note_read(parser, reading, clean->line.number);
            if (status != OK) return status;
        }
        if (line->kind == OUTLINE_CAPTION) {
            parser->figures.caption = label_of(text_trim(reading->span.text));
            parser->caption_line = clean->line.number;
        }
        break;
    }
    (void)text;
    enum status status = tokens_send(parser, &clean->readings);
    if (status == OK && line->kind != OUTLINE_NUMBER) status = line_figures(parser, clean, line);
    return status;
}

static enum status table_end(struct parser *parser, struct text below)
{
    if (!tables_is_open(&parser->tables)) return OK;
    int line = parser->tables.first->line;
    const struct table_note *note = &parser->note;
    bool noted = note->line > 0 && line - note->line <= NOTE_LINES_MAX;
    struct table_note copy = noted ? *note : (struct table_note){0};
    if (copy.unit.unit != NULL) copy.unit.unit = copy.unit_name;
    if (line - parser->caption_line > CAPTION_LINES_MAX) parser->figures.caption.length = 0;
    enum status status =
        grids_send(&parser->figures, &parser->outline, &parser->tables, &copy, below);
    parser->figures.caption.length = 0;
    arena_reset(&parser->table_arena);
    tables_init(&parser->tables, &parser->table_arena, &parser->context);
    return status;
}

static slice_table_form form_of(enum outline_kind kind)
{
    switch (kind) {
    case OUTLINE_TABS:
        return SLICE_TABLE_FORM_TABS;
    case OUTLINE_PIPES:
        return SLICE_TABLE_FORM_PIPES;
    case OUTLINE_HTML:
        return SLICE_TABLE_FORM_HTML;
    case OUTLINE_BLANK:
    case OUTLINE_HEADING:
    case OUTLINE_BULLET:
    case OUTLINE_CAPTION:
    case OUTLINE_NOTE:
    case OUTLINE_RULE:
    case OUTLINE_NUMBER:
    case OUTLINE_PLAIN:
        break;
    }
    return SLICE_TABLE_FORM_UNSPECIFIED;
}

/* Does the line belong to the open table? */
static bool goes_on(const struct parser *parser, const struct outline_line *line, struct text text)
{
    const struct table *table = parser->tables.first;
    if (table->form == SLICE_TABLE_FORM_HTML) return tables_awaits_end(&parser->tables);
    if (form_of(line->kind) == table->form) return true;
    if (line->kind != OUTLINE_RULE) return false;
    char separator = table->form == SLICE_TABLE_FORM_TABS ? '\t' : '|';
    return memchr(text.bytes, separator, text.length) != NULL;
}

static enum status table_begin(struct parser *parser, slice_table_form form,
                               const struct import_line *line)
{
    size_t first = (size_t)(text_trim(line->text).bytes - line->text.bytes);
    struct column_cursor cursor = column_cursor_of(line->text);
    tables_init(&parser->tables, &parser->table_arena, &parser->context);
    if (form == SLICE_TABLE_FORM_HTML) return OK; /* Its tag begins it. */
    return tables_begin(&parser->tables, form, line->number, column_at(&cursor, first));
}

/* A line of HTML holds text before its first table too: it is read apart. */
static enum status html_begin(struct parser *parser, const struct import_line *line)
{
    size_t at = 0;
    (void)html_table_in(line->text, &at);
    struct clean_line before = {.line = *line};
    before.line.text.length = at;
    enum status status = clean_read(parser, &before);
    struct outline_line plain = {.kind = OUTLINE_PLAIN};
    if (status == OK) status = line_parse(parser, &before, &plain);
    if (status != OK) return status;
    struct column_cursor cursor = column_cursor_of(line->text);
    tables_init(&parser->tables, &parser->table_arena, &parser->context);
    return tables_add_from(&parser->tables, line, &cursor, at);
}

static enum status line_step(struct parser *parser, const struct import_line *line, bool *again)
{
    *again = false;
    struct outline_around around = {{"", 0}, 0};
    bool blank = import_line_blank(line->text);
    struct clean_line clean = {.line = *line};
    struct text text = line->text;
    bool in_html = tables_is_open(&parser->tables) && tables_awaits_end(&parser->tables);
    if (in_html) {
        if (!tables_has_room(&parser->tables)) {
            /* The rest of it is read as text. */
            enum status status = table_end(parser, (struct text){"", 0});
            *again = status == OK;
            return status;
        }
        enum status status = tables_add(&parser->tables, line);
        if (status == OK && !tables_awaits_end(&parser->tables))
            status = table_end(parser, (struct text){"", 0});
        return status;
    }
    struct outline_line kind = {.kind = OUTLINE_BLANK};
    if (!blank) {
        around.next = import_lines_peek(&parser->lines, &parser->line_arena, PEEK_LINES_MAX,
                                        &around.blank_after);
        kind = outline_classify(&parser->outline, text, &around);
    }
    if (tables_is_open(&parser->tables)) {
        if (!blank && goes_on(parser, &kind, text)) {
            if (!tables_has_room(&parser->tables)) {
                enum status status = table_end(parser, (struct text){"", 0});
                *again = status == OK;
                return status;
            }
            return tables_add(&parser->tables, line);
        }
        int ignored;
        struct text below =
            blank ? import_lines_peek(&parser->lines, &parser->line_arena, 2, &ignored) : text;
        enum status status = table_end(parser, below);
        if (status != OK) return status;
    }
    if (blank) {
        outline_advance(&parser->outline, &kind, text);
        return OK;
    }
    slice_table_form form = form_of(kind.kind);
    enum status status = OK;
    if (form == SLICE_TABLE_FORM_HTML) {
        status = html_begin(parser, line);
        if (status == OK && tables_is_open(&parser->tables) &&
            !tables_awaits_end(&parser->tables)) {
            status = table_end(parser, (struct text){"", 0});
        }
    } else if (form != SLICE_TABLE_FORM_UNSPECIFIED) {
        status = table_begin(parser, form, line);
        if (status == OK) status = tables_add(&parser->tables, line);
    } else {
        status = clean_read(parser, &clean);
        if (status != OK) return status;
        if (clean.has_text) {
            /* Marks may stand behind markup: look at the clean text. */
            for (size_t i = 0; i < clean.readings.count; i++) {
                if (clean.readings.items[i]->is_markup) continue;
                if (clean.readings.items[i]->span.origin != NULL || clean.readings.count > 1) {
                    kind = outline_classify(&parser->outline, clean.readings.items[i]->span.text,
                                            &around);
                }
                break;
            }
        }
        if (form_of(kind.kind) != SLICE_TABLE_FORM_UNSPECIFIED) kind.kind = OUTLINE_PLAIN;
        status = line_parse(parser, &clean, &kind);
    }
    outline_advance(&parser->outline, &kind, text);
    return status;
}

static enum status parse_lines(struct parser *parser)
{
    for (;;) {
        struct import_lines here = parser->lines;
        if (!tables_is_open(&parser->tables) && parser->line_arena.total > ARENA_BYTES_KEPT) {
            arena_reset(&parser->line_arena);
        }
        struct import_line line;
        bool found;
        bool again;
        enum status status =
            import_lines_next(&parser->lines, &parser->line_arena, &line, &found, parser->fault);
        if (status != OK || !found) return status;
        status = line_step(parser, &line, &again);
        if (status != OK) return no_memory(parser, status);
        if (again) parser->lines = here;
    }
}

static enum status parser_init(struct parser *parser, struct arena *arena,
                               struct import_cover *cover)
{
    arena_init(&parser->line_arena, ARENA_BYTES_MAX);
    arena_init(&parser->table_arena, ARENA_BYTES_MAX);
    arena_init(&parser->scratch, ARENA_BYTES_MAX);
    enum status status = cover_read(arena, parser->lines.utf8, cover);
    if (status == OK) status = owners_builtin(arena, &parser->owners);
    if (status != OK) return status;
    const char *given = parser->options->as_of;
    const char *as_of = given != NULL && given[0] != '\0' ? given : cover->as_of;
    struct date day;
    if (as_of[0] != '\0' && date_parse(text_from(as_of), &day) == OK) {
        parser->context.has_year = true;
        parser->context.day = day;
    }
    outline_init(&parser->outline);
    parser->figures = (struct figures){
        .options = parser->options,
        .sink = parser->sink,
        .owners = &parser->owners,
        .scratch = &parser->scratch,
        .has_as_of = parser->context.has_year,
        .as_of = parser->context.day,
    };
    tables_init(&parser->tables, &parser->table_arena, &parser->context);
    return OK;
}

enum status import_parse(struct arena *arena, struct text utf8,
                         const struct import_options *options, const struct import_sink *sink,
                         struct import_cover *cover, struct fault *fault)
{
    struct parser *parser = arena_calloc(arena, 1, sizeof *parser);
    if (parser == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory to read a report");
    parser->options = options;
    parser->sink = sink;
    parser->fault = fault;
    parser->lines = import_lines_of(utf8);
    enum status status = parser_init(parser, arena, cover);
    if (status == OK) status = parse_lines(parser);
    if (status == OK) status = no_memory(parser, table_end(parser, (struct text){"", 0}));
    if (status == OK) cover->line_count = parser->lines.number;
    arena_free(&parser->line_arena);
    arena_free(&parser->table_arena);
    arena_free(&parser->scratch);
    return status;
}
