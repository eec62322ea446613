#include "import_numerals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "support/numeral_rows.h"
#include "support/suite.h"

enum {
    ARENA_BYTES_MAX = 1 << 28,
    RENDERED_BYTES_MAX = 1 << 14,
    JUNK_LINES = 20000,
    JUNK_PIECES_MAX = 40,
    LONG_LINE_BYTES = 1 << 20,
    PATH_BYTES_MAX = 512,
};

static const char *const kinds[] = {"", "Q", "DATE", "PERIOD", "TIME", "ORDINAL", "NAME", "UNREAD"};

static struct numeral_context context_of(bool cell)
{
    struct numeral_context context = {.has_year = true, .in_table = cell};
    CU_ASSERT_TRUE_FATAL(date_from_parts((struct date_parts){2020, 4, 21}, &context.day));
    return context;
}

static void decimal_render(struct decimal value, struct buffer *out)
{
    enum status status = buffer_printf(out, "%lld", (long long)value.units);
    if (status == OK && value.exponent != 0) status = buffer_printf(out, "e%d", value.exponent);
    CU_ASSERT_EQUAL(status, OK);
}

static void quantity_render(const struct numeral *numeral, struct buffer *out)
{
    static const char *const qualifiers[] = {"",        "about",      "more",    "most",
                                             "planned", "cumulative", "average", "total",
                                             "up",      "down",       "maximum"};
    if (numeral->kind == NUMERAL_QUANTITY) {
        CU_ASSERT_EQUAL(buffer_append_string(out, " "), OK);
        decimal_render(numeral->low, out);
        if (numeral->is_range) {
            CU_ASSERT_EQUAL(buffer_append_string(out, ".."), OK);
            decimal_render(numeral->high, out);
        } else {
            CU_ASSERT_EQUAL(decimal_compare(numeral->low, numeral->high), 0);
        }
        if (numeral->unit[0] != '\0') CU_ASSERT_EQUAL(buffer_printf(out, " %s", numeral->unit), OK);
    }
    for (size_t bit = 1; bit < ARRAY_LENGTH(qualifiers); bit++) {
        if ((numeral->qualifiers & (1u << bit)) == 0) continue;
        CU_ASSERT_EQUAL(buffer_printf(out, " %s", qualifiers[bit]), OK);
    }
}

static void days_render(const struct numeral *numeral, struct buffer *out)
{
    char first[DATE_STRING_BYTES] = "";
    char last[DATE_STRING_BYTES] = "";
    if (!numeral->has_days) return;
    if (numeral->days.has_first) date_format(numeral->days.first, first);
    if (numeral->days.has_last) date_format(numeral->days.last, last);
    bool single = strcmp(first, last) == 0;
    CU_ASSERT_EQUAL(buffer_printf(out, " %s%s%s", first, single ? "" : "..", single ? "" : last),
                    OK);
}

/* Renders the line's numerals as struct numeral_row writes them. */
static void line_render(struct arena *arena, const char *line, bool cell, struct buffer *out)
{
    struct numeral_context context = context_of(cell);
    struct numeral *numerals = NULL;
    size_t count = 0;
    arena_reset(arena);
    CU_ASSERT_EQUAL_FATAL(numerals_read(arena, text_from(line), &context, &numerals, &count), OK);
    buffer_clear(out);
    for (size_t i = 0; i < count; i++) {
        const struct numeral *numeral = &numerals[i];
        CU_ASSERT_EQUAL(buffer_printf(out, "%s%.*s = %s", i == 0 ? "" : "; ",
                                      (int)(numeral->end - numeral->begin), line + numeral->begin,
                                      kinds[numeral->kind]),
                        OK);
        days_render(numeral, out);
        quantity_render(numeral, out);
    }
    CU_ASSERT_EQUAL(buffer_append_byte(out, 0), OK);
}

static void rows_check(const struct numeral_row *rows, size_t count)
{
    struct arena arena;
    struct buffer out;
    arena_init(&arena, ARENA_BYTES_MAX);
    buffer_init(&out, RENDERED_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        line_render(&arena, rows[i].line, rows[i].cell, &out);
        bool same = strcmp((const char *)out.bytes, rows[i].numerals) == 0;
        if (!same) {
            printf("\n  line     %s\n  expected %s\n  read     %s\n", rows[i].line,
                   rows[i].numerals, (const char *)out.bytes);
        }
        CU_ASSERT_TRUE(same);
    }
    buffer_free(&out);
    arena_free(&arena);
}

static void reads_the_forms_of_the_real_reports(void)
{
    rows_check(numeral_form_rows, numeral_form_row_count);
}

static void reads_what_other_cities_print(void)
{
    rows_check(numeral_city_rows, numeral_city_row_count);
    rows_check(numeral_town_rows, numeral_town_row_count);
    rows_check(numeral_notation_rows, numeral_notation_row_count);
}

/* Bytes of a digit as the header defines digits; 0: none. Latin numerals of headings are not looked
 * for. */
static size_t digit_bytes(struct text line, size_t at)
{
    size_t next = at;
    uint32_t code = text_next(line, &next);
    bool digit = (code >= '0' && code <= '9') || (code >= 0xFF10 && code <= 0xFF19) ||
                 (code >= 0x2460 && code <= 0x249B) || (code >= 0x2160 && code <= 0x217F);
    return digit ? next - at : 0;
}

/* Every digit in exactly one numeral, in order, not overlapping, inside the line. Returns how many
 * are UNREAD. */
static int invariant_check(struct arena *arena, struct text line, bool cell)
{
    struct numeral_context context = context_of(cell);
    struct numeral *numerals = NULL;
    size_t count = 0;
    size_t end = 0;
    int unread = 0;
    bool held = true;
    arena_reset(arena);
    CU_ASSERT_EQUAL_FATAL(numerals_read(arena, line, &context, &numerals, &count), OK);
    for (size_t i = 0; i <= count; i++) {
        size_t begin = i < count ? numerals[i].begin : line.length;
        held = held && begin >= end;
        for (size_t at = end; at < begin && held;) {
            held = digit_bytes(line, at) == 0;
            (void)text_next(line, &at);
        }
        if (i == count) break;
        held = held && numerals[i].end > begin && numerals[i].end <= line.length;
        end = numerals[i].end;
        if (numerals[i].kind == NUMERAL_UNREAD) unread++;
    }
    if (!held) printf("\n  broken by %.*s\n", (int)line.length, line.bytes);
    CU_ASSERT_TRUE(held);
    return unread;
}

/* A small generator of our own: the same junk on every machine. */
static unsigned junk_next(unsigned *state, unsigned below)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % below;
}

static void keeps_every_digit_of_junk_in_one_numeral(void)
{
    static const char *const pieces[] = {
        "1",   "2",      "0",     "9",       "12",
        "20",  "2020",   "1,234", "31",      "99999999999999999999",
        ".",   ",",      "~",     "-",       "/",
        ":",   "'",      "’",     "‘",       "(",
        ")",   " ",      "  ",    "△",       "▲",
        "%",   "%p",     "명",    "원",      "천",
        "만",  "백만",   "억",    "조",      "여",
        "년",  "월",     "일",    "시",      "분",
        "초",  "분기",   "제",    "약",      "호",
        "층",  "·",      "①",     "⑴",       "Ⅳ",
        "１",  "코로나", "K",     "m2",      "㎡",
        "$",   "KRW ",   "Feb. ", "http://", "<td a=\"",
        "\">", "&#",     "[",     "]",       "→",
        "가",  "의",     "~ ",    "월 ",     "(화)",
        "+",   "×",      "\t",    "|",       "II.",
        "박",  "개소",   "기",    "오후 ",   "@",
    };
    struct arena arena;
    unsigned state = 2020;
    arena_init(&arena, ARENA_BYTES_MAX);
    for (int i = 0; i < JUNK_LINES; i++) {
        char line[JUNK_PIECES_MAX * 24];
        size_t length = 0;
        unsigned count = 1 + junk_next(&state, JUNK_PIECES_MAX - 1);
        for (unsigned p = 0; p < count; p++) {
            const char *piece = pieces[junk_next(&state, ARRAY_LENGTH(pieces))];
            memcpy(line + length, piece, strlen(piece));
            length += strlen(piece);
        }
        (void)invariant_check(&arena, (struct text){line, length}, i % 2 == 0);
    }
    arena_free(&arena);
}

static void reads_a_line_of_a_megabyte(void)
{
    static const char *const patterns[] = {
        "1",      "1,", "1~",       "123,",   "1.",  "12-",  "(",         "<",   "http://1",
        "1박2일", "△1", "'20.3월~", "1억2천", "1:1", "제1·", "1만 1,234", "가1", "①"};
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX * 2u);
    char *line = malloc(LONG_LINE_BYTES);
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++) {
        size_t bytes = strlen(patterns[i]);
        size_t length = 0;
        for (; length + bytes <= LONG_LINE_BYTES / 8; length += bytes) {
            memcpy(line + length, patterns[i], bytes);
        }
        (void)invariant_check(&arena, (struct text){line, length}, false);
    }
    memset(line, '7', LONG_LINE_BYTES);
    CU_ASSERT_EQUAL(invariant_check(&arena, (struct text){line, LONG_LINE_BYTES}, false), 1);
    free(line);
    arena_free(&arena);
}

static void says_when_memory_is_exhausted(void)
{
    static const char line[] = "○ 예산 1조 2,345억원('20.3월), 3꾸러미, 약 100여 명, 코로나19";
    struct numeral_context context = context_of(false);
    for (long nth = 1; nth < 10; nth++) {
        struct arena arena;
        struct numeral *numerals;
        size_t count;
        arena_init(&arena, ARENA_BYTES_MAX);
        (void)alloc_fail_at(nth);
        enum status status = numerals_read(&arena, text_from(line), &context, &numerals, &count);
        (void)alloc_fail_at(0);
        CU_ASSERT_TRUE(status == OK || status == RESOURCE_EXHAUSTED);
        if (nth == 1) CU_ASSERT_EQUAL(status, RESOURCE_EXHAUSTED);
        arena_free(&arena);
    }
}

static void reads_unit_notes(void)
{
    static const struct {
        const char *note;
        bool found;
        const char *unit;
        int32_t exponent;
    } rows[] = {
        {"(단위 : 천원, %)", true, "KRW", 3},
        {"단위: 백만원", true, "KRW", 6},
        {"[단위:명]", true, "명", 0},
        {"(2020.3.31. 기준, 단위 : 천원, %)", true, "KRW", 3},
        {"(2020.4.13. 기준, 단위 : 원)", true, "KRW", 0},
        {"(단위 : %, 억원)", true, "KRW", 8},
        {"(단위 : %)", true, "PERCENT", 0},
        {"※ 단위 : 건", true, "건", 0},
        {"(단위: 천㎡)", true, "㎡", 3},
        {"(단위 : 개소, 명)", true, "개소", 0},
        {"(단위 : 만 명)", true, "명", 4},
        {"(단위 : 꾸러미)", true, "꾸러미", 0},
        {"천원", true, "KRW", 3},
        {"백만원", true, "KRW", 6},
        {"(억원)", true, "KRW", 8},
        {"(명)", true, "명", 0},
        {"구분", false, NULL, 0},
        {"집행액", false, NULL, 0},
        {"", false, NULL, 0},
        {"2020년", false, NULL, 0},
        {"부서 및 사업명", false, NULL, 0},
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const char *unit = "";
        int32_t exponent = 0;
        bool found = numerals_unit_note(&arena, text_from(rows[i].note), &unit, &exponent);
        if (found != rows[i].found) printf("\n  note %s\n", rows[i].note);
        CU_ASSERT_EQUAL(found, rows[i].found);
        if (!found || !rows[i].found) continue;
        CU_ASSERT_STRING_EQUAL(unit, rows[i].unit);
        CU_ASSERT_EQUAL(exponent, rows[i].exponent);
    }
    arena_free(&arena);
}

/* Reads dates where the report's date is not known: those without a year have no days. */
static void knows_no_days_without_a_year(void)
{
    const struct numeral_context context = {.has_year = false};
    struct arena arena;
    struct numeral *numerals;
    size_t count;
    arena_init(&arena, ARENA_BYTES_MAX);
    CU_ASSERT_EQUAL(numerals_read(&arena, text_from("4월, 2020.3.31, 3분기, 20년"), &context,
                                  &numerals, &count),
                    OK);
    CU_ASSERT_EQUAL_FATAL(count, 4);
    CU_ASSERT_EQUAL(numerals[0].kind, NUMERAL_PERIOD);
    CU_ASSERT_FALSE(numerals[0].has_days);
    CU_ASSERT_TRUE(numerals[1].has_days);
    CU_ASSERT_FALSE(numerals[2].has_days);
    CU_ASSERT_EQUAL(numerals[3].kind, NUMERAL_QUANTITY);
    arena_free(&arena);
}

static void report_check(const char *directory, const char *name)
{
    char path[PATH_BYTES_MAX];
    struct arena arena;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    int unread = 0;
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        printf("skipped: %s is not there ", path);
        CU_PASS("absent");
        return;
    }
    arena_init(&arena, ARENA_BYTES_MAX);
    while ((length = getline(&line, &capacity, file)) >= 0) {
        if (length > 0 && line[length - 1] == '\n') length--;
        unread += invariant_check(&arena, (struct text){line, (size_t)length}, false);
    }
    CU_ASSERT_EQUAL(unread, 0);
    free(line);
    (void)fclose(file);
    arena_free(&arena);
}

static void leaves_nothing_unread_in_the_real_reports(void)
{
    const char *directory = getenv("SOTONG_REPORTS");
    if (directory == NULL) directory = "../shared/reports";
    report_check(directory, "seoul-2012-02.txt");
    report_check(directory, "seoul-2020-04.txt");
}

SUITE("import_numerals",
      {"reads the forms of the real reports", reads_the_forms_of_the_real_reports},
      {"reads what other cities print", reads_what_other_cities_print},
      {"keeps every digit of junk in one numeral", keeps_every_digit_of_junk_in_one_numeral},
      {"reads a line of a megabyte", reads_a_line_of_a_megabyte},
      {"says when memory is exhausted", says_when_memory_is_exhausted},
      {"reads unit notes", reads_unit_notes},
      {"knows no days without a year", knows_no_days_without_a_year},
      {"leaves nothing unread in the real reports", leaves_nothing_unread_in_the_real_reports})
