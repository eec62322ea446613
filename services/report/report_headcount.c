#include <string.h>

#include "report_grid.h"
#include "report_records.h"

enum { GRADE_DEPTH_MAX = 8, LABEL_COLUMNS_MAX = 4 };

static const char *const posts_words[] = {"정원", "정원수", NULL};
static const char *const people_words[] = {"현원", "현원수", "인원", "인원수", "현인원", NULL};
static const char *const women_words[] = {"여성", "여", "여직원", NULL};
static const char *const other_words[] = {"결원", "과부족", "과원", "증감", "비율", "비고", NULL};
static const char *const grade_endings[] = {"급",     "급이하", "급이상", "일반직", "별정직",
                                            "기능직", "계약직", "임기제", "정무직", "기술직",
                                            "경력관", "운영직", "공무직", "연구직", "지도직",
                                            "행정직", "전문직", "특정직", NULL};
static const char *const section_words[] = {"인력", "정원", "현원", "직원현황", "인원현황", NULL};

enum measure { MEASURE_NONE, MEASURE_POSTS, MEASURE_PEOPLE, MEASURE_WOMEN, MEASURE_OTHER };

static enum measure measure_of(struct text label)
{
    if (label_is_one_of(label, posts_words)) return MEASURE_POSTS;
    if (label_is_one_of(label, people_words)) return MEASURE_PEOPLE;
    if (label_is_one_of(label, women_words)) return MEASURE_WOMEN;
    if (label_is_one_of(label, other_words)) return MEASURE_OTHER;
    return MEASURE_NONE;
}

/* What a column or row says of its counts. */
struct heading {
    enum measure measure;
    char *path[GRADE_DEPTH_MAX]; /* Labels without the measure, outer first. */
    size_t depth;
};

/* The text of a heading place; an empty one belongs to the heading on its left, except in the last
 * row of headings. */
static struct text heading_text(const struct grid *grid, size_t row, size_t column)
{
    struct text text = grid_text(grid, row, column);
    if (row + 1 >= grid->heading_rows) return text;
    for (; text.length == 0 && column > 1; column--)
        text = grid_text(grid, row, column - 1);
    return text;
}

static enum status heading_add(struct arena *arena, struct heading *heading, struct text text)
{
    if (text.length == 0) return OK;
    enum measure measure = measure_of(text);
    if (measure != MEASURE_NONE) {
        heading->measure = measure;
        return OK;
    }
    if (heading->depth == GRADE_DEPTH_MAX) return OK;
    char *label = label_close(arena, text);
    if (label == NULL) return RESOURCE_EXHAUSTED;
    bool repeats = heading->depth > 0 && strcmp(heading->path[heading->depth - 1], label) == 0;
    if (!repeats) heading->path[heading->depth++] = label;
    return OK;
}

static enum status column_heading(struct arena *arena, const struct grid *grid, size_t column,
                                  struct heading *heading)
{
    enum status status = OK;
    *heading = (struct heading){MEASURE_NONE, {NULL}, 0};
    for (size_t r = 0; status == OK && r < grid->heading_rows; r++) {
        status = heading_add(arena, heading, heading_text(grid, r, column));
    }
    return status;
}

/* Leading columns without a count in any row below the headings. */
static size_t label_columns(const struct grid *grid)
{
    int64_t number, inner;
    bool has_inner;
    for (size_t c = 0; c < grid->columns && c < LABEL_COLUMNS_MAX; c++) {
        for (size_t r = grid->heading_rows; r < grid->rows; r++) {
            if (grid_number(grid_text(grid, r, c), &number, &has_inner, &inner)) return c;
        }
    }
    return 0;
}

/* A headcount table names posts and people, or grades under a heading on staff. */
static bool is_headcount(const struct grid *grid, size_t labels)
{
    bool posts = false, people = false, announced = false;
    size_t grades = 0;
    for (size_t r = 0; r < grid->rows; r++) {
        size_t end = r < grid->heading_rows ? grid->columns : labels;
        for (size_t c = 0; c < end; c++) {
            struct text text = grid_text(grid, r, c);
            enum measure measure = measure_of(text);
            posts = posts || measure == MEASURE_POSTS;
            people = people || measure == MEASURE_PEOPLE;
            if (r < grid->heading_rows && label_ends_with_one_of(text, grade_endings)) grades++;
        }
    }
    const slice_table *table = grid->table;
    announced = label_has_one_of(text_from(table->title), section_words);
    const type_citation *citation = table->citation;
    for (size_t i = 0; citation != NULL && i < citation->n_section_path; i++) {
        announced =
            announced || label_has_one_of(text_from(citation->section_path[i]), section_words);
    }
    return (posts && people) || (grades >= 2 && (people || announced));
}

static type_quantity *people_quantity(struct arena *arena, int64_t number)
{
    type_quantity *quantity = arena_alloc(arena, sizeof *quantity);
    if (quantity == NULL) return NULL;
    *quantity = (type_quantity)TYPE_QUANTITY_INIT;
    quantity->units = number;
    quantity->unit = arena_copy(arena, "명", strlen("명"));
    return quantity->unit == NULL ? NULL : quantity;
}

static type_citation *cell_citation(struct arena *arena, const slice_table *table,
                                    const slice_cell *cell, size_t row)
{
    type_citation *citation = arena_alloc(arena, sizeof *citation);
    if (citation == NULL) return NULL;
    if (table->citation != NULL)
        *citation = *table->citation;
    else
        *citation = (type_citation)TYPE_CITATION_INIT;
    if (cell->line > 0) citation->line = cell->line;
    citation->column = 0;
    citation->table_row = (int32_t)row + 1;
    citation->table_column = cell->column;
    return citation;
}

static bool same_path(const report_headcount *headcount, const struct heading *heading)
{
    if (headcount->n_grade != heading->depth) return false;
    for (size_t i = 0; i < heading->depth; i++) {
        if (strcmp(headcount->grade[i], heading->path[i]) != 0) return false;
    }
    return true;
}

struct headcount_reader {
    struct arena *arena;
    const slice_slice_source *source;
    const struct grid *grid;
    struct message_list *list;
    size_t first; /* Of this table in the list. */
};

/* The record of a department and grade, made where there is none yet. NULL: no memory. */
static report_headcount *record_of(const struct headcount_reader *reader, const char *department,
                                   const struct heading *column, const slice_cell *cell, size_t row)
{
    struct arena *arena = reader->arena;
    for (size_t i = reader->list->count; i > reader->first; i--) {
        report_headcount *headcount = (report_headcount *)(void *)reader->list->items[i - 1];
        if (strcmp(headcount->department, department) != 0) break;
        if (same_path(headcount, column)) return headcount;
    }
    report_headcount *headcount = arena_alloc(arena, sizeof *headcount);
    if (headcount == NULL) return NULL;
    *headcount = (report_headcount)REPORT_HEADCOUNT_INIT;
    headcount->department = arena_copy(arena, department, strlen(department));
    headcount->grade = arena_calloc(arena, column->depth + 1, sizeof *headcount->grade);
    headcount->citation = cell_citation(arena, reader->grid->table, cell, row);
    if (headcount->department == NULL || headcount->grade == NULL || headcount->citation == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < column->depth; i++)
        headcount->grade[i] = column->path[i];
    headcount->n_grade = column->depth;
    const type_period *period = reader->grid->table->period;
    headcount->as_of = period != NULL && period->kind_case == TYPE_PERIOD_KIND_CASE_AS_OF
                           ? period->as_of
                           : reader->source->as_of;
    headcount->publisher = reader->source->publisher;
    return message_list_add(arena, reader->list, &headcount->base) == OK ? headcount : NULL;
}

static enum status cell_read(const struct headcount_reader *reader, const char *department,
                             enum measure row_measure, const struct heading *column, size_t row,
                             size_t column_index)
{
    int64_t number, inner;
    bool has_inner;
    const slice_cell *cell = grid_cell(reader->grid, row, column_index);
    struct text text = grid_text(reader->grid, row, column_index);
    if (cell == NULL || !grid_number(text, &number, &has_inner, &inner)) return OK;
    enum measure measure = column->measure != MEASURE_NONE ? column->measure : row_measure;
    if (measure == MEASURE_OTHER) return OK;
    if (reader->list->count >= HEADCOUNTS_MAX) return OK;
    report_headcount *headcount = record_of(reader, department, column, cell, row);
    type_quantity *quantity = people_quantity(reader->arena, number);
    if (headcount == NULL || quantity == NULL) return RESOURCE_EXHAUSTED;
    switch (measure) {
    case MEASURE_POSTS:
        headcount->posts = quantity;
        break;
    case MEASURE_WOMEN:
        headcount->women = quantity;
        break;
    case MEASURE_NONE: /* Bare counts of staff are people. */
    case MEASURE_PEOPLE:
    case MEASURE_OTHER:
        headcount->people = quantity;
        if (!has_inner) break;
        headcount->women = people_quantity(reader->arena, inner);
        if (headcount->women == NULL) return RESOURCE_EXHAUSTED;
        break;
    }
    return OK;
}

/* A row's department and measure from its label columns. */
static enum status row_heading(struct arena *arena, const struct grid *grid, size_t row,
                               size_t labels, const char **department, enum measure *measure)
{
    struct heading heading = {MEASURE_NONE, {NULL}, 0};
    enum status status = OK;
    for (size_t c = 0; status == OK && c < labels; c++) {
        struct text text = grid_text(grid, row, c);
        /* An empty label belongs to the row above. */
        for (size_t r = row; text.length == 0 && c + 1 < labels && r > grid->heading_rows; r--) {
            text = grid_text(grid, r - 1, c);
        }
        status = heading_add(arena, &heading, text);
    }
    if (status != OK) return status;
    *measure = heading.measure;
    *department = "";
    if (heading.depth > 0)
        *department = heading.path[heading.depth - 1];
    else if (labels > 0)
        *department = label_close(arena, grid_text(grid, row, 0));
    return *department == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status headcount_read(struct arena *arena, const slice_slice_source *source,
                           const slice_table *table, struct message_list *headcounts)
{
    struct grid grid;
    enum status status = grid_read(arena, table, &grid);
    if (status == INVALID_ARGUMENT) return OK; /* No table of people has this size. */
    if (status != OK) return status;
    size_t labels = label_columns(&grid);
    if (labels == 0 || !is_headcount(&grid, labels)) return OK;
    struct heading *columns = arena_calloc(arena, grid.columns, sizeof *columns);
    if (columns == NULL) return RESOURCE_EXHAUSTED;
    for (size_t c = labels; status == OK && c < grid.columns; c++) {
        status = column_heading(arena, &grid, c, &columns[c]);
    }
    const struct headcount_reader reader = {arena, source, &grid, headcounts, headcounts->count};
    for (size_t r = grid.heading_rows; status == OK && r < grid.rows; r++) {
        const char *department = "";
        enum measure measure = MEASURE_NONE;
        status = row_heading(arena, &grid, r, labels, &department, &measure);
        for (size_t c = labels; status == OK && c < grid.columns; c++) {
            status = cell_read(&reader, department, measure, &columns[c], r, c);
        }
    }
    return status;
}
