#include "budget_table.h"

#include <string.h>

#include "budget_columns.h"
#include "budget_index.h"

enum { LABEL_BYTES_MAX = 512, HEADING_ROWS_MAX = 4, LABEL_COLUMNS_MAX = 4, SCALE_MAX = 12 };

/* What the headings of a table mean. */
struct headings {
    struct column_heading columns[GRID_COLUMNS_MAX];
    int32_t rows;
};

bool cell_is_blank(const struct grid_cell *cell)
{
    static const char *const dashes[] = {"-", "–", "—", "―", "−", "ㅡ", "·"};
    if (cell->text.length == 0) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(dashes); i++) {
        if (text_equal(cell->text, text_from(dashes[i]))) return true;
    }
    return false;
}

bool cell_won(const struct grid_cell *cell, struct money_scale scale, int64_t *won)
{
    if (!cell->has_number) return false;
    struct decimal amount = cell->number;
    if (strcmp(cell->unit, "KRW") != 0) {
        if (cell->unit[0] != '\0' || !scale.has_scale) return false;
        amount.exponent += scale.scale;
        if (amount.exponent > DECIMAL_EXPONENT_MAX) return false;
    }
    struct decimal whole;
    if (!decimal_rescale(amount, 0, &whole) || decimal_compare(whole, amount) != 0) return false;
    *won = whole.units;
    return true;
}

/* Reads the headings as the first `rows` rows of the grid, those of a column joined. */
static enum status headings_read(struct arena *arena, const struct grid *grid, int32_t rows,
                                 struct headings *out)
{
    *out = (struct headings){.rows = rows};
    for (int32_t c = 0; c < grid->column_count; c++) {
        const char *joined = "";
        for (int32_t r = 0; r < rows; r++) {
            const struct grid_cell *cell = grid_cell_at(grid, r, c);
            bool repeats = r > 0 && text_equal(cell->text, grid_cell_at(grid, r - 1, c)->text);
            if (repeats) continue;
            joined =
                arena_printf(arena, "%s %.*s", joined, (int)cell->text.length, cell->text.bytes);
            if (joined == NULL) return RESOURCE_EXHAUSTED;
        }
        enum status status = column_read(arena, text_from(joined), &out->columns[c]);
        if (status != OK) return status;
    }
    return OK;
}

/* The column with this role that is meant, from 0; -1: none. */
static int32_t heading_find(const struct grid *grid, const struct headings *headings,
                            enum column_role role)
{
    int32_t found = -1;
    for (int32_t c = 0; c < grid->column_count; c++) {
        if (headings->columns[c].role != role) continue;
        if (found < 0 || headings->columns[c].rank < headings->columns[found].rank) found = c;
    }
    return found;
}

static bool grid_speaks_of_budget(const struct grid *grid, const struct headings *headings)
{
    struct text word = text_from("예산");
    if (text_find(text_from(grid->title), word) >= 0) return true;
    if (text_find(text_from(grid->section), word) >= 0) return true;
    for (int32_t r = 0; r < headings->rows; r++) {
        for (int32_t c = 0; c < grid->column_count; c++) {
            if (text_find(grid_cell_at(grid, r, c)->text, word) >= 0) return true;
        }
    }
    return false;
}

static void table_set_column(struct budget_table *table, int amount, int32_t column)
{
    table->has[amount] = column >= 0;
    table->column[amount] = column + 1;
}

/* Two budgets of neighbouring years and what changed. False: the headings are not that. */
static bool comparison_recognise(const struct grid *grid, const struct headings *headings,
                                 struct budget_table *table)
{
    int32_t change = heading_find(grid, headings, COLUMN_CHANGE);
    if (change < 0) change = heading_find(grid, headings, COLUMN_CHANGE_RATE);
    int32_t later = -1;
    int32_t earlier = heading_find(grid, headings, COLUMN_PREVIOUS);
    bool bare = earlier >= 0 && headings->columns[earlier].bare;
    int32_t dated = 0;
    for (int32_t c = 0; c < grid->column_count; c++) {
        const struct column_heading *column = &headings->columns[c];
        if (column->role == COLUMN_BUDGET && column->year == 0 && later < 0) later = c;
        if (column->year == 0) continue;
        if (column->role != COLUMN_BUDGET && column->role != COLUMN_CURRENT) continue;
        dated++;
        bare = bare || column->bare;
        if (later < 0 || column->year > headings->columns[later].year) {
            if (later >= 0 && headings->columns[later].year > 0) earlier = later;
            later = c;
        } else {
            earlier = c;
        }
    }
    if (change < 0 || later < 0 || earlier < 0 || later == earlier || dated > 2) return false;
    int year = headings->columns[later].year;
    int year_before = headings->columns[earlier].year;
    if (year > 0 && year_before > 0 && year - year_before != 1) return false;
    if (bare && !grid_speaks_of_budget(grid, headings)) return false;
    table->kind = BUDGET_TABLE_COMPARISON;
    table->fiscal_year = year > 0 ? year : year_before > 0 ? year_before + 1 : 0;
    table_set_column(table, AMOUNT_BUDGET, later);
    table_set_column(table, AMOUNT_PREVIOUS, earlier);
    return true;
}

/* A current budget and what was committed or spent of it. */
static bool execution_recognise(const struct grid *grid, const struct headings *headings,
                                struct budget_table *table)
{
    int32_t current = heading_find(grid, headings, COLUMN_CURRENT);
    if (current < 0) current = heading_find(grid, headings, COLUMN_BUDGET);
    int32_t committed = heading_find(grid, headings, COLUMN_COMMITTED);
    int32_t spent = heading_find(grid, headings, COLUMN_SPENT);
    if (current < 0 || (committed < 0 && spent < 0)) return false;
    table->kind = BUDGET_TABLE_EXECUTION;
    table->fiscal_year = headings->columns[current].year;
    table_set_column(table, AMOUNT_CURRENT, current);
    table_set_column(table, AMOUNT_COMMITTED, committed);
    table_set_column(table, AMOUNT_SPENT, spent);
    return true;
}

/* The year that a title names (2019회계연도 결산); 0: none. */
static enum status title_year(struct arena *arena, const struct grid *grid, int *year)
{
    struct column_heading heading;
    enum status status = column_read(arena, text_from(grid->title), &heading);
    if (status == OK) *year = heading.year;
    return status;
}

static struct date year_day(int year, int month, int day)
{
    struct date date = {0};
    if (!date_from_parts((struct date_parts){year, month, day}, &date)) date.days = 0;
    return date;
}

/* The fiscal year and the day that the amounts speak of. A comparison speaks of the first day of
 * its year; an execution table without a date of its own, of a year that is over, of its end. */
static enum status table_date(struct arena *arena, const struct grid *grid, struct date as_of,
                              struct budget_table *table)
{
    int report_year = date_to_parts(as_of).year;
    int printed = table->fiscal_year;
    if (printed == 0 && !grid->has_day) {
        enum status status = title_year(arena, grid, &printed);
        if (status != OK) return status;
    }
    if (table->kind == BUDGET_TABLE_COMPARISON) {
        table->fiscal_year = printed > 0 ? printed : report_year;
        table->day = year_day(table->fiscal_year, 1, 1);
        return OK;
    }
    table->day = grid->has_day ? grid->day : as_of;
    int day_year = date_to_parts(table->day).year;
    table->fiscal_year = printed > 0 && printed <= day_year ? printed : day_year;
    if (table->fiscal_year < day_year) table->day = year_day(table->fiscal_year, 12, 31);
    return OK;
}

/* The scale of bare numbers: the heading's own, else the unit note's. */
static struct money_scale column_scale(const struct grid *grid, const struct headings *headings,
                                       int32_t column)
{
    struct money_scale scale = {headings->columns[column].has_scale,
                                headings->columns[column].scale};
    if (!scale.has_scale) scale.has_scale = money_scale(text_from(grid->unit), &scale.scale);
    return scale;
}

/* Reads the amounts of a row. OK; NOT_FOUND: there are none; INVALID_ARGUMENT: one of them is no
 * amount. */
static enum status row_amounts(const struct grid *grid, const struct headings *headings,
                               struct budget_table *table, int32_t row, struct budget_row *out)
{
    bool any = false;
    int64_t unit_won = table->unit_won;
    for (int a = 0; a < AMOUNT_COUNT; a++) {
        if (!table->has[a]) continue;
        int32_t column = table->column[a] - 1;
        const struct grid_cell *cell = grid_cell_at(grid, row, column);
        if (cell_is_blank(cell)) continue;
        struct money_scale scale = column_scale(grid, headings, column);
        if (!cell_won(cell, scale, &out->won[a])) return INVALID_ARGUMENT;
        any = true;
        int32_t exponent = cell->number.exponent + (cell->unit[0] == '\0' ? scale.scale : 0);
        int64_t unit = 1;
        for (; exponent > 0 && exponent <= SCALE_MAX; exponent--)
            unit *= 10;
        if (unit_won == 0 || unit < unit_won) unit_won = unit;
    }
    if (!any) return NOT_FOUND;
    table->unit_won = unit_won;
    return OK;
}

/* The columns that name a row: those before the first amount, but no running number. */
static int32_t label_columns(const struct grid *grid, const struct headings *headings,
                             const struct budget_table *table,
                             int32_t columns[static LABEL_COLUMNS_MAX])
{
    int32_t first = grid->column_count;
    for (int a = 0; a < AMOUNT_COUNT; a++) {
        if (table->has[a] && table->column[a] - 1 < first) first = table->column[a] - 1;
    }
    int32_t count = 0;
    for (int32_t c = 0; c < first && count < LABEL_COLUMNS_MAX; c++) {
        enum column_role role = headings->columns[c].role;
        if (role == COLUMN_OTHER || role == COLUMN_ITEM) columns[count++] = c;
    }
    return count;
}

/* A text on one line, its runs of white space as single spaces. */
static char *text_line(struct arena *arena, struct text text)
{
    char *line = arena_copy(arena, text.bytes, text.length);
    if (line == NULL) return NULL;
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        bool space = line[i] == '\n' || line[i] == '\t' || line[i] == ' ' || line[i] == '\r';
        if (space && length > 0 && line[length - 1] == ' ') continue;
        line[length++] = space ? ' ' : line[i];
    }
    line[length] = '\0';
    return line;
}

static enum status fold_key(struct arena *arena, struct text text, const char **key)
{
    struct text folded;
    enum status status = text_fold(arena, text, &folded);
    if (status != OK) return status;
    *key = arena_copy(arena, folded.bytes, folded.length);
    return *key == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* The row's label: the most particular of its label columns; a bare 소계 is named by the group it
 * sums up. group[] carries what the columns before the last said in the rows above. */
static enum status row_label(struct arena *arena, const struct grid *grid, const int32_t *columns,
                             int32_t column_count, int32_t row, struct text *group,
                             struct budget_row *out)
{
    struct text label = {"", 0};
    struct text above = {"", 0};
    for (int32_t i = 0; i < column_count; i++) {
        struct text text = grid_cell_at(grid, row, columns[i])->text;
        bool last = i + 1 == column_count;
        if (!last && text.length > 0) {
            group[i] = text;
            for (int32_t deeper = i + 1; deeper < column_count; deeper++)
                group[deeper] = (struct text){"", 0};
        }
        if (text.length > 0) label = text;
        if (!last && group[i].length > 0 && text.length == 0) above = group[i];
        if (!last && text.length > 0) above = text;
    }
    const char *key = "";
    label = text_trim(text_cut(label, LABEL_BYTES_MAX));
    enum status status = fold_key(arena, label, &key);
    if (status != OK) return status;
    if (label_is_total(text_from(key)) && above.length > 0 && !text_equal(above, label)) {
        label = text_trim(text_cut(above, LABEL_BYTES_MAX));
        status = fold_key(arena, label, &key);
        if (status != OK) return status;
    }
    out->label = text_line(arena, label);
    out->total = label_has_total(text_from(key));
    out->key = label_key(arena, text_from(key));
    return out->label == NULL || out->key == NULL ? RESOURCE_EXHAUSTED : OK;
}

static enum status rows_read(struct arena *arena, const struct grid *grid,
                             const struct headings *headings, struct budget_table *table)
{
    int32_t columns[LABEL_COLUMNS_MAX];
    int32_t column_count = label_columns(grid, headings, table, columns);
    if (column_count == 0 || grid->row_count <= headings->rows) return NOT_FOUND;
    size_t row_max = (size_t)(grid->row_count - headings->rows);
    table->rows = arena_calloc(arena, row_max, sizeof *table->rows);
    if (table->rows == NULL) return RESOURCE_EXHAUSTED;
    struct text group[LABEL_COLUMNS_MAX] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}};
    for (int32_t r = headings->rows; r < grid->row_count; r++) {
        struct budget_row row = {.table_row = r + 1, .line = grid_cell_at(grid, r, 0)->line};
        enum status status = row_label(arena, grid, columns, column_count, r, group, &row);
        if (status != OK) return status;
        enum status read = row_amounts(grid, headings, table, r, &row);
        if (read == NOT_FOUND) continue;
        if (read != OK || row.label[0] == '\0') {
            table->unread_count++;
            continue;
        }
        table->rows[table->row_count++] = row;
    }
    return table->row_count == 0 ? NOT_FOUND : OK;
}

/* Finds the tree of the rows. */
static enum status table_place(struct arena *arena, struct budget_table *table)
{
    struct tree_row *rows = arena_calloc(arena, table->row_count, sizeof *rows);
    struct tree_place *places = arena_calloc(arena, table->row_count, sizeof *places);
    if (rows == NULL || places == NULL) return RESOURCE_EXHAUSTED;
    struct tree_table tree = {.rows = rows, .row_count = table->row_count};
    for (int a = 0; a < AMOUNT_COUNT; a++) {
        if (!table->has[a]) continue;
        for (size_t i = 0; i < table->row_count; i++)
            rows[i].amounts[tree.column_count] = table->rows[i].won[a] / table->unit_won;
        tree.column_count++;
    }
    for (size_t i = 0; i < table->row_count; i++)
        rows[i].total = table->rows[i].total;
    enum status status = tree_infer(arena, &tree, places);
    for (size_t i = 0; i < table->row_count && status == OK; i++)
        table->rows[i].place = places[i];
    return status;
}

/* Copies what the table borrows from the grid. */
static enum status table_keep(struct arena *arena, const struct grid *grid,
                              struct budget_table *table)
{
    table->line = grid->line;
    table->name = arena_copy(arena, grid->name, strlen(grid->name));
    table->section = arena_copy(arena, grid->section, strlen(grid->section));
    return table->name == NULL || table->section == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_table_read(struct arena *arena, const struct grid *grid, struct date as_of,
                              struct budget_table *table)
{
    struct budget_table read = {0};
    struct headings headings;
    int32_t said = grid->heading_rows < 1 ? 1 : grid->heading_rows;
    bool found = false;
    /* The rows that are said to be headings, then any other number that makes sense of them. */
    for (int32_t i = 0; i <= HEADING_ROWS_MAX && !found; i++) {
        int32_t rows = i == 0 ? said : i;
        if (rows >= grid->row_count || rows > HEADING_ROWS_MAX) continue;
        enum status status = headings_read(arena, grid, rows, &headings);
        if (status != OK) return status;
        found = comparison_recognise(grid, &headings, &read) ||
                execution_recognise(grid, &headings, &read);
    }
    if (!found) return NOT_FOUND;
    enum status status = rows_read(arena, grid, &headings, &read);
    if (status == OK && read.row_count > TREE_ROWS_MAX) status = NOT_FOUND;
    if (status == OK) status = table_date(arena, grid, as_of, &read);
    if (status == OK) status = table_place(arena, &read);
    if (status == OK) status = table_keep(arena, grid, &read);
    if (status == OK) *table = read;
    return status;
}

/* Whether `a` is the one to keep where the two have most rows in common. */
static bool table_outweighs(const struct budget_table *a, const struct budget_table *b)
{
    if (a->row_count != b->row_count) return a->row_count > b->row_count;
    return a->line < b->line;
}

static bool tables_alike(const struct budget_table *a, const struct budget_table *b)
{
    return a->kind == b->kind && a->fiscal_year == b->fiscal_year;
}

enum status budget_tables_compare(struct arena *arena, const struct budget_table *tables,
                                  size_t count, bool *repeats)
{
    memset(repeats, 0, count * sizeof *repeats);
    for (size_t i = 0; i < count; i++) {
        struct budget_index keys = {.arena = arena};
        for (size_t row = 0; row < tables[i].row_count; row++) {
            enum status status = index_put(&keys, tables[i].rows[row].key, 0);
            if (status != OK) return status;
        }
        for (size_t other = 0; other < count; other++) {
            if (other == i || !tables_alike(&tables[i], &tables[other])) continue;
            if (!table_outweighs(&tables[i], &tables[other])) continue;
            size_t common = 0;
            for (size_t row = 0; row < tables[other].row_count; row++)
                common += index_find(&keys, tables[other].rows[row].key) != NULL;
            if (common * 2 >= tables[other].row_count) repeats[other] = true;
        }
    }
    return OK;
}
