#include "import_lines.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "support/import_reader.h"
#include "support/suite.h"

enum { ARENA_BYTES = 64 << 20, LONG_LINE_BYTES = 10 << 20 };

static void splits_lines(void)
{
    static const struct {
        const char *text;
        int count;
        const char *last;
    } rows[] = {
        {"", 0, NULL},          {"a", 1, "a"},
        {"a\n", 1, "a"},        {"a\nb", 2, "b"},
        {"a\r\nb\r\n", 2, "b"}, {"a\rb", 2, "b"},
        {"a\r\rb", 3, "b"},     {"a\n\r\nb", 3, "b"},
        {"a\fb\n", 1, "a\fb"},  {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 1, "한"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct arena arena;
        arena_init(&arena, ARENA_BYTES);
        struct import_lines lines = import_lines_of(text_from(rows[i].text));
        struct import_line line = {0};
        bool found = true;
        int count = 0;
        while (import_lines_next(&lines, &arena, &line, &found, NULL) == OK && found)
            CU_ASSERT_EQUAL(line.number, ++count);
        CU_ASSERT_EQUAL(count, rows[i].count);
        if (count > 0) CU_ASSERT_TRUE(text_equal(line.text, text_from(rows[i].last)));
        arena_free(&arena);
    }
}

static void looks_ahead(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct import_lines lines = import_lines_of(text_from("\n \n둘\n셋"));
    int blank = 0;
    struct text next = import_lines_peek(&lines, &arena, 9, &blank);
    CU_ASSERT_TRUE(text_equal(next, text_from("둘")));
    CU_ASSERT_EQUAL(blank, 2);
    CU_ASSERT_EQUAL(import_lines_peek(&lines, &arena, 1, &blank).length, 0);
    struct import_line line;
    bool found;
    CU_ASSERT_EQUAL(import_lines_next(&lines, &arena, &line, &found, NULL), OK);
    CU_ASSERT_TRUE(import_line_blank(line.text));
    arena_free(&arena);
}

static void refuses_long_lines(void)
{
    char *text = malloc(LONG_LINE_BYTES + 2);
    CU_ASSERT_FATAL(text != NULL);
    memset(text, 'a', LONG_LINE_BYTES + 2);
    text[1] = '\n';
    struct import_read *read = import_read((struct text){text, LONG_LINE_BYTES + 2}, NULL);
    CU_ASSERT_EQUAL(read->status, INVALID_ARGUMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(read->fault.message, "line 2 is 10485760 bytes"));
    import_read_free(read);
    free(text);
}

static void refuses_what_is_no_text(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *message;
    } rows[] = {
        {"", 0, "empty"},
        {"\xef\xbb\xbf", 3, "empty"},
        {" \n\t\n", 4, "empty"},
        {"a\nb\0c", 5, "line 2, byte 2"},
        {"\x7f\x45LF\x01\x02\x03\x04", 8, "control character"},
        {"a\nbc\xff\xff", 6, "line 2, byte 3"},
        {"\xea\xb0\x80\n\xea\xb0", 6, "line 2, byte 1"},
        {"\xff\xfe\x00\xd8\x61\x00", 6, "UTF-16"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct import_read *read = import_read((struct text){rows[i].bytes, rows[i].length}, NULL);
        CU_ASSERT_EQUAL(read->status, INVALID_ARGUMENT);
        CU_ASSERT_PTR_NOT_NULL(strstr(read->fault.message, rows[i].message));
        import_read_free(read);
    }
}

/* The fixture in another encoding reads as in UTF-8. */
static void reads_encodings(void)
{
    static const char *const encodings[] = {"UTF-8", "CP949", "UTF-16LE", "UTF-16BE"};
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct text bytes;
    CU_ASSERT_FATAL(import_fixture(&arena, "hanbit-2023.txt", &bytes));
    struct import_read *expected = import_read(bytes, NULL);
    CU_ASSERT_EQUAL_FATAL(expected->status, OK);
    CU_ASSERT_TRUE(expected->figure_count > 60);
    for (size_t i = 0; i < ARRAY_LENGTH(encodings); i++) {
        iconv_t converter = iconv_open(encodings[i], "UTF-8");
        size_t mark = i == 1 ? 3 : 0; /* CP949 has no byte order mark. */
        char *from = arena_copy(&arena, bytes.bytes + mark, bytes.length - mark);
        size_t left = bytes.length - mark;
        size_t room = bytes.length * 3;
        char *out = arena_alloc(&arena, room);
        char *to = out;
        CU_ASSERT_NOT_EQUAL(iconv(converter, &from, &left, &to, &room), (size_t)-1);
        (void)iconv_close(converter);
        struct import_read *read = import_read((struct text){out, (size_t)(to - out)}, NULL);
        CU_ASSERT_EQUAL(read->status, OK);
        CU_ASSERT_EQUAL(read->token_count, expected->token_count);
        CU_ASSERT_EQUAL_FATAL(read->figure_count, expected->figure_count);
        for (int f = 0; f < read->figure_count; f++)
            CU_ASSERT_STRING_EQUAL(read->figures[f], expected->figures[f]);
        import_read_free(read);
    }
    import_read_free(expected);
    arena_free(&arena);
}

/* Decomposed syllables and CRLF read as composed ones and LF, columns included. */
static void reads_forms(void)
{
    struct import_read *read = import_read_string(
        "- \xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xbc 5명\r\n");
    CU_ASSERT_EQUAL(read->status, OK);
    CU_ASSERT_TRUE(import_has(read->tokens, read->token_count, "1:6 QUANTITY 5명 5^0 명"));
    import_read_free(read);
}

SUITE("import_lines", {"splits lines", splits_lines}, {"looks ahead", looks_ahead},
      {"refuses long lines", refuses_long_lines},
      {"refuses what is no text", refuses_what_is_no_text}, {"reads encodings", reads_encodings},
      {"reads forms", reads_forms})
