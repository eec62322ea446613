#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "compose_layout.h"
#include "compose_render.h"

enum { HEADING_DEPTH_MAX = 6 };

/* Text with everything escaped that Markdown would read; line breaks become <br>. */
static enum status text_write(const char *text, struct buffer *out)
{
    enum status status = OK;
    for (const char *c = text; status == OK && *c != '\0'; c++) {
        switch (*c) {
        case '\\':
        case '`':
        case '*':
        case '_':
        case '[':
        case ']':
        case '|':
        case '~':
        case '#':
            status = buffer_append_byte(out, '\\');
            if (status == OK) status = buffer_append_byte(out, (uint8_t)*c);
            break;
        case '<':
            status = buffer_append_string(out, "&lt;");
            break;
        case '>':
            status = buffer_append_string(out, "&gt;");
            break;
        case '&':
            status = buffer_append_string(out, "&amp;");
            break;
        case '\n':
            status = buffer_append_string(out, "<br>");
            break;
        case '\r':
            break;
        default:
            status = buffer_append_byte(out, (uint8_t)*c);
            break;
        }
    }
    return status;
}

static enum status citation_write(const type_citation *citation, struct buffer *out)
{
    if (citation == NULL || citation->line == 0) return OK;
    enum status status = buffer_append_string(out, " <sub>");
    if (status == OK) status = text_write(citation->report_id, out);
    return status == OK ? buffer_printf(out, " %d행</sub>", citation->line) : status;
}

/* A row of the pipe table; places that other cells cover stay empty. NULL: an empty row. */
static enum status row_write(const slice_row *row, size_t columns, struct buffer *out)
{
    enum status status = buffer_append_string(out, "|");
    for (size_t column = 0; status == OK && column < columns; column++) {
        const slice_cell *cell = row == NULL ? NULL : layout_cell(row, column);
        status = buffer_append_string(out, " ");
        if (status == OK && cell != NULL) status = text_write(cell->text, out);
        if (status == OK) status = buffer_append_string(out, " |");
    }
    return status == OK ? buffer_append_string(out, "\n") : status;
}

static enum status rule_write(const report_composed_table *table, size_t columns,
                              struct buffer *out)
{
    bool numeric[LAYOUT_COLUMNS_MAX];
    layout_numeric(table, numeric);
    enum status status = buffer_append_string(out, "|");
    for (size_t column = 0; status == OK && column < columns; column++) {
        status = buffer_append_string(out, numeric[column] ? " ---: |" : " --- |");
    }
    return status == OK ? buffer_append_string(out, "\n") : status;
}

static enum status caption_write(const report_composed_table *table, struct buffer *out)
{
    enum status status = buffer_append_string(out, "**");
    if (status == OK) status = text_write(table->title[0] != '\0' ? table->title : "표", out);
    if (status == OK) status = buffer_append_string(out, "**");
    const char *comma = table->as_of[0] != '\0' && table->unit[0] != '\0' ? ", " : "";
    bool noted = table->as_of[0] != '\0' || table->unit[0] != '\0';
    if (status == OK && noted) {
        status = buffer_printf(out, " (%s%s%s%s", table->as_of, table->as_of[0] ? " 기준" : "",
                               comma, table->unit[0] ? "단위: " : "");
        if (status == OK) status = text_write(table->unit, out);
        if (status == OK) status = buffer_append_string(out, ")");
    }
    if (status == OK) status = citation_write(table->citation, out);
    return status == OK ? buffer_append_string(out, "\n\n") : status;
}

static enum status table_write(const report_composed_table *table, struct buffer *out)
{
    size_t columns = layout_columns(table);
    if (columns == 0) return OK;
    enum status status = caption_write(table, out);
    size_t first = table->heading_rows > 0 && table->n_rows > 0 ? 1 : 0;
    if (status == OK) status = row_write(first > 0 ? table->rows[0] : NULL, columns, out);
    if (status == OK) status = rule_write(table, columns, out);
    for (size_t r = first; status == OK && r < table->n_rows; r++) {
        status = row_write(table->rows[r], columns, out);
    }
    return status == OK ? buffer_append_string(out, "\n") : status;
}

static enum status period_write(const type_period *period, const char *as_of, struct buffer *out)
{
    char string[LAYOUT_PERIOD_BYTES];
    layout_period(period, string);
    if (string[0] == '\0' || strcmp(string, as_of) == 0) return OK;
    return buffer_printf(out, ", %s", string);
}

static enum status figure_write(const slice_figure *figure, const char *as_of, struct buffer *out)
{
    enum status status = buffer_append_string(out, "- ");
    size_t first = layout_labels_from(figure);
    for (size_t i = first; status == OK && i < figure->n_subject; i++) {
        if (i > first) status = buffer_append_string(out, " › ");
        if (status == OK) status = text_write(figure->subject[i], out);
    }
    if (status == OK) status = buffer_append_string(out, ": **");
    if (status == OK) status = text_write(figure->printed, out);
    if (status == OK) status = buffer_append_string(out, "**");
    for (size_t i = 0; status == OK && i < figure->n_qualifiers; i++) {
        status = buffer_printf(out, ", %s", layout_qualifier(figure->qualifiers[i]));
    }
    if (status == OK) status = period_write(figure->period, as_of, out);
    if (status == OK) status = citation_write(figure->citation, out);
    return status == OK ? buffer_append_string(out, "\n") : status;
}

static enum status heading_write(const report_section *section, struct buffer *out)
{
    int depth = section->depth + 1 < HEADING_DEPTH_MAX ? section->depth + 1 : HEADING_DEPTH_MAX;
    enum status status = buffer_printf(out, "%.*s ", depth, "######");
    if (status == OK) status = text_write(section->heading, out);
    return status == OK ? buffer_append_string(out, "\n\n") : status;
}

static enum status section_write(const report_document *document, size_t index, struct buffer *out)
{
    const report_section *section = document->sections[index];
    enum status status = layout_continues(document, index) ? OK : heading_write(section, out);
    for (size_t i = 0; status == OK && i < section->n_tables; i++) {
        status = table_write(section->tables[i], out);
    }
    for (size_t i = 0; status == OK && i < section->n_figures; i++) {
        status = figure_write(section->figures[i], document->as_of, out);
    }
    if (status == OK && section->n_figures > 0) status = buffer_append_string(out, "\n");
    return status;
}

enum status compose_markdown(const report_document *document, struct buffer *out)
{
    enum status status = buffer_append_string(out, "# ");
    if (status == OK) status = text_write(document->title, out);
    if (status == OK) status = buffer_printf(out, "\n\n%s 기준", document->as_of);
    if (status == OK && document->publisher[0] != '\0') {
        status = buffer_append_string(out, " · ");
        if (status == OK) status = text_write(document->publisher, out);
    }
    if (status == OK) status = buffer_append_string(out, "\n\n");
    for (size_t i = 0; status == OK && i < document->n_sections; i++) {
        status = section_write(document, i, out);
    }
    return status;
}
