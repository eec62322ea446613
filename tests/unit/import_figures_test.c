#include <stdio.h>
#include <string.h>

#include "support/import_reader.h"
#include "support/suite.h"

/* One line of a report and the figures in it: what each number counts. */
static void names_what_is_counted(void)
{
    static const struct {
        const char *text;
        const char *figures[5];
    } rows[] = {
        {"- 접수 : 9명(청년 4명, 노년 5명)\n",
         {"1:8 9명 report 접수", "1:14 4명 report 접수 / 청년 part_of=figures/r-1-8",
          "1:21 5명 report 접수 / 노년 part_of=figures/r-1-8"}},
        {"- 사 업 비 : 60백만원 (집행액 : 6백만원, 10.0%)\n",
         {"1:11 60백만원 budget 사업비", "1:24 6백만원 budget 사업비 / 집행액",
          "1:30 10.0% budget 사업비 / 집행액 / 집행률"}},
        {"- 지면 : 일간지, 월간지 등 65개 매체(1~2월)\n", {"1:19 65개 campaign 지면 / 매체"}},
        {"- 라디오(안내) 8회, 방송(특집) 3회\n",
         {"1:11 8회 campaign 라디오(안내)", "1:22 3회 campaign 방송(특집)"}},
        {"- 응원 행사(97만 노출, 40명 참여)\n",
         {"1:9 97만 campaign 응원 행사 / 노출", "1:17 40명 report 응원 행사 / 참여"}},
        {"- 교육(6회 320명)\n", {"1:6 6회 report 교육", "1:9 320명 report 교육"}},
        {"- 정원 감축(524명 ← 554명)\n",
         {"1:9 524명 report 정원 감축", "1:16 554명 report 정원 감축"}},
        {"- 방송 시간(70회→90회)\n",
         {"1:9 70회 campaign 방송 시간", "1:13 90회 campaign 방송 시간"}},
        {"- '18년 만족 84%, 응답 70% → '19년 86%, 73%\n",
         {"1:11 84% report 만족", "1:19 70% report 응답", "1:30 86% report 만족",
          "1:35 73% report 응답"}},
        {"- 구독자 : 6만명 ('18년 4만명 대비 50%↑)\n",
         {"1:9 6만명 campaign 구독자", "1:19 4만명 campaign 구독자",
          "1:26 50% campaign 구독자 / 증감률"}},
        {"- 모임 9회 개최\n", {"1:6 9회 report 개최 / 모임"}},
        {"- 모임 15개 분야 15명\n", {"1:6 15개 report 모임 / 분야"}},
        {"- (방문) 창구 42개소\n", {"1:11 42개소 report 방문 / 창구"}},
        {"- [소식] 기사 5건\n", {"1:11 5건 campaign 소식 / 기사"}},
        {"- 기간/금액 : 6개월 / 120백만원\n",
         {"1:11 6개월 report 기간", "1:17 120백만원 budget 금액"}},
        {"- 배부처 : 5개 초등학교, 2개 특수학교\n",
         {"1:9 5개 campaign 배부처 / 초등학교", "1:18 2개 campaign 배부처 / 특수학교"}},
        {"- 시민기자 운영 : 제5기 120명\n", {"1:17 120명 campaign 시민기자 운영"}},
        {"조 직 1관 4과\n\n- 가\n", {"1:5 1관 report 조직", "1:8 4과 report 조직"}},
        {"- 위촉 : 100명\n - 분야별 : 사진 60, 영상 40\n",
         {"2:13 60 report 위촉 / 분야별 / 사진 part_of=figures/r-1-8",
          "2:20 40 campaign 위촉 / 분야별 / 영상 part_of=figures/r-1-8"}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct import_read *read = import_read_string(rows[i].text);
        CU_ASSERT_EQUAL(read->status, OK);
        for (int f = 0; f < 5 && rows[i].figures[f] != NULL; f++)
            CU_ASSERT_TRUE(import_has(read->figures, read->figure_count, rows[i].figures[f]));
        import_read_free(read);
    }
}

struct periods {
    const char *wanted;
    bool found;
};

static enum status take_period(void *context, const slice_figure *figure)
{
    struct periods *periods = context;
    const type_period *period = figure->period;
    char shown[40] = "";
    if (period != NULL && period->kind_case == TYPE_PERIOD_KIND_CASE_AS_OF) {
        (void)snprintf(shown, sizeof shown, "@%s", period->as_of);
    } else if (period != NULL) {
        (void)snprintf(shown, sizeof shown, "%s..%s", period->interval->first_day,
                       period->interval->last_day);
    }
    periods->found = strcmp(shown, periods->wanted) == 0;
    if (!periods->found) (void)printf("\n      %s %s\n", figure->printed, shown);
    return OK;
}

/* The time of the last figure of a text. */
static void finds_the_time(void)
{
    static const struct {
        const char *text, *period;
    } rows[] = {
        {"- 모임 3회\n", "@2020-03-31"},
        {"□ '19년 실적\n- 모임 3회\n", "2019-01-01..2019-12-31"},
        {"- 친구 수 107만명('20.2월)\n", "2020-02-01..2020-02-29"},
        {"- '18년 모임 3회\n", "2018-01-01..2018-12-31"},
        {"- 모임(2.3) 3회\n", "@2020-02-03"},
        {"- 총 41명(1월말 기준)\n", "@2020-01-31"},
        {"- 모임 : 3회(2019년 : 2회)\n", "2019-01-01..2019-12-31"},
        {"| 과 | 2018년 예산 |\n|--|--|\n| 가 | 3 |\n", "2018-01-01..2018-12-31"},
        {"(2020.1.31. 현재)\n\n| 과 | 정원 |\n|--|--|\n| 가 | 3 |\n", "@2020-01-31"},
        {"시민 공감 확산\n\n3.2(월)~\n\n- 모임 3회\n", "2020-03-02.."},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct arena arena;
        arena_init(&arena, 8 << 20);
        struct periods periods = {.wanted = rows[i].period};
        const struct import_options options = {.report_id = "r", .as_of = "2020-03-31"};
        const struct import_sink sink = {.context = &periods, .figure = take_period};
        struct import_cover cover;
        struct fault fault;
        CU_ASSERT_EQUAL(
            import_parse(&arena, text_from(rows[i].text), &options, &sink, &cover, &fault), OK);
        CU_ASSERT_TRUE(periods.found);
        arena_free(&arena);
    }
}

static void reads_covers(void)
{
    static const struct {
        const char *text, *title, *publisher, *as_of;
    } rows[] = {
        {"\n표어\n\n2012 주요업무 보고\n\n2012. 2\n\n소통기획관\n\n목 차\n", "2012 주요업무 보고",
         "소통기획관", "2012-02-29"},
        {"주요업무보고\n2020. 4. 21.(화)\n소통관\n", "주요업무보고", "소통관", "2020-04-21"},
        {"# 업무 계획\n바다부\n2021. 3. 15.\n1. 가\n", "업무 계획", "바다부", "2021-03-15"},
        {"- 가 3명\n", "", "", ""},
        {"머리말\n", "머리말", "", ""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct import_read *read = import_read(text_from(rows[i].text), NULL);
        CU_ASSERT_EQUAL(read->status, OK);
        CU_ASSERT_STRING_EQUAL(read->cover.title, rows[i].title);
        CU_ASSERT_STRING_EQUAL(read->cover.publisher, rows[i].publisher);
        CU_ASSERT_STRING_EQUAL(read->cover.as_of, rows[i].as_of);
        import_read_free(read);
    }
}

/* A report of an invented city, in the forms of the real ones. */
static void reads_the_fixtures(void)
{
    static const struct {
        const char *name;
        int tables, unread;
        const char *figures[8];
    } rows[] = {
        {"hanbit-2023.txt",
         8,
         0,
         {"24:17 35 report 일반 현황 / 인력 / 홍보 part_of=figures/r-24-9",
          "31:13 25 report 홍보과 / 일반직 / 6급이하",
          "40:24 400 budget 2023 예산현황 / 소통홍보실 총계 / 증감",
          "69:24 310개소 campaign 사업개요 / 홍보매체 / 버스쉘터",
          "78:20 4.8일 petition 믿고 찾는 민원 창구 / 민원 처리 단축 / 처리기간",
          "89:19 1,793,000 budget 계 / 총액 / 집행",
          "95:324 5천부 report '22년 3만부 → '23년 2만4천부 / 읍면동 / 부수"}},
        {"ministry-2021.txt",
         2,
         0,
         {"9:22 412명 report 일반현황 / 인력 / 본부 part_of=figures/r-9-11",
          "22:36 2,436 budget 일반회계 / '21년 / 집행",
          "31:12 154척 report 항로 안전 강화 / 점검 / 여객선",
          "34:6 56억원 budget 2021년 중점과제 / 항로 안전 강화 / 국비",
          "40:11 3회 report 연안 뱃길 서비스 / 다솜~마루 / 운항횟수"}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        struct text bytes;
        CU_ASSERT_FATAL(import_fixture(&arena, rows[i].name, &bytes));
        struct import_read *read = import_read(bytes, NULL);
        CU_ASSERT_EQUAL(read->status, OK);
        CU_ASSERT_EQUAL(read->table_count, rows[i].tables);
        CU_ASSERT_EQUAL(read->unread_count, rows[i].unread);
        for (int f = 0; f < 8 && rows[i].figures[f] != NULL; f++)
            CU_ASSERT_TRUE(import_has(read->figures, read->figure_count, rows[i].figures[f]));
        import_read_free(read);
        arena_free(&arena);
    }
}

static enum status count_figure(void *context, const slice_figure *figure)
{
    *(int *)context += figure->n_subject > 0;
    return OK;
}

/* What is kept of a line must not be lost when the memory of lines is used again. */
static void reads_long_texts(void)
{
    enum { TIMES = 400 };
    struct arena arena;
    arena_init(&arena, 64 << 20);
    struct text bytes;
    CU_ASSERT_FATAL(import_fixture(&arena, "hanbit-2023.txt", &bytes));
    struct import_read *once = import_read(bytes, "2023-06-30");
    bytes.bytes += 3; /* The byte order mark. */
    bytes.length -= 3;
    char *long_text = arena_alloc(&arena, bytes.length * TIMES);
    CU_ASSERT_PTR_NOT_NULL_FATAL(long_text);
    for (size_t i = 0; i < TIMES; i++)
        memcpy(long_text + i * bytes.length, bytes.bytes, bytes.length);
    int count = 0;
    const struct import_options options = {.report_id = "r", .as_of = "2023-06-30"};
    const struct import_sink sink = {.context = &count, .figure = count_figure};
    struct import_cover cover;
    struct fault fault;
    struct text text = {long_text, bytes.length * TIMES};
    CU_ASSERT_EQUAL(import_parse(&arena, text, &options, &sink, &cover, &fault), OK);
    CU_ASSERT_EQUAL(count, once->figure_count * TIMES);
    import_read_free(once);
    arena_free(&arena);
}

/* Every allocation fails once: a status, never a crash. */
static void survives_exhaustion(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct text bytes;
    CU_ASSERT_FATAL(import_fixture(&arena, "ministry-2021.txt", &bytes));
    const struct import_options options = {.report_id = "r", .as_of = "2021-03-15"};
    const struct import_sink sink = {.context = NULL};
    enum status status = RESOURCE_EXHAUSTED;
    for (long nth = 1; nth < 20000 && status != OK; nth += 7) {
        struct arena own;
        arena_init(&own, 8 << 20);
        struct import_cover cover;
        struct fault fault;
        alloc_fail_at(nth);
        status = import_parse(&own, bytes, &options, &sink, &cover, &fault);
        CU_ASSERT_TRUE(status == OK || status == RESOURCE_EXHAUSTED);
        arena_free(&own);
    }
    alloc_fail_at(0);
    CU_ASSERT_EQUAL(status, OK);
    arena_free(&arena);
}

SUITE("import_figures", {"names what is counted", names_what_is_counted},
      {"finds the time", finds_the_time}, {"reads covers", reads_covers},
      {"reads the fixtures", reads_the_fixtures}, {"reads long texts", reads_long_texts},
      {"survives exhaustion", survives_exhaustion})
