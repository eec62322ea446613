#include <stdio.h>
#include <string.h>

#include "compose_layout.h"
#include "compose_render.h"

enum { HEADING_DEPTH_MAX = 6 };

/* The page's own styles: it must print the same without a network. */
static const char styles[] =
    "@page{size:A4;margin:20mm 16mm}"
    "*{box-sizing:border-box}"
    "body{font-family:'Pretendard GOV','Pretendard','Noto Sans KR','Noto Sans CJK KR',"
    "'Malgun Gothic','Apple SD Gothic Neo','NanumGothic',sans-serif;font-size:10.5pt;"
    "line-height:1.55;color:#1e2124;max-width:190mm;margin:0 auto;padding:12mm 8mm;"
    "word-break:keep-all;overflow-wrap:anywhere}"
    "header{border-bottom:2.5pt solid #0b50d0;margin-bottom:8mm;padding-bottom:4mm}"
    "h1{font-size:20pt;margin:0 0 2mm}header p{margin:0;color:#464c53}"
    "h2{font-size:15pt;margin:9mm 0 3mm;padding-bottom:1mm;border-bottom:1pt solid #8a949e}"
    "h3{font-size:12.5pt;margin:6mm 0 2mm;color:#083891}"
    "h4{font-size:11pt;margin:4mm 0 1.5mm}h5,h6{font-size:10.5pt;margin:3mm 0 1mm;color:#33363d}"
    "h2,h3,h4,h5,h6{break-after:avoid}"
    ".owner{font-size:7.5pt;font-weight:400;color:#58616a;border:.5pt solid #b1b8be;"
    "border-radius:2pt;padding:0 3pt;margin-left:5pt;vertical-align:middle}"
    "p.owner{display:table;margin:2mm 0 1mm}"
    "table{border-collapse:collapse;width:100%;margin:0 0 4mm;font-size:9pt;line-height:1.4}"
    "caption{text-align:left;padding:1mm 0;font-weight:600}"
    "caption .note{font-weight:400;color:#464c53;font-size:8.5pt;margin-left:6pt}"
    "th,td{border:.5pt solid #b1b8be;padding:1mm 1.8mm;vertical-align:top}"
    "thead th{background:#eef2f7;text-align:center;font-weight:600;border-top:1pt solid #1e2124}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "thead{display:table-header-group}tr{break-inside:avoid}"
    "ul{list-style:none;margin:0 0 3mm;padding:0}"
    "li{display:flex;gap:6pt;align-items:baseline;padding:.6mm 0;border-bottom:.4pt dotted #cdd1d5;"
    "break-inside:avoid}"
    "li .l{flex:1;min-width:0}li .v{font-weight:600;white-space:nowrap}"
    ".q{font-weight:400;color:#464c53;font-size:8.5pt}"
    ".c{font-weight:400;color:#6d7882;font-size:7.5pt;white-space:nowrap}"
    "@media print{body{max-width:none;padding:0}a{color:inherit}}";

static enum status text_write(const char *text, struct buffer *out)
{
    enum status status = OK;
    for (const char *c = text; status == OK && *c != '\0'; c++) {
        switch (*c) {
        case '&':
            status = buffer_append_string(out, "&amp;");
            break;
        case '<':
            status = buffer_append_string(out, "&lt;");
            break;
        case '>':
            status = buffer_append_string(out, "&gt;");
            break;
        case '"':
            status = buffer_append_string(out, "&quot;");
            break;
        case '\'':
            status = buffer_append_string(out, "&#39;");
            break;
        case '\n':
            status = buffer_append_string(out, "<br>");
            break;
        default:
            status = buffer_append_byte(out, (uint8_t)*c);
            break;
        }
    }
    return status;
}

/* <tag attributes>text</tag> */
static enum status element_write(const char *open, const char *text, const char *close,
                                 struct buffer *out)
{
    enum status status = buffer_append_string(out, open);
    if (status == OK) status = text_write(text, out);
    return status == OK ? buffer_append_string(out, close) : status;
}

static enum status citation_write(const type_citation *citation, struct buffer *out)
{
    if (citation == NULL || citation->line == 0) return OK;
    enum status status = element_write(" <span class=\"c\">", citation->report_id, "", out);
    return status == OK ? buffer_printf(out, " %d행</span>", citation->line) : status;
}

static enum status caption_write(const report_composed_table *table, struct buffer *out)
{
    enum status status =
        element_write("<caption>", table->title[0] != '\0' ? table->title : "표", "", out);
    if (status == OK && (table->as_of[0] != '\0' || table->unit[0] != '\0')) {
        status = buffer_printf(out, "<span class=\"note\">(%s%s%s%s", table->as_of,
                               table->as_of[0] != '\0' ? " 기준" : "",
                               table->as_of[0] != '\0' && table->unit[0] != '\0' ? ", " : "",
                               table->unit[0] != '\0' ? "단위: " : "");
        if (status == OK) status = element_write("", table->unit, ")</span>", out);
    }
    if (status == OK) status = citation_write(table->citation, out);
    return status == OK ? buffer_append_string(out, "</caption>\n") : status;
}

/* The rows of one group of a table (headings or body) while they are written. */
struct group {
    const report_composed_table *table;
    size_t end; /* Behind its last row. */
    size_t columns;
    bool heading;
    bool numeric[LAYOUT_COLUMNS_MAX];
    size_t covered[LAYOUT_COLUMNS_MAX]; /* Rows below that a cell above still covers. */
};

static enum status cell_write(const slice_cell *cell, const struct group *group, size_t column,
                              struct layout_span span, struct buffer *out)
{
    const char *tag = group->heading ? "th" : "td";
    enum status status = buffer_printf(out, "<%s", tag);
    if (status == OK && !group->heading && group->numeric[column] && layout_is_number(cell)) {
        status = buffer_append_string(out, " class=\"n\"");
    }
    if (status == OK && span.rows > 1) status = buffer_printf(out, " rowspan=\"%zu\"", span.rows);
    if (status == OK && span.columns > 1) {
        status = buffer_printf(out, " colspan=\"%zu\"", span.columns);
    }
    if (status == OK) status = element_write(">", cell->text, "</", out);
    return status == OK ? buffer_printf(out, "%s>", tag) : status;
}

static enum status row_write(struct group *group, size_t r, struct buffer *out)
{
    enum status status = buffer_append_string(out, "<tr>");
    for (size_t column = 0; status == OK && column < group->columns;) {
        if (group->covered[column] > 0) {
            group->covered[column++]--;
            continue;
        }
        const slice_cell *cell = layout_cell(group->table->rows[r], column);
        struct layout_span span = {1, 1};
        if (cell == NULL) {
            status = buffer_append_string(out, group->heading ? "<th></th>" : "<td></td>");
        } else {
            span = layout_span(group->table, r, column, group->end, group->covered);
            status = cell_write(cell, group, column, span, out);
        }
        for (size_t x = 0; x < span.columns; x++)
            group->covered[column++] = span.rows - 1;
    }
    return status == OK ? buffer_append_string(out, "</tr>\n") : status;
}

static enum status rows_write(const report_composed_table *table, size_t first, size_t end,
                              bool heading, struct buffer *out)
{
    struct group group = {
        .table = table, .end = end, .columns = layout_columns(table), .heading = heading};
    layout_numeric(table, group.numeric);
    enum status status = OK;
    for (size_t r = first; status == OK && r < end; r++)
        status = row_write(&group, r, out);
    return status;
}

static enum status table_write(const report_composed_table *table, struct buffer *out)
{
    if (table->n_rows == 0) return OK;
    size_t headings = table->heading_rows < 0 ? 0 : (size_t)table->heading_rows;
    if (headings > table->n_rows) headings = table->n_rows;
    enum status status = buffer_append_string(out, "<table>");
    if (status == OK) status = caption_write(table, out);
    if (status == OK && headings > 0) {
        status = buffer_append_string(out, "<thead>\n");
        if (status == OK) status = rows_write(table, 0, headings, true, out);
        if (status == OK) status = buffer_append_string(out, "</thead>\n");
    }
    if (status == OK) status = buffer_append_string(out, "<tbody>\n");
    if (status == OK) status = rows_write(table, headings, table->n_rows, false, out);
    return status == OK ? buffer_append_string(out, "</tbody></table>\n") : status;
}

static enum status period_write(const type_period *period, const char *as_of, struct buffer *out)
{
    char string[LAYOUT_PERIOD_BYTES];
    layout_period(period, string);
    if (string[0] == '\0' || strcmp(string, as_of) == 0) return OK;
    return element_write(" <span class=\"q\">", string, "</span>", out);
}

static enum status figure_write(const slice_figure *figure, const char *as_of, struct buffer *out)
{
    enum status status = buffer_append_string(out, "<li><span class=\"l\">");
    size_t first = layout_labels_from(figure);
    for (size_t i = first; status == OK && i < figure->n_subject; i++) {
        if (i > first) status = buffer_append_string(out, " › ");
        if (status == OK) status = text_write(figure->subject[i], out);
    }
    if (status == OK) status = element_write("</span><span class=\"v\">", figure->printed, "", out);
    for (size_t i = 0; status == OK && i < figure->n_qualifiers; i++) {
        status = element_write(" <span class=\"q\">", layout_qualifier(figure->qualifiers[i]),
                               "</span>", out);
    }
    if (status == OK) status = period_write(figure->period, as_of, out);
    if (status == OK) status = buffer_append_string(out, "</span>");
    if (status == OK) status = citation_write(figure->citation, out);
    return status == OK ? buffer_append_string(out, "</li>\n") : status;
}

static enum status heading_write(const report_section *section, struct buffer *out)
{
    int depth = section->depth + 1 < HEADING_DEPTH_MAX ? section->depth + 1 : HEADING_DEPTH_MAX;
    enum status status = buffer_printf(out, "<h%d>", depth);
    if (status == OK) status = text_write(section->heading, out);
    if (status == OK && section->owner[0] != '\0' &&
        (section->n_tables > 0 || section->n_figures > 0)) {
        status = element_write("<span class=\"owner\">", section->owner, "</span>", out);
    }
    return status == OK ? buffer_printf(out, "</h%d>\n", depth) : status;
}

static enum status section_write(const report_document *document, size_t index, struct buffer *out)
{
    const report_section *section = document->sections[index];
    enum status status = OK;
    if (!layout_continues(document, index)) {
        status = heading_write(section, out);
    } else {
        status = element_write("<p class=\"owner\">", section->owner, "</p>\n", out);
    }
    for (size_t i = 0; status == OK && i < section->n_tables; i++) {
        status = table_write(section->tables[i], out);
    }
    if (status != OK || section->n_figures == 0) return status;
    status = buffer_append_string(out, "<ul>\n");
    for (size_t i = 0; status == OK && i < section->n_figures; i++) {
        status = figure_write(section->figures[i], document->as_of, out);
    }
    return status == OK ? buffer_append_string(out, "</ul>\n") : status;
}

enum status compose_html(const report_document *document, struct buffer *out)
{
    enum status status = element_write("<!doctype html>\n<html lang=\"ko\">\n<head>\n"
                                       "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                                       "content=\"width=device-width\">\n<title>",
                                       document->title, "</title>\n<style>", out);
    if (status == OK) status = buffer_append_string(out, styles);
    if (status == OK) {
        status = element_write("</style>\n</head>\n<body>\n<header><h1>", document->title,
                               "</h1>\n<p>", out);
    }
    if (status == OK) status = element_write("", document->as_of, " 기준", out);
    if (status == OK && document->publisher[0] != '\0') {
        status = element_write(" · ", document->publisher, "", out);
    }
    if (status == OK) status = buffer_append_string(out, "</p></header>\n<main>\n");
    for (size_t i = 0; status == OK && i < document->n_sections; i++) {
        status = section_write(document, i, out);
    }
    return status == OK ? buffer_append_string(out, "</main>\n</body>\n</html>\n") : status;
}
