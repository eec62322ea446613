#include "import_owners.h"

#include <string.h>

#include "support/suite.h"

enum { ARENA_BYTES = 1 << 20 };

static void chooses(void)
{
    static const struct {
        const char *above, *label;
        enum service owner;
    } rows[] = {
        {"", "사업비", SERVICE_BUDGET},
        {"민원 상담 콜센터 운영", "사업비", SERVICE_BUDGET},
        {"예산", "상담건수", SERVICE_PETITION},
        {"", "민원 처리기간", SERVICE_PETITION},
        {"", "sns 구독자", SERVICE_CAMPAIGN},
        {"홍보매체", "시내버스", SERVICE_CAMPAIGN},
        {"도시브랜드", "인지도", SERVICE_BRAND},
        {"조직", "정원", SERVICE_REPORT},
        {"", "가나다", SERVICE_REPORT},
        {"해외 홍보", "참석", SERVICE_BRAND},
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct import_owners owners;
    CU_ASSERT_EQUAL_FATAL(owners_builtin(&arena, &owners), OK);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct owner_weights above = owners_weigh(&owners, text_from(rows[i].above));
        struct owner_weights weights =
            owners_below(above, owners_weigh(&owners, text_from(rows[i].label)));
        CU_ASSERT_STRING_EQUAL(owner_name(owners_choose(&weights)), owner_name(rows[i].owner));
    }
    arena_free(&arena);
}

static void reads_rules(void)
{
    static const struct {
        const char *rules;
        enum status status;
    } rows[] = {
        {"# 주석\n\n가 나\tbudget\t10\n", OK},  {"가\tbudget\n", INVALID_ARGUMENT},
        {"가\tnobody\t10\n", INVALID_ARGUMENT}, {"\tbudget\t10\n", INVALID_ARGUMENT},
        {"가\tbudget\t0\n", INVALID_ARGUMENT},  {"가\tbudget\t99999\n", INVALID_ARGUMENT},
        {"가\tbudget\tx\n", INVALID_ARGUMENT},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct arena arena;
        arena_init(&arena, ARENA_BYTES);
        struct import_owners owners;
        CU_ASSERT_EQUAL(owners_read(&arena, text_from(rows[i].rules), &owners), rows[i].status);
        arena_free(&arena);
    }
}

/* Of two patterns that overlap, the longer counts. */
static void prefers_longer_patterns(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct import_owners owners;
    CU_ASSERT_EQUAL_FATAL(
        owners_read(&arena, text_from("예산\tbudget\t100\n비예산\tcampaign\t1\n"), &owners), OK);
    struct owner_weights weights = owners_weigh(&owners, text_from("비 예산 협력"));
    CU_ASSERT_EQUAL(weights.weights[SERVICE_BUDGET], 0);
    CU_ASSERT_EQUAL(weights.weights[SERVICE_CAMPAIGN], 1);
    arena_free(&arena);
}

SUITE("import_owners", {"chooses", chooses}, {"reads rules", reads_rules},
      {"prefers longer patterns", prefers_longer_patterns})
