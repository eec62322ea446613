#include "reconcile_sheet.h"

#include <ctype.h>
#include <string.h>

const struct sheet_cell *sheet_at(const struct sheet *sheet, size_t row, size_t column)
{
    return &sheet->cells[row * sheet->column_count + column];
}

bool sheet_is_addable(const struct sheet_cell *cell)
{
    return cell->content != SHEET_TEXT;
}

static bool equals_any(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0) return true;
    }
    return false;
}

bool label_is_subtotal(const char *folded)
{
    return strncmp(folded, "소계", strlen("소계")) == 0;
}

bool label_is_measure(const char *folded)
{
    static const char *const endings[] = {
        "율",   "률",   "%",      "(%)",  "비율", "비중", "구성비", "평균", "단가", "지수",
        "점수", "순위", "만족도", "인당", "연번", "번호", "순번",   "등급", "배율", "연도"};
    struct text label = text_from(folded);
    if (strstr(folded, "인당") != NULL || strstr(folded, "급당") != NULL) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        if (text_ends_with(label, text_from(endings[i]))) return true;
    }
    /* `충원율(B/A)` */
    const char *bracket = strrchr(folded, '(');
    if (bracket == NULL || !text_ends_with(label, text_from(")"))) return false;
    label.length = (size_t)(bracket - folded);
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        if (text_ends_with(label, text_from(endings[i]))) return true;
    }
    return false;
}

bool label_is_total(const char *folded)
{
    static const char *const words[] = {"계", "합계", "총계", "소계", "총합계", "총합", "총"};
    static const char *const endings[] = {"합계", "총계", "소계", "(계)"};
    static const char *const openings[] = {"계(", "합계(", "총계(", "소계("};
    if (equals_any(folded, words, ARRAY_LENGTH(words))) return true;
    struct text text = text_from(folded);
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        if (text_ends_with(text, text_from(endings[i]))) return true;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(openings); i++) {
        if (text_starts_with(text, text_from(openings[i]))) return true;
    }
    return false;
}

static bool is_dropped(uint32_t c)
{
    static const uint32_t marks[] = {0x00B7, 0x2018, 0x2019, 0x201C, 0x201D, 0x300C,
                                     0x300D, 0x300E, 0x300F, 0x3000, 0x00A0, 0x200B,
                                     0x2022, 0x318D, 0x2024, 0x30FB, 0xFEFF};
    if (c < 0x80) return isspace((int)c) || strchr("'\"`*.,:;", (int)c) != NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(marks); i++) {
        if (marks[i] == c) return true;
    }
    return false;
}

char *label_fold(struct arena *arena, const char *label)
{
    struct text text = text_from(label);
    char *folded = arena_alloc(arena, text.length + 1);
    if (folded == NULL) return NULL;
    size_t length = 0;
    for (size_t offset = 0; offset < text.length;) {
        size_t begin = offset;
        uint32_t c = text_next(text, &offset);
        if (is_dropped(c)) continue;
        if (c < 0x80) {
            folded[length++] = (char)tolower((int)c);
            continue;
        }
        memcpy(folded + length, text.bytes + begin, offset - begin);
        length += offset - begin;
    }
    folded[length] = '\0';
    return folded;
}

static bool is_dash(struct text text)
{
    static const char *const dashes[] = {"-", "–", "—", "―", "−", "ㆍ", "·", "－"};
    for (size_t i = 0; i < ARRAY_LENGTH(dashes); i++) {
        if (text_equal(text, text_from(dashes[i]))) return true;
    }
    return false;
}

/* `131(80)`: a number that another in brackets explains. The table's unit does not reach it. */
static bool read_bracketed(struct text text, struct number *number)
{
    struct text rest;
    struct decimal value, inner;
    if (!number_parse(text, &value, &rest)) return false;
    if (rest.length < 2 || rest.bytes[0] != '(' || rest.bytes[rest.length - 1] != ')') return false;
    struct text within = {rest.bytes + 1, rest.length - 2};
    if (!number_parse(within, &inner, &rest) || rest.length != 0) return false;
    *number = (struct number){value, "", 0};
    return true;
}

/* A percentage's digits are its own: a table's note of 천원 does not scale them. */
static bool read_percent(struct text text, struct number *number)
{
    struct text rest;
    struct decimal value;
    if (!number_parse(text, &value, &rest)) return false;
    if (rest.length != 0 && !text_equal(rest, text_from("%"))) return false;
    *number = (struct number){value, "PERCENT", 0};
    return true;
}

static void read_cell(const slice_table *table, const slice_cell *cell, struct sheet_cell *place)
{
    struct text text = text_trim(text_from(cell->text));
    place->cell = cell;
    place->begins = true;
    place->content = SHEET_TEXT;
    place->number = (struct number){{0, 0}, "", 0};
    if (text.length == 0) {
        place->content = SHEET_EMPTY;
    } else if (is_dash(text)) {
        place->content = SHEET_DASH;
    } else if (cell->quantity != NULL) {
        place->content = SHEET_NUMBER;
        place->number = (struct number){
            {cell->quantity->units, cell->quantity->exponent}, cell->quantity->unit, 0};
    } else if (table->unit[0] == '\0' && read_bracketed(text, &place->number)) {
        place->content = SHEET_NUMBER;
    }
}

/* Where a cell covers more places than one, the others hold nothing but know the cell. */
static void place_cell(struct sheet *sheet, size_t row, const slice_cell *cell)
{
    if (cell->column < 1) return;
    size_t first = (size_t)cell->column - 1;
    size_t down = cell->row_span > 1 ? (size_t)cell->row_span : 1;
    size_t across = cell->column_span > 1 ? (size_t)cell->column_span : 1;
    for (size_t r = row; r < row + down && r < sheet->row_count; r++) {
        for (size_t c = first; c < first + across && c < sheet->column_count; c++) {
            struct sheet_cell *place = &sheet->cells[r * sheet->column_count + c];
            if (place->cell != NULL && place->content != SHEET_EMPTY) continue;
            *place = (struct sheet_cell){cell, SHEET_EMPTY, false, {{0, 0}, "", 0}};
            if (r == row && c == first) read_cell(sheet->table, cell, place);
        }
    }
}

static bool measure(struct sheet *sheet)
{
    const slice_table *table = sheet->table;
    for (size_t r = 0; r < table->n_rows; r++) {
        for (size_t i = 0; i < table->rows[r]->n_cells; i++) {
            const slice_cell *cell = table->rows[r]->cells[i];
            int32_t last = cell->column + (cell->column_span > 1 ? cell->column_span - 1 : 0);
            if (cell->column >= 1 && last > 0 && (size_t)last > sheet->column_count)
                sheet->column_count = (size_t)last;
        }
    }
    sheet->row_count = table->n_rows;
    return sheet->column_count > 0 && sheet->row_count > 0 &&
           sheet->row_count <= SHEET_CELLS_MAX / sheet->column_count;
}

static bool row_has_number(const struct sheet *sheet, size_t row)
{
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (sheet_at(sheet, row, c)->content == SHEET_NUMBER) return true;
    }
    return false;
}

static void count_headings(struct sheet *sheet)
{
    size_t declared = sheet->table->heading_rows > 0 ? (size_t)sheet->table->heading_rows : 0;
    sheet->heading_count = declared < sheet->row_count ? declared : sheet->row_count;
    while (sheet->heading_count < sheet->row_count &&
           sheet->heading_count < SHEET_HEADING_ROWS_MAX &&
           !row_has_number(sheet, sheet->heading_count))
        sheet->heading_count++;
}

/* The text of the cell that covers a place; a blank one in a heading row takes its left
 * neighbour's, because pipe tables print a wide heading once. */
static const char *heading_text(const struct sheet *sheet, size_t row, size_t column, bool inherit)
{
    for (size_t c = column + 1; c-- > 0;) {
        const slice_cell *cell = sheet_at(sheet, row, c)->cell;
        const char *text = cell == NULL ? "" : cell->text;
        if (text[0] != '\0' || !inherit) return text;
    }
    return "";
}

static bool header_is_percent(const char *header)
{
    static const char *const endings[] = {"율", "률", "%", "(%)", "비율", "비중", "구성비"};
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        if (text_ends_with(text_from(header), text_from(endings[i]))) return true;
    }
    return false;
}

static enum status read_headers(struct arena *arena, struct sheet *sheet)
{
    for (size_t c = 0; c < sheet->column_count; c++) {
        const char *path = "", *lowest = "";
        for (size_t r = 0; r < sheet->heading_count; r++) {
            bool inherit = r + 1 < sheet->heading_count;
            const char *folded = label_fold(arena, heading_text(sheet, r, c, inherit));
            if (folded == NULL) return RESOURCE_EXHAUSTED;
            if (folded[0] == '\0' || strcmp(folded, lowest) == 0) continue;
            lowest = folded;
            path = path[0] == '\0' ? folded : arena_printf(arena, "%s/%s", path, folded);
            if (path == NULL) return RESOURCE_EXHAUSTED;
        }
        sheet->headers[c] = path;
        sheet->header[c] = lowest;
    }
    return OK;
}

static void read_percent_column(struct sheet *sheet, size_t column)
{
    for (size_t r = sheet->heading_count; r < sheet->row_count; r++) {
        struct sheet_cell *place = &sheet->cells[r * sheet->column_count + column];
        if (place->content != SHEET_NUMBER) continue;
        if (!read_percent(text_trim(text_from(place->cell->text)), &place->number))
            place->content = SHEET_TEXT;
    }
}

static void judge_column(struct sheet *sheet, size_t column)
{
    size_t numbers = 0, percents = 0, texts = 0;
    for (size_t r = sheet->heading_count; r < sheet->row_count; r++) {
        const struct sheet_cell *place = sheet_at(sheet, r, column);
        if (place->content == SHEET_TEXT) texts++;
        if (place->content != SHEET_NUMBER) continue;
        numbers++;
        if (strcmp(place->number.unit, "PERCENT") == 0) percents++;
    }
    sheet->kinds[column] = SHEET_COLUMN_TEXT;
    if (numbers == 0 || texts > numbers) return;
    if (2 * percents > numbers || header_is_percent(sheet->header[column])) {
        sheet->kinds[column] = SHEET_COLUMN_PERCENT;
        read_percent_column(sheet, column);
    } else if (!label_is_measure(sheet->header[column])) {
        sheet->kinds[column] = SHEET_COLUMN_AMOUNT;
    }
}

/* A blank label of a pipe table continues the one above it, as a spanning cell would. */
static enum status read_labels(struct arena *arena, struct sheet *sheet, size_t label_columns)
{
    for (size_t r = 0; r < sheet->row_count; r++) {
        const char *path = "", *last = "";
        for (size_t c = 0; c < label_columns && r >= sheet->heading_count; c++) {
            const slice_cell *cell = sheet_at(sheet, r, c)->cell;
            const char *folded = label_fold(arena, cell == NULL ? "" : cell->text);
            if (folded == NULL) return RESOURCE_EXHAUSTED;
            if (folded[0] == '\0') continue;
            /* `계 | 3건`: the total says how many rows it sums up. */
            bool counts = label_is_total(last) && folded[0] >= '0' && folded[0] <= '9';
            if (!counts) last = folded;
            path = path[0] == '\0' ? folded : arena_printf(arena, "%s/%s", path, folded);
            if (path == NULL) return RESOURCE_EXHAUSTED;
        }
        sheet->labels[r] = path;
        sheet->label[r] = last;
    }
    return OK;
}

static bool allocate(struct arena *arena, struct sheet *sheet)
{
    sheet->cells =
        arena_calloc(arena, sheet->row_count * sheet->column_count, sizeof *sheet->cells);
    sheet->labels = arena_calloc(arena, sheet->row_count, sizeof *sheet->labels);
    sheet->label = arena_calloc(arena, sheet->row_count, sizeof *sheet->label);
    sheet->headers = arena_calloc(arena, sheet->column_count, sizeof *sheet->headers);
    sheet->header = arena_calloc(arena, sheet->column_count, sizeof *sheet->header);
    sheet->kinds = arena_calloc(arena, sheet->column_count, sizeof *sheet->kinds);
    return sheet->cells != NULL && sheet->labels != NULL && sheet->label != NULL &&
           sheet->headers != NULL && sheet->header != NULL && sheet->kinds != NULL;
}

enum status sheet_read(struct arena *arena, const slice_table *table, struct sheet *sheet)
{
    *sheet = (struct sheet){.table = table};
    if (!measure(sheet)) {
        *sheet = (struct sheet){.table = table};
        return OK;
    }
    if (!allocate(arena, sheet)) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < sheet->row_count * sheet->column_count; i++)
        sheet->cells[i].number.unit = "";
    for (size_t r = 0; r < sheet->row_count; r++) {
        for (size_t i = 0; i < table->rows[r]->n_cells; i++)
            place_cell(sheet, r, table->rows[r]->cells[i]);
    }
    count_headings(sheet);
    enum status status = read_headers(arena, sheet);
    size_t label_columns = 0;
    for (size_t c = 0; c < sheet->column_count && status == OK; c++) {
        judge_column(sheet, c);
        bool leads = c == label_columns && sheet->kinds[c] == SHEET_COLUMN_TEXT;
        if (leads) label_columns++;
    }
    if (status == OK) status = read_labels(arena, sheet, label_columns);
    return status;
}
