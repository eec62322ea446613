#include "base/text.h"

#include <string.h>

#include "support/suite.h"

static void finds_invalid_utf8(void)
{
    static const struct {
        const char *bytes;
        ptrdiff_t at;
    } rows[] = {
        {"", -1},
        {"plain ascii, longer than eight", -1},
        {"소통 2020", -1},
        {"abcdefgh\xff", 8},
        {"\xc0\x80", 0},
        {"a\xed\xa0\x80", 1},
        {"\xf4\x90\x80\x80", 0},
        {"\xe0\x9f\xbf", 0},
        {"가\xea\xb0", 3},
        {"\x80", 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        CU_ASSERT_EQUAL(text_invalid_at(text_from(rows[i].bytes)), rows[i].at);
    }
}

static void cuts_on_boundaries(void)
{
    struct text text = text_from("a가나");
    static const size_t expected[] = {0, 1, 1, 1, 4, 4, 4, 7, 7};
    for (size_t bytes = 0; bytes < ARRAY_LENGTH(expected); bytes++) {
        CU_ASSERT_EQUAL(text_cut(text, bytes).length, expected[bytes]);
    }
}

static void trims_every_space(void)
{
    CU_ASSERT_TRUE(
        text_equal(text_trim(text_from("\t\u3000 사 업 비 \u00a0\r")), text_from("사 업 비")));
    CU_ASSERT_EQUAL(text_trim(text_from(" \u3000")).length, 0);
    /* What peers send may end within a character: nothing behind it is looked at. */
    CU_ASSERT(text_equal(text_trim((struct text){" \xe3\x80\x80", 3}), text_from("\xe3\x80")));
    CU_ASSERT(text_equal(text_trim((struct text){"\xf0 ", 2}), text_from("\xf0")));
    CU_ASSERT(text_equal(text_trim(text_from("\x80\x80 ")), text_from("\x80\x80")));
}

static void measures(void)
{
    CU_ASSERT_EQUAL(text_code_points(text_from("집행률 23.6%")), 9);
    CU_ASSERT_EQUAL(text_width(text_from("집행률 23.6%")), 12);
    CU_ASSERT_EQUAL(text_find(text_from("원인행위액"), text_from("행위")), 6);
    CU_ASSERT_EQUAL(text_find(text_from("a"), text_from("ab")), -1);
}

static void composes_and_folds(void)
{
    struct arena arena;
    arena_init(&arena, 10000);
    struct text out;
    CU_ASSERT_EQUAL(text_compose(&arena, text_from("\u1112\u1161\u11ab"), &out), OK);
    CU_ASSERT_TRUE(text_equal(out, text_from("한")));
    CU_ASSERT_EQUAL(text_fold(&arena, text_from("사 업\tBi"), &out), OK);
    CU_ASSERT_TRUE(text_equal(out, text_from("사업bi")));
    CU_ASSERT_EQUAL(text_compose(&arena, text_from("\xff"), &out), INVALID_ARGUMENT);
    arena_free(&arena);
}

static void finds_controls(void)
{
    static const struct {
        const char *string;
        ptrdiff_t at;
    } rows[] = {
        {"", -1},           {"a b~", -1},          {"소통 2020, 주요업무보고", -1},
        {"\x1f", 0},        {"1234567\x7f", 7},    {"12345678\n", 8},
        {"123456789\t", 9}, {"소통 2020\x01", 11}, {"\x80\xff\xa0 12345", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(text_control_at(text_from(rows[i].string)), rows[i].at);
    CU_ASSERT_EQUAL(text_control_at((struct text){"1234567\0", 8}), 7);
    /* At every place of every length. */
    char bytes[32];
    for (size_t length = 0; length <= sizeof bytes; length++) {
        memset(bytes, 'a', sizeof bytes);
        CU_ASSERT_EQUAL(text_control_at((struct text){bytes, length}), -1);
        for (size_t i = 0; i < length; i++) {
            memset(bytes, 'a', sizeof bytes);
            bytes[i] = '\x7F';
            CU_ASSERT_EQUAL(text_control_at((struct text){bytes, length}), (ptrdiff_t)i);
        }
    }
}

SUITE("text", {"finds invalid UTF-8", finds_invalid_utf8},
      {"cuts on boundaries", cuts_on_boundaries}, {"trims every space", trims_every_space},
      {"measures", measures}, {"composes and folds", composes_and_folds},
      {"finds controls", finds_controls})
