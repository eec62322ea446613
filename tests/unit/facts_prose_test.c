#include "facts_prose.h"

#include "support/report_tables.h"
#include "support/suite.h"

enum { ARENA_BYTES = 64 * 1024 };

static void keeps_labels_and_drops_prose(void)
{
    static const struct {
        const char *text, *label, *cell;
    } rows[] = {
        {"예산현액", "예산현액", "예산현액"},
        {"△626,262", "△626,262", "△626,262"},
        {"시민참여 프로그램을 통한 시정 공감대 확산", "시민참여 프로그램을 통한 시정 공감대 확산",
         "시민참여 프로그램을 통한 시정 공감대 확산"},
        {"매체를 고루 쓰도록 하겠음", "매체를 고루 쓰도록", ""},
        {"가 나 다 라 마 바 사 아 자 차 카 타 파 하 거 너 더 러", "가 나 다 라 마 바 사 아", ""},
        {"가나다라마바사아자차 가나다라마바사아자차 가나다라마바사아자차", "가나다라마바사아자차",
         ""},
        {"○ 가나다라마바사아자차카타파하가나다라마바사아자차 (홍보담당관)", "○", "(홍보담당관)"},
        {"추진상황 : 추진 중\n가나다라마바사아자차카타파하가나다라마바사아자차카",
         "추진상황 : 추진 중", "추진상황 : 추진 중"},
        {"", "", ""},
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const char *label = facts_label(&arena, text_from(rows[i].text));
        const char *cell = facts_cell(&arena, text_from(rows[i].text));
        CU_ASSERT_PTR_NOT_NULL_FATAL(label);
        CU_ASSERT_PTR_NOT_NULL_FATAL(cell);
        CU_ASSERT_STRING_EQUAL(cell, rows[i].cell);
        CU_ASSERT_STRING_EQUAL(label, rows[i].label);
        CU_ASSERT(text_code_points(text_from(label)) <= FACTS_LABEL_CODE_POINTS_MAX);
    }
    arena_free(&arena);
}

static void strips_figures_and_tables(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    slice_figure *figure = printed_figure(
        &arena, "사업/가나다라마바사 아자차카타파하 가나다라마바사 아자차카타파하 가나/건", 3,
        "5건", "건");
    slice_table *table = printed_table(
        &arena, "표", 3, 1, "구분|값\n가나다라마바사아자차카타파하가나다라마바사아자차카타|3\n");
    CU_ASSERT_TRUE(facts_strip_figure(&arena, figure));
    CU_ASSERT_TRUE(facts_strip_table(&arena, table));
    CU_ASSERT_STRING_EQUAL(figure->subject[0], "사업");
    CU_ASSERT_STRING_EQUAL(figure->subject[1], "가나다라마바사 아자차카타파하");
    CU_ASSERT_STRING_EQUAL(row_cell(table->rows[1], 1),
                           "가나다라마바사아자차카타파하가나다라마바사아자차카타");
    CU_ASSERT_STRING_EQUAL(row_cell(table->rows[1], 2), "3");
    arena_free(&arena);
}

SUITE("facts_prose", {"keeps labels and drops prose", keeps_labels_and_drops_prose},
      {"strips figures and tables", strips_figures_and_tables})
