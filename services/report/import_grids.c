#include "import_grids.h"

#include <string.h>

enum {
    CELL_LABELS_MAX = ROW_LABELS_MAX + HEADING_LABELS_MAX + IMPORT_NESTING_MAX + 2,
    UNIT_POINTS_MAX = 4,          /* Of a unit in a label's brackets. */
    CELL_HEADING_POINTS_MAX = 20, /* A short line without number heads what is below it. */
};

/* What the headings say of a column. */
struct column {
    struct label labels[HEADING_LABELS_MAX];
    int count;
    struct reading_unit unit;
    bool has_own_unit; /* In the heading's brackets. */
    bool is_ordinal;
    bool has_days;
    struct numeral_days days;
};

/* A table on its way out. */
struct grid {
    struct figures *figures;
    const struct outline *outline;
    struct arena *arena; /* Of the table. */
    struct table *table;
    const struct table_note *note;
    struct column *columns;
    int label_columns;            /* The first ones, which name the rows. */
    struct owner_weights weights; /* Of the title and the headings. */
    struct label title;
    int entries;          /* How many of the outline's entries stand above the table. */
    struct label bracket; /* What numbers in brackets count; empty: not said. */
    struct label carried[ROW_LABELS_MAX]; /* Labels from the rows above. */
};

/* Columns whose bare numbers are no money and no rate. */
static const char *const counted_headings[] = {"건수", "인원", "횟수", "개수", "명수",
                                               "수량", "개소", "면적", "연도", "년도",
                                               "순위", "점수", "정원", "현원"};
static const char *const numbering_headings[] = {"연번", "번호", "순번", "일련번호", "NO", "No"};
static const char *const rate_headings[] = {"율", "률", "비율", "비중", "구성비", "%"};

static bool contains_one(struct text text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_find(text, text_from(list[i])) >= 0) return true;
    }
    return false;
}

static bool ends_as_rate(struct text label)
{
    if (text_find(label, text_from("%")) >= 0) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(rate_headings); i++) {
        if (text_ends_with(label, text_from(rate_headings[i]))) return true;
    }
    return false;
}

/* The cell of a row that covers a column, or NULL. */
static const struct table_cell *cell_over(const struct table_row *row, int column)
{
    /* Cells lie in order; most often the index is the column. */
    size_t from = (size_t)column < row->count ? (size_t)column : row->count;
    for (size_t i = from + 1; i > 0; i--) {
        if (i - 1 >= row->count) continue;
        const struct table_cell *cell = row->cells[i - 1];
        if (cell->column > column) continue;
        if (cell->text.length == 0 && cell->column_span == 1) {
            /* A place that a heading to the left covers. */
            for (size_t left = i - 1; left > 0; left--) {
                const struct table_cell *group = row->cells[left - 1];
                if (group->column + group->column_span > column) return group;
                if (group->text.length > 0) break;
            }
        }
        return cell->column + cell->column_span > column ? cell : NULL;
    }
    return NULL;
}

/* A unit in a label's brackets: `예산액(백만원)`, `승객(천명)`. */
static bool bracket_unit(struct grid *grid, struct text label, struct reading_unit *unit)
{
    ptrdiff_t open = text_find(label, text_from("("));
    if (open < 0) return false;
    struct text own = {label.bytes + open, label.length - (size_t)open};
    ptrdiff_t close = text_find(own, text_from(")"));
    if (close <= 1) return false;
    own.length = (size_t)close + 1;
    struct reading_unit read = {NULL, 0};
    if (text_code_points(own) > UNIT_POINTS_MAX + 2 ||
        !numerals_unit_note(grid->arena, own, &read.unit, &read.exponent))
        return false;
    *unit = read;
    return true;
}

static void column_unit(struct grid *grid, struct column *column, struct text label)
{
    if (bracket_unit(grid, label, &column->unit)) {
        column->has_own_unit = true;
        return;
    }
    bool is_money = grid->note != NULL && grid->note->unit.unit != NULL &&
                    strcmp(grid->note->unit.unit, "KRW") == 0;
    if (ends_as_rate(label)) {
        column->unit = (struct reading_unit){"PERCENT", 0};
    } else if (is_money && contains_one(label, counted_headings, ARRAY_LENGTH(counted_headings))) {
        column->unit = (struct reading_unit){NULL, 0};
    }
}

static void column_days(struct column *column, const struct table_cell *cell)
{
    for (const struct table_text *each = cell->texts; each != NULL; each = each->next) {
        for (int i = 0; i < each->reading->count; i++) {
            const struct numeral *numeral = &each->reading->numerals[i];
            bool time = numeral->kind == NUMERAL_DATE || numeral->kind == NUMERAL_PERIOD;
            if (!time || !numeral->has_days) continue;
            column->has_days = true;
            column->days = numeral->days;
        }
    }
}

static enum status columns_read(struct grid *grid)
{
    const struct table *table = grid->table;
    grid->columns = arena_calloc(grid->arena, (size_t)table->columns + 1, sizeof *grid->columns);
    if (grid->columns == NULL) return RESOURCE_EXHAUSTED;
    for (int c = 0; c < table->columns; c++) {
        struct column *column = &grid->columns[c];
        if (grid->note != NULL) column->unit = grid->note->unit;
        for (int r = 0; r < table->heading_rows && column->count < HEADING_LABELS_MAX; r++) {
            const struct table_cell *cell = cell_over(&table->rows[r], c);
            if (cell == NULL || cell->text.length == 0) continue;
            struct label label = label_of(cell->text);
            if (label.length == 0) continue;
            column_days(column, cell);
            column_unit(grid, column, label_text(&label));
            column->is_ordinal |= contains_one(label_text(&label), numbering_headings,
                                               ARRAY_LENGTH(numbering_headings)) &&
                                  label.length <= 12;
            bool same =
                column->count > 0 &&
                text_equal(label_text(&column->labels[column->count - 1]), label_text(&label));
            if (!same) column->labels[column->count++] = label;
        }
    }
    return OK;
}

/* Rows such as `I. │ 일반현황 │ 1`: the last number is a page. */
static bool is_contents(const struct table *table)
{
    if (table->row_count == 0 || table->columns < 2 || table->columns > 3) return false;
    for (size_t r = 0; r < table->row_count; r++) {
        const struct table_row *row = &table->rows[r];
        if (row->count < 2) return false;
        const struct table_cell *first = row->cells[0];
        const struct table_cell *last = row->cells[row->count - 1];
        bool numbered =
            first->texts != NULL && first->texts->reading->count > 0 &&
            first->texts->reading->numerals[0].begin == 0 &&
            (first->texts->reading->numerals[0].kind == NUMERAL_ORDINAL || row->count == 3);
        bool page = last->number != NULL && !last->number->numerals[0].has_unit;
        if (!numbered || !page) return false;
    }
    return true;
}

/* A cell that may name its row. */
static bool names_row(const struct table_cell *cell)
{
    if (cell->number != NULL || cell->text.length == 0) return false;
    if (text_equal(cell->text, text_from("-"))) return false;
    return text_code_points(cell->text) <= ROW_LABEL_POINTS_MAX;
}

/* Numbers that only number rows or pages are ordinals. */
static void number_rows(struct grid *grid)
{
    struct table *table = grid->table;
    bool contents = is_contents(table);
    if (contents) table->heading_rows = 0;
    for (size_t r = 0; r < table->row_count; r++) {
        const struct table_row *row = &table->rows[r];
        for (size_t i = 0; i < row->count; i++) {
            const struct table_cell *cell = row->cells[i];
            if (cell->number == NULL || cell->number->numerals[0].has_unit) continue;
            bool numbering =
                grid->columns[cell->column].is_ordinal && (int)r >= table->heading_rows;
            if (contents || numbering) cell->number->numerals[0].kind = NUMERAL_ORDINAL;
        }
    }
}

/* Gives numbers their unit: of the column's heading, else of the row's label, else of the note. */
static void apply_units(struct grid *grid)
{
    const struct table *table = grid->table;
    for (size_t r = (size_t)table->heading_rows; r < table->row_count; r++) {
        const struct table_row *row = &table->rows[r];
        struct reading_unit own = {NULL, 0};
        for (size_t i = 0; i < row->count; i++) {
            const struct table_cell *cell = row->cells[i];
            bool labels = cell->column < grid->label_columns && names_row(cell);
            if (labels) (void)bracket_unit(grid, cell->text, &own);
            if (cell->number == NULL) continue;
            const struct column *column = &grid->columns[cell->column];
            bool rate = column->unit.unit != NULL && strcmp(column->unit.unit, "PERCENT") == 0;
            bool of_row = own.unit != NULL && !column->has_own_unit && !rate;
            cell->number->unit = of_row ? own : column->unit;
        }
    }
}

/* `① 위치/규모` → `위치/규모` */
static struct label row_label(struct text text)
{
    size_t offset = 0;
    uint32_t point = text.length > 0 ? text_next(text, &offset) : 0;
    bool circled = point >= 0x2460 && point <= 0x2473;
    size_t begin = circled && offset < text.length ? offset : 0;
    return label_of((struct text){text.bytes + begin, text.length - begin});
}

/* A cell that only says when. */
static const struct numeral_days *cell_days(const struct table_cell *cell)
{
    if (cell->texts == NULL || cell->texts->next != NULL || cell->texts->reading->count != 1)
        return NULL;
    const struct numeral *numeral = &cell->texts->reading->numerals[0];
    if (!numeral->has_days || (numeral->kind != NUMERAL_DATE && numeral->kind != NUMERAL_PERIOD))
        return NULL;
    return numeral->end - numeral->begin + 3 >= cell->text.length ? &numeral->days : NULL;
}

/* The labels of a row for a cell in `column`, from left to right. */
static int row_labels(struct grid *grid, const struct table_row *row, int column,
                      struct label labels[static ROW_LABELS_MAX], const struct numeral_days **days)
{
    int count = 0;
    for (int c = 0; c < grid->label_columns && c < column; c++) {
        const struct table_cell *own = NULL;
        for (size_t i = 0; i < row->count && row->cells[i]->column <= c; i++) {
            if (row->cells[i]->column == c) own = row->cells[i];
        }
        bool empty = own == NULL || own->text.length == 0;
        if (empty && grid->carried[c].length > 0) {
            labels[count++] = grid->carried[c];
        } else if (!empty && names_row(own)) {
            const struct numeral_days *when = cell_days(own);
            if (when != NULL) *days = when;
            struct label label = row_label(own->text);
            if (label.length > 0) labels[count++] = label;
        }
    }
    return count;
}

static bool has_quantity(const struct table_cell *cell)
{
    for (const struct table_text *each = cell->texts; each != NULL; each = each->next) {
        for (int i = 0; i < each->reading->count; i++) {
            if (each->reading->numerals[i].kind == NUMERAL_QUANTITY) return true;
        }
    }
    return false;
}

/* The columns that name rows: the first, and those behind it up to the first that has a quantity.
 * A chart of steps (`① … → ② …`) has none. */
static int count_label_columns(const struct grid *grid)
{
    const struct table *table = grid->table;
    if (table->row_count > 0 && table->rows[0].count > 0) {
        struct text first = table->rows[0].cells[0]->text;
        size_t offset = 0;
        if (first.length > 0 && text_next(first, &offset) == 0x2460) return 0;
    }
    int columns = ROW_LABELS_MAX;
    int named = 0; /* The first column that names, behind those that number the rows. */
    while (named + 1 < table->columns && grid->columns[named].is_ordinal)
        named++;
    for (size_t r = (size_t)table->heading_rows; r < table->row_count; r++) {
        const struct table_row *row = &table->rows[r];
        for (size_t i = 0; i < row->count && row->cells[i]->column < columns; i++) {
            const struct table_cell *cell = row->cells[i];
            if (cell->column > named && has_quantity(cell)) columns = cell->column;
        }
    }
    return columns;
}

/* Remembers the row's labels for the empty cells below. */
static void carry(struct grid *grid, const struct table_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        const struct table_cell *cell = row->cells[i];
        if (cell->column >= ROW_LABELS_MAX || cell->text.length == 0) continue;
        for (int c = cell->column; c < ROW_LABELS_MAX; c++)
            grid->carried[c].length = 0;
        if (!names_row(cell)) break;
        grid->carried[cell->column] = row_label(cell->text);
    }
}

static struct figure_place place_of(const struct grid *grid, int row, int column)
{
    return (struct figure_place){
        .outline = grid->outline,
        .entries = grid->entries,
        .owner = owners_choose(&grid->weights),
        .table_row = row + 1,
        .table_column = column + 1,
    };
}

/* The labels above a cell's text: of its row, then of its column. */
struct cell_labels {
    struct label labels[CELL_LABELS_MAX];
    int count;
    const struct numeral_days *days;
};

static void labels_of_cell(struct grid *grid, size_t r, const struct table_cell *cell,
                           struct cell_labels *above)
{
    above->count = 0;
    above->days = NULL;
    if (grid->title.length > 0 && grid->table->nested > 0)
        above->labels[above->count++] = grid->title;
    if ((int)r < grid->table->heading_rows) return;
    struct label labels[ROW_LABELS_MAX];
    int count = row_labels(grid, &grid->table->rows[r], cell->column, labels, &above->days);
    for (int i = 0; i < count; i++)
        above->labels[above->count++] = labels[i];
    const struct column *column = &grid->columns[cell->column];
    for (int i = 0; i < column->count; i++)
        above->labels[above->count++] = column->labels[i];
    if (column->has_days) above->days = &column->days;
    if (above->days == NULL && grid->note != NULL && grid->note->has_days)
        above->days = &grid->note->days;
}

/* `131(80)`: the second number counts what the remark below the table says. */
static enum status number_figures(struct grid *grid, struct figure_place *place,
                                  const struct table_cell *cell, struct cell_labels *above)
{
    struct reading first = *cell->number;
    first.count = 1;
    enum status status = figures_of_text(grid->figures, place, &first, false);
    if (status != OK || cell->number->count < 2) return status;
    struct reading rest;
    status = reading_from(grid->arena, cell->number, cell->number->numerals[0].end, &rest);
    if (status != OK) return status;
    if (grid->bracket.length > 0) above->labels[place->label_count++] = grid->bracket;
    return figures_of_text(grid->figures, place, &rest, false);
}

/* Where the item that begins at `begin` ends: at a further bullet in the run (`… ○ …`, `… - …`). */
static size_t item_end(const struct reading *reading, size_t begin)
{
    static const char *const bullets[] = {" ○ ", " ● ", " □ ", " ▶ ", " ※ ", " - "};
    struct text text = reading->span.text;
    size_t skip = begin;
    while (skip < text.length && text.bytes[skip] == ' ')
        skip++;
    /* Behind the item's own mark. */
    if (skip < text.length) (void)text_next(text, &skip);
    struct text rest = {text.bytes + skip, text.length - skip};
    size_t end = text.length;
    for (size_t i = 0; i < ARRAY_LENGTH(bullets); i++) {
        ptrdiff_t at = text_find(rest, text_from(bullets[i]));
        if (at < 0 || skip + (size_t)at >= end) continue;
        size_t behind = skip + (size_t)at + strlen(bullets[i]);
        /* `3 - 5`, `2019 - 2020` are no bullets. */
        bool digit = behind < text.length && text.bytes[behind] >= '0' && text.bytes[behind] <= '9';
        if (i == ARRAY_LENGTH(bullets) - 1 && digit) continue;
        end = skip + (size_t)at;
    }
    return end;
}

/* The outline within a cell, and what stands above it. */
struct cell_outline {
    struct outline outline;
    struct figure_place *place;
    struct cell_labels *above;
    int base;
};

/* One bullet, heading or sentence of a cell. */
static enum status item_figures(struct grid *grid, struct cell_outline *cell,
                                const struct reading *item)
{
    static const struct outline_around around = {{"", 0}, 0};
    struct outline *local = &cell->outline;
    struct text text = item->span.text;
    struct outline_line line = outline_classify(local, text, &around);
    bool entry = line.kind == OUTLINE_BULLET || line.kind == OUTLINE_HEADING;
    if (line.kind == OUTLINE_PLAIN && item->count == 0 &&
        text_code_points(text) <= CELL_HEADING_POINTS_MAX) {
        line.kind = OUTLINE_HEADING;
        line.rank = RANK_BLOCK;
        entry = true;
    }
    size_t content = entry ? line.content : 0;
    if (entry) {
        struct text label = {text.bytes + content, text.length - content};
        struct outline_entry *pushed = outline_push(local, &line, label, item->line);
        for (int i = 0; i < item->count && !pushed->has_days; i++) {
            pushed->has_days = item->numerals[i].has_days;
            pushed->days = item->numerals[i].days;
        }
    }
    struct figure_place *place = cell->place;
    place->label_count = cell->base;
    place->days = cell->above->days;
    for (int i = 0; i < local->count - entry; i++) {
        cell->above->labels[place->label_count++] = local->entries[i].label;
        if (local->entries[i].has_days) place->days = &local->entries[i].days;
    }
    struct reading part;
    enum status status = reading_from(grid->arena, item, content, &part);
    if (status == OK) status = figures_of_text(grid->figures, place, &part, false);
    outline_advance(local, &line, text);
    return status;
}

/* A cell of running text: its bullets nest as those of the report do. */
static enum status text_figures(struct grid *grid, struct figure_place *place,
                                const struct table_cell *cell, struct cell_labels *above)
{
    struct cell_outline inner = {.place = place, .above = above, .base = above->count};
    outline_init(&inner.outline);
    for (const struct table_text *each = cell->texts; each != NULL; each = each->next) {
        if (each->is_nested) continue;
        size_t begin = 0;
        while (begin < each->reading->span.text.length) {
            size_t end = item_end(each->reading, begin);
            struct reading item;
            enum status status = reading_between(grid->arena, each->reading, begin, end, &item);
            if (status == OK) status = item_figures(grid, &inner, &item);
            if (status != OK) return status;
            begin = end;
        }
    }
    return OK;
}

static enum status grid_figures(struct grid *grid)
{
    const struct table *table = grid->table;
    struct cell_labels *above = arena_calloc(grid->arena, 1, sizeof *above);
    if (above == NULL) return RESOURCE_EXHAUSTED;
    for (size_t r = 0; r < table->row_count; r++) {
        const struct table_row *row = &table->rows[r];
        for (size_t i = 0; i < row->count; i++) {
            const struct table_cell *cell = row->cells[i];
            if (cell->texts == NULL) continue;
            labels_of_cell(grid, r, cell, above);
            struct figure_place place = place_of(grid, (int)r, cell->column);
            place.labels = above->labels;
            place.label_count = above->count;
            place.days = above->days;
            enum status status = cell->number != NULL ? number_figures(grid, &place, cell, above)
                                                      : text_figures(grid, &place, cell, above);
            if (status != OK) return status;
        }
        if ((int)r >= table->heading_rows) carry(grid, row);
    }
    return OK;
}

static struct owner_weights grid_weights(const struct grid *grid)
{
    const struct figures *figures = grid->figures;
    struct owner_weights weights = {{0}};
    if (grid->entries > 0) weights = figures->weights[grid->entries - 1];
    if (grid->title.length > 0) {
        weights = owners_below(weights, owners_weigh(figures->owners, label_text(&grid->title)));
    }
    struct owner_weights headings = {{0}};
    for (int c = 0; c < grid->table->columns && c < 40; c++) {
        for (int i = 0; i < grid->columns[c].count; i++) {
            struct owner_weights own =
                owners_weigh(figures->owners, label_text(&grid->columns[c].labels[i]));
            for (int o = 0; o < SERVICE_COUNT; o++)
                headings.weights[o] += own.weights[o];
        }
    }
    return owners_below(weights, headings);
}

static char *string_of(struct arena *arena, struct text text)
{
    return arena_copy(arena, text.bytes, text.length);
}

static slice_cell *cell_message(struct grid *grid, const struct table_cell *cell)
{
    struct arena *arena = grid->arena;
    slice_cell *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (slice_cell)SLICE_CELL_INIT;
    message->text = string_of(arena, cell->text);
    message->column = cell->column + 1;
    message->row_span = cell->row_span;
    message->column_span = cell->column_span;
    message->line = cell->line;
    if (message->text == NULL) return NULL;
    if (cell->number == NULL || cell->number->numerals[0].kind != NUMERAL_QUANTITY) return message;
    message->quantity = arena_alloc(arena, sizeof *message->quantity);
    if (message->quantity == NULL) return NULL;
    *message->quantity = reading_quantity(&cell->number->numerals[0], &cell->number->unit, false);
    return message;
}

static enum status rows_message(struct grid *grid, slice_table *message)
{
    const struct table *table = grid->table;
    message->rows = arena_calloc(grid->arena, table->row_count + 1, sizeof(slice_row *));
    slice_row *rows = arena_calloc(grid->arena, table->row_count + 1, sizeof *rows);
    if (message->rows == NULL || rows == NULL) return RESOURCE_EXHAUSTED;
    for (size_t r = 0; r < table->row_count; r++) {
        const struct table_row *row = &table->rows[r];
        rows[r] = (slice_row)SLICE_ROW_INIT;
        rows[r].cells = arena_calloc(grid->arena, row->count + 1, sizeof(slice_cell *));
        if (rows[r].cells == NULL) return RESOURCE_EXHAUSTED;
        for (size_t i = 0; i < row->count; i++) {
            rows[r].cells[i] = cell_message(grid, row->cells[i]);
            if (rows[r].cells[i] == NULL) return RESOURCE_EXHAUSTED;
        }
        rows[r].n_cells = row->count;
        message->rows[r] = &rows[r];
    }
    message->n_rows = table->row_count;
    return OK;
}

static enum status grid_message(struct grid *grid)
{
    const struct figures *figures = grid->figures;
    const struct table *table = grid->table;
    const char *id = figures->options->report_id;
    if (figures->sink->table == NULL || table->row_count == 0) return OK;
    slice_table message = SLICE_TABLE_INIT;
    type_citation citation = TYPE_CITATION_INIT;
    char *sections[IMPORT_NESTING_MAX];
    struct reading_period period;
    message.name = table->nested == 0 ? arena_printf(grid->arena, "tables/%s-%d", id, table->line)
                                      : arena_printf(grid->arena, "tables/%s-%d-%d", id,
                                                     table->line, table->nested);
    message.owner = (char *)(uintptr_t)owner_name(owners_choose(&grid->weights));
    message.title = string_of(grid->arena, label_text(&grid->title));
    message.unit = grid->note == NULL
                       ? string_of(grid->arena, text_from(""))
                       : string_of(grid->arena,
                                   (struct text){grid->note->unit_bytes, grid->note->unit_length});
    if (message.name == NULL || message.title == NULL || message.unit == NULL)
        return RESOURCE_EXHAUSTED;
    if (grid->note != NULL && grid->note->has_days &&
        reading_period_of(&grid->note->days, false, &period)) {
        message.period = &period.period;
    }
    citation.report_id = (char *)(uintptr_t)id;
    citation.line = table->line;
    citation.column = table->column;
    citation.section_path = sections;
    for (int i = 0; i < grid->entries; i++) {
        const struct outline_entry *entry = &grid->outline->entries[i];
        if (!entry->is_heading || entry->label.length == 0) continue;
        sections[citation.n_section_path++] = (char *)(uintptr_t)entry->label.bytes;
    }
    message.citation = &citation;
    message.heading_rows = table->heading_rows;
    message.form = table->form;
    enum status status = rows_message(grid, &message);
    if (status == OK) status = figures->sink->table(figures->sink->context, &message);
    return status;
}

/* `※ 괄호 안은 부서별 여성공무원수` */
static struct label bracket_label(struct text below)
{
    struct label none = {.length = 0};
    ptrdiff_t at = text_find(below, text_from("괄호"));
    if (at < 0) at = text_find(below, text_from("( )"));
    if (at < 0) return none;
    struct text rest = {below.bytes + at, below.length - (size_t)at};
    static const char *const openings[] = {"괄호 안은", "괄호안은", "괄호 안의 수는", "괄호는",
                                           "( )는",     "( )안은",  "( ) 안은"};
    for (size_t i = 0; i < ARRAY_LENGTH(openings); i++) {
        if (!text_starts_with(rest, text_from(openings[i]))) continue;
        size_t length = strlen(openings[i]);
        return label_of((struct text){rest.bytes + length, rest.length - length});
    }
    return none;
}

static enum status remark_ragged(struct figures *figures, struct arena *arena,
                                 const struct table *table)
{
    if (!table->is_ragged || figures->sink->remark == NULL) return OK;
    char *message =
        arena_printf(arena, "the table's rows have different numbers of cells (the first has %zu)",
                     table->rows[0].count);
    if (message == NULL) return RESOURCE_EXHAUSTED;
    return figures->sink->remark(figures->sink->context, table->line, message);
}

/* A bullet that gives several numbers itself is not what the table below it is about. */
static int entries_above(const struct figures *figures, const struct outline *outline)
{
    int count = outline->count;
    while (count > 0 && !outline->entries[count - 1].is_heading &&
           figures->heads[count - 1].is_set && figures->heads[count - 1].count > 1)
        count--;
    return count;
}

enum status grids_send(struct figures *figures, const struct outline *outline,
                       struct tables *tables, const struct table_note *note, struct text below)
{
    enum status status = tables_finish(tables);
    struct grid *grids = NULL;
    size_t count = 0;
    for (const struct table *table = tables->first; table != NULL; table = table->next)
        count++;
    grids = arena_calloc(tables->arena, count, sizeof *grids);
    if (status != OK) return status;
    if (grids == NULL) return RESOURCE_EXHAUSTED;
    size_t i = 0;
    for (struct table *table = tables->first; table != NULL; table = table->next, i++) {
        struct grid *grid = &grids[i];
        *grid = (struct grid){
            .figures = figures, .outline = outline, .arena = tables->arena, .table = table};
        bool outer = table->nested == 0;
        if (outer) grid->note = note;
        if (outer) grid->bracket = bracket_label(below);
        grid->entries = entries_above(figures, outline);
        if (!outer) {
            grid->title = label_of(table->title);
        } else if (figures->caption.length > 0) {
            grid->title = figures->caption;
        } else if (grid->entries > 0) {
            grid->title = outline->entries[grid->entries - 1].label;
        }
        status = columns_read(grid);
        if (status != OK) return status;
        number_rows(grid);
        grid->label_columns = count_label_columns(grid);
        apply_units(grid);
        grid->weights = grid_weights(grid);
    }
    for (size_t r = 0; r < tables->readings.count; r++) {
        status = reading_emit(tables->arena, tables->readings.items[r], figures->sink);
        if (status != OK) return status;
    }
    for (i = 0; i < count; i++) {
        status = remark_ragged(figures, tables->arena, grids[i].table);
        if (status == OK) status = grid_message(&grids[i]);
        if (status == OK) status = grid_figures(&grids[i]);
        if (status != OK) return status;
    }
    return OK;
}
