#include "import.h"

#include <string.h>

#include "import_cover.h"
#include "import_grids.h"
#include "import_parser.h"

enum {
    ARENA_BYTES_MAX = 512 * 1024 * 1024, /* Of one table; its own limits stop it well before. */
    ARENA_BYTES_KEPT = 256 * 1024,       /* Used before an arena of lines is reset. */
    PEEK_LINES_MAX = 12,
    NOTE_LINES_MAX = 6,    /* Between a note and its table. */
    CAPTION_LINES_MAX = 4, /* Between a caption and its table. */
};

static enum status no_memory(struct parser *parser, enum status status)
{
    if (status != RESOURCE_EXHAUSTED) return status;
    return fault_set(parser->fault, status,
                     "no memory near line %d: a table there may be too large",
                     parser->lines.number);
}

static void tables_reset(struct parser *parser)
{
    struct reading_arenas arenas = {&parser->table_arena, &parser->scratch};
    tables_init(&parser->tables, &arenas, &parser->context);
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
    tables_reset(parser);
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
    bool may = line->kind == OUTLINE_RULE || table->form == SLICE_TABLE_FORM_PIPES;
    if (!may) return false;
    if (line->kind == OUTLINE_BLANK) return false;
    char separator = table->form == SLICE_TABLE_FORM_TABS ? '\t' : '|';
    return memchr(text.bytes, separator, text.length) != NULL;
}

static enum status table_begin(struct parser *parser, slice_table_form form,
                               const struct import_line *line)
{
    size_t first = (size_t)(text_trim(line->text).bytes - line->text.bytes);
    struct column_cursor cursor = column_cursor_of(line->text);
    tables_reset(parser);
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
    if (status == OK) status = prose_parse(parser, &before, &plain);
    if (status != OK) return status;
    struct column_cursor cursor = column_cursor_of(line->text);
    tables_reset(parser);
    return tables_add_from(&parser->tables, line, &cursor, at);
}

/* Does `</table` come at all? A table that is never closed ends at a blank line. Each part of the
 * text is searched once. */
static bool closes_later(struct parser *parser)
{
    struct text utf8 = parser->lines.utf8;
    size_t offset = parser->lines.offset;
    if (parser->table_close >= offset && parser->table_close > 0)
        return parser->table_close < utf8.length;
    static const char *const ends[] = {"</table", "</TABLE"};
    parser->table_close = SIZE_MAX;
    for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
        struct text rest = {utf8.bytes + offset, utf8.length - offset};
        ptrdiff_t at = text_find(rest, text_from(ends[i]));
        if (at >= 0 && offset + (size_t)at < parser->table_close)
            parser->table_close = offset + (size_t)at;
    }
    return parser->table_close < utf8.length;
}

static enum status html_add(struct parser *parser, const struct import_line *line)
{
    enum status status = tables_add(&parser->tables, line);
    bool ends = status == OK && !tables_awaits_end(&parser->tables);
    return ends ? table_end(parser, (struct text){"", 0}) : status;
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
        if (!blank || closes_later(parser)) return html_add(parser, line);
        enum status status = table_end(parser, (struct text){"", 0});
        if (status != OK) return status;
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
        /* Marks may stand behind markup: look at the clean text. */
        const struct reading *first = clean.first;
        if (first != NULL && (first->span.origin != NULL || clean.readings.count > 1)) {
            kind = outline_classify(&parser->outline, first->span.text, &around);
        }
        if (form_of(kind.kind) != SLICE_TABLE_FORM_UNSPECIFIED) kind.kind = OUTLINE_PLAIN;
        status = prose_parse(parser, &clean, &kind);
    }
    outline_advance(&parser->outline, &kind, text);
    return status;
}

static enum status parse_lines(struct parser *parser)
{
    for (;;) {
        if (!tables_is_open(&parser->tables) && parser->line_arena.total > ARENA_BYTES_KEPT) {
            arena_reset(&parser->line_arena);
            import_lines_forget(&parser->lines);
        }
        struct import_lines here = parser->lines;
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
    tables_reset(parser);
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
