#include "import_outline.h"

#include <stdio.h>
#include <string.h>

#include "support/import_reader.h"
#include "support/suite.h"

/* What a line is, between the line before and the one after. */
static void classifies(void)
{
    static const struct {
        const char *before, *line, *next;
        enum outline_kind kind;
        enum outline_rank rank;
        const char *content;
    } rows[] = {
        {"", "Ⅲ. 주요업무", "가", OUTLINE_HEADING, RANK_PART, "주요업무"},
        {"", "I . 일 반 현 황", "가", OUTLINE_HEADING, RANK_PART, "일 반 현 황"},
        {"", "IV.현안", "가", OUTLINE_HEADING, RANK_PART, "현안"},
        {"", "Is. 아님", "가", OUTLINE_PLAIN, RANK_DOT, "Is. 아님"},
        {"", "1. 소통", "가", OUTLINE_HEADING, RANK_CHAPTER, "소통"},
        {"", "1-2. 소통", "가", OUTLINE_HEADING, RANK_SECTION, "소통"},
        {"1. 소통", "2. 민원", "가", OUTLINE_BULLET, RANK_ITEM, "민원"},
        {"", "2020. 4. 1.", "가", OUTLINE_PLAIN, RANK_DOT, "2020. 4. 1."},
        {"", "3. 31. 기준", "가", OUTLINE_NOTE, RANK_DOT, "3. 31. 기준"},
        {"", "2024. 6. 1. 현재", "가", OUTLINE_NOTE, RANK_DOT, "2024. 6. 1. 현재"},
        {"", "’20년 3월 말 기준", "가", OUTLINE_NOTE, RANK_DOT, "’20년 3월 말 기준"},
        {"", "2. 인력 (2024. 6. 1. 현재)", "가", OUTLINE_HEADING, RANK_CHAPTER,
         "인력 (2024. 6. 1. 현재)"},
        {"", "2 인력 현황 (2024. 6. 1. 현재)", "", OUTLINE_HEADING, RANK_SECTION,
         "인력 현황 (2024. 6. 1. 현재)"},
        {"", "2 성과 및 평가", "가", OUTLINE_HEADING, RANK_SECTION, "성과 및 평가"},
        {"", "성남시 1청 기준으로 현재", "가", OUTLINE_PLAIN, RANK_DOT, "성남시 1청 기준으로 현재"},
        {"", "가. 개요", "가", OUTLINE_HEADING, RANK_SECTION, "개요"},
        {"", "① 기 구 - 1관 3과", "② 인력", OUTLINE_HEADING, RANK_SECTION, "기 구 - 1관 3과"},
        {"", "① 하나", "② 둘", OUTLINE_BULLET, RANK_ITEM, "하나"},
        {"", "- ② 둘", "가", OUTLINE_BULLET, RANK_ITEM, "둘"},
        {"", "(1) 하나", "가", OUTLINE_BULLET, RANK_ITEM, "하나"},
        {"", "□ 개요", "가", OUTLINE_HEADING, RANK_BLOCK, "개요"},
        {"", "◇ 개요", "가", OUTLINE_HEADING, RANK_BLOCK, "개요"},
        {"", "☐ 개요", "가", OUTLINE_HEADING, RANK_BLOCK, "개요"},
        {"", "○ 하나", "가", OUTLINE_BULLET, RANK_CIRCLE, "하나"},
        {"", "ㅇ 하나", "가", OUTLINE_BULLET, RANK_CIRCLE, "하나"},
        {"", " - 하나", "가", OUTLINE_BULLET, RANK_DASH, "하나"},
        {"", "- ▶ 하나", "가", OUTLINE_BULLET, RANK_DOT, "하나"},
        {"", "- └ 하나", "가", OUTLINE_BULLET, RANK_DOT, "하나"},
        {"", "※ 하나", "가", OUTLINE_BULLET, RANK_DOT, "하나"},
        {"", "·홍보", "가", OUTLINE_BULLET, RANK_DOT, "홍보"},
        {"", "-5%", "가", OUTLINE_PLAIN, RANK_DOT, "-5%"},
        {"", "## 둘", "가", OUTLINE_HEADING, RANK_CHAPTER, "둘"},
        {"", "<사진>", "", OUTLINE_CAPTION, RANK_TITLE, "<사진>"},
        {"", "〈용역 개요〉", "- 가", OUTLINE_HEADING, RANK_TITLE, "〈용역 개요〉"},
        {"", "<표 1> 세출", "가", OUTLINE_CAPTION, RANK_TITLE, "<표 1> 세출"},
        {"", "(단위 : 천원)", "가", OUTLINE_NOTE, RANK_DOT, "(단위 : 천원)"},
        {"", "('20. 3. 31. 현재)", "가", OUTLINE_NOTE, RANK_DOT, "('20. 3. 31. 현재)"},
        {"", "| 가 | 나 |", "", OUTLINE_PIPES, RANK_DOT, "| 가 | 나 |"},
        {"", "가 | 나", "---|---", OUTLINE_PIPES, RANK_DOT, "가 | 나"},
        {"", "가\t1", "", OUTLINE_TABS, RANK_DOT, "가\t1"},
        {"", "○\t가", "", OUTLINE_BULLET, RANK_CIRCLE, "가"},
        {"", "----\t---", "", OUTLINE_RULE, RANK_DOT, "----\t---"},
        {"", "3", "제목", OUTLINE_NUMBER, RANK_DOT, "3"},
        {"", "민간포털 협력", "- 가", OUTLINE_HEADING, RANK_TITLE, "민간포털 협력"},
        {"", "예 산", "가", OUTLINE_HEADING, RANK_TITLE, "예 산"},
        {"", "가나다라", "가", OUTLINE_PLAIN, RANK_DOT, "가나다라"},
        {"", "   ", "가", OUTLINE_BLANK, RANK_DOT, ""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct outline outline;
        outline_init(&outline);
        struct outline_line before = {.kind = OUTLINE_BULLET};
        struct outline_line blank = {.kind = OUTLINE_BLANK};
        if (rows[i].before[0] != '\0') {
            outline_advance(&outline, &before, text_from(rows[i].before));
            outline_advance(&outline, &blank, text_from(""));
        }
        struct outline_around around = {text_from(rows[i].next), 1};
        struct text text = text_from(rows[i].line);
        struct outline_line line = outline_classify(&outline, text, &around);
        struct text content = {text.bytes + line.content, text.length - line.content};
        bool right = line.kind == rows[i].kind && line.rank == rows[i].rank &&
                     text_equal(content, text_from(rows[i].content));
        CU_ASSERT_TRUE(right);
        if (!right) {
            (void)printf("\n      %s: kind %d rank %d content %.*s\n", rows[i].line, (int)line.kind,
                         (int)line.rank, (int)content.length, content.bytes);
        }
    }
}

static void labels(void)
{
    static const struct {
        const char *text, *label;
    } rows[] = {
        {"사 업 비 : 76백만원", "사업비"},
        {"운영시간 : 11:00~15:00", "운영시간"},
        {"11:00 시작", "11:00 시작"},
        {"인 력 정원 134명", "인력"},
        {"기 구 - 1관 3과", "기구"},
        {"합 계(본부)", "합계(본부)"},
        {"S N S 채널", "SNS 채널"},
        {"발굴 및 온·오프라인 연계", "발굴 및 온·오프라인 연계"},
        {"행정 · 기술직", "행정·기술직"},
        {"「시민청", "시민청"},
        {"「시민청」 운영", "「시민청」 운영"},
        {"발행】", "발행"},
        {"하나 ○ 둘", "하나"},
        {"  하나   둘째\t셋 ", "하나 둘째 셋"},
        {"", ""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct label label = label_of_line(text_from(rows[i].text));
        CU_ASSERT_STRING_EQUAL(label.bytes, rows[i].label);
        if (strcmp(label.bytes, rows[i].label) != 0) (void)printf("\n      [%s]\n", label.bytes);
    }
}

static void nests(void)
{
    static const struct {
        const char *text;
        const char *figure;
    } rows[] = {
        {"Ⅰ. 가\n1. 나\n□ 다\n○ 라\n - 마 1건\n", "5:6 1건 report 다 / 라 / 마"},
        {"○ 라\n - 마\n - 바 1건\n", "3:6 1건 report 라 / 바"},
        {"○ 라\n  ※ 바 1건\n - 마 2건\n", "3:6 2건 report 라 / 마"},
        {"- 라\n- ▶ 마 1건\n", "2:7 1건 report 라 / 마"},
        {"□ 다\n○ 라\n□ 바\n○ 사 1건\n", "4:5 1건 report 바 / 사"},
        {"1\n\n제목\n\n- 사 1건\n", "5:5 1건 report 제목 / 사"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct import_read *read = import_read_string(rows[i].text);
        CU_ASSERT_EQUAL(read->status, OK);
        CU_ASSERT_TRUE(import_has(read->figures, read->figure_count, rows[i].figure));
        import_read_free(read);
    }
}

/* The block that opened a section comes again: the next section of the chapter's list begins. */
static void restores_sections(void)
{
    struct import_read *read =
        import_read_string("1. 장\n① 하나\n② 둘\n③ 셋\n\n□ 개요\n- 책 1건\n"
                           "□ 실적\n- 나 2건\n□ 개요\n- 다 3건\n\n3\n\n셋\n\n"
                           "□ 개요\n- 라 4건\n□ 개요\n- 마 5건\n");
    static const char *const figures[] = {
        "7:5 1건 report 하나 / 개요 / 책", "9:5 2건 report 하나 / 실적 / 나",
        "11:5 3건 report 둘 / 개요 / 다",  "18:5 4건 report 셋 / 개요 / 라",
        "20:5 5건 report 셋 / 개요 / 마",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(figures); i++)
        CU_ASSERT_TRUE(import_has(read->figures, read->figure_count, figures[i]));
    import_read_free(read);
}

SUITE("import_outline", {"classifies", classifies}, {"labels", labels}, {"nests", nests},
      {"restores sections", restores_sections})
