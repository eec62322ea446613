#include "import_html.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

enum { ARENA_BYTES = 1 << 20, SHOWN_BYTES = 512 };

/* Writes the events of a line as `text`, `<` for a tag's kind: T table, R row, C cell, B break. */
static void show(const char *string, char shown[static SHOWN_BYTES])
{
    static const char letters[] = {'t', 'B', 'T', 'E', 'H', 'Y', 'R', 'C', 'c'};
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct html_reader reader = html_reader_of(text_from(string), 0, strlen(string));
    size_t length = 0;
    struct html_event event;
    bool found;
    while (html_next(&reader, &arena, &event, &found) == OK && found) {
        if (event.kind == HTML_TEXT) {
            length += (size_t)snprintf(shown + length, SHOWN_BYTES - length, "%.*s",
                                       (int)event.span.text.length, event.span.text.bytes);
        } else if (event.kind == HTML_CELL) {
            length +=
                (size_t)snprintf(shown + length, SHOWN_BYTES - length, "{C%d%d%s}", event.row_span,
                                 event.column_span, event.is_heading ? "h" : "");
        } else {
            length +=
                (size_t)snprintf(shown + length, SHOWN_BYTES - length, "{%c}", letters[event.kind]);
        }
    }
    shown[length] = '\0';
    arena_free(&arena);
}

static void reads_tags(void)
{
    static const struct {
        const char *line;
        const char *events;
    } rows[] = {
        {"가", "가"},
        {"<p>가<br/>나</p>", "{B}가{B}나{B}"},
        {"<b>굵</b>은 <u>글</u>", "굵은 글"},
        {"**굵**은 __글__ ***셋***", "굵은 글 셋"},
        {"*하나 a*b", "*하나 a*b"},
        {"<table><tr><td rowspan=\"2\" colspan='3'>1</td><th>2</th></tr></table>",
         "{T}{R}{C23}1{c}{C11h}2{c}{R}{E}"},
        {"<TD ROWSPAN = 4>", "{C41}"},
        {"<td rowspan=\"-1\"><td rowspan=\"99999999999\">", "{C11}{C10001}"},
        {"<잠시 멈춤> <KBS동네> <http://a.kr/1>", "<잠시 멈춤> <KBS동네> <http://a.kr/1>"},
        {"3 < 4, 5 > 4 <p", "3 < 4, 5 > 4 <p"},
        {"<td title=\"a>b\">1", "{C11}1"},
        {"<td title=\"a>1", "{C11}1"},
        {"<td <td>1", "<td {C11}1"},
        {"a<!-- 12 -->b<!-- c", "ab<!-- c"},
        {"&lt;p&gt; &amp;&nbsp;&#49;&#x32;&bogus;&#0;&#xD800;", "<p> & 12&bogus;&#0;&#xD800;"},
        {"<input type=\"checkbox\"/> 완료", " 완료"},
        {"<thead></thead><tbody>", "{H}{Y}{Y}"},
        {"a<font size=\"6<tr>\">7<b>89012345678</b>", "a789012345678"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char shown[SHOWN_BYTES];
        show(rows[i].line, shown);
        CU_ASSERT_STRING_EQUAL(shown, rows[i].events);
        if (strcmp(shown, rows[i].events) != 0) (void)printf("\n      %s\n", shown);
    }
}

/* Where each byte of the clean text stood. */
static void keeps_origins(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const char *line = "<p>a**b**&amp;c</p>";
    struct html_reader reader = html_reader_of(text_from(line), 0, strlen(line));
    struct html_event event;
    bool found;
    CU_ASSERT_EQUAL(html_next(&reader, &arena, &event, &found), OK);
    CU_ASSERT_EQUAL(html_next(&reader, &arena, &event, &found), OK);
    CU_ASSERT_TRUE_FATAL(text_equal(event.span.text, text_from("ab&c")));
    static const size_t origins[] = {3, 6, 9, 14, 15};
    for (size_t i = 0; i < ARRAY_LENGTH(origins); i++)
        CU_ASSERT_EQUAL(html_origin(&event.span, i), origins[i]);
    struct html_span slice = html_slice(&event.span, 1, 3);
    CU_ASSERT_EQUAL(html_origin(&slice, 0), 6);
    CU_ASSERT_EQUAL(slice.end, 14);
    arena_free(&arena);
}

static void finds_tables(void)
{
    size_t at = 0;
    CU_ASSERT_TRUE(html_table_in(text_from("가 <table border=1>"), &at));
    CU_ASSERT_EQUAL(at, 4);
    CU_ASSERT_FALSE(html_table_in(text_from("</table> <tables> <표>"), &at));
}

SUITE("import_html", {"reads tags", reads_tags}, {"keeps origins", keeps_origins},
      {"finds tables", finds_tables})
