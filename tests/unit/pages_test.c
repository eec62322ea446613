#include "base/pages.h"

#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "support/suite.h"

enum { PAGES = 3 * PAGES_KEPT_MAX };

static bool zeros(const unsigned char *page)
{
    for (size_t i = 0; i < PAGE_BYTES; i++)
        if (page[i] != 0) return false;
    return true;
}

static bool in_memory(void *page)
{
    unsigned char seen;
    CU_ASSERT_EQUAL_FATAL(mincore(page, PAGE_BYTES, &seen), 0);
    return (seen & 1) != 0;
}

static void hands_out_zeros(void)
{
    struct pages *pages = pages_new(PAGES);
    CU_ASSERT_PTR_NOT_NULL_FATAL(pages);
    unsigned char *taken[PAGES];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < PAGES; i++) {
            taken[i] = pages_take(pages);
            CU_ASSERT_PTR_NOT_NULL_FATAL(taken[i]);
            CU_ASSERT_TRUE(zeros(taken[i]));
            memset(taken[i], (int)(i % 255 + 1), PAGE_BYTES);
        }
        CU_ASSERT_PTR_NULL(pages_take(pages));
        for (size_t i = 0; i < PAGES; i++) {
            CU_ASSERT_TRUE(pages_own(pages, taken[i]));
            CU_ASSERT_EQUAL(taken[i][PAGE_BYTES - 1], i % 255 + 1);
            pages_give(pages, taken[i]);
        }
    }
    CU_ASSERT_FALSE(pages_own(pages, taken));
    pages_free(pages);
}

static void keeps_few_and_trims_them(void)
{
    struct pages *pages = pages_new(PAGES);
    unsigned char *taken[PAGES];
    size_t kept = 0;
    for (size_t i = 0; i < PAGES; i++) {
        taken[i] = pages_take(pages);
        taken[i][0] = 1;
    }
    for (size_t i = 0; i < PAGES; i++)
        pages_give(pages, taken[i]);
    for (size_t i = 0; i < PAGES; i++)
        kept += in_memory(taken[i]);
    CU_ASSERT_EQUAL(kept, PAGES_KEPT_MAX);
    pages_trim(pages);
    for (size_t i = 0; i < PAGES; i++)
        CU_ASSERT_FALSE(in_memory(taken[i]));
    pages_free(pages);
}

static void rests_what_is_empty_alone(void)
{
    struct pages *pages = pages_new(2);
    unsigned char *full = pages_take(pages);
    unsigned char *empty = pages_take(pages);
    full[PAGE_BYTES - 1] = 7;
    empty[0] = 1;
    empty[0] = 0;
    pages_rest(pages, full);
    pages_rest(pages, empty);
    CU_ASSERT_EQUAL(full[PAGE_BYTES - 1], 7);
    CU_ASSERT_FALSE(in_memory(empty));
    CU_ASSERT_TRUE(zeros(empty));
    empty[5] = 5;
    CU_ASSERT_EQUAL(empty[5], 5);
    pages_free(pages);
}

static void says_when_there_are_none(void)
{
    (void)alloc_fail_at(1);
    CU_ASSERT_PTR_NULL(pages_new(1));
    (void)alloc_fail_at(0);
    struct pages *pages = pages_new(1);
    (void)alloc_fail_at(1);
    CU_ASSERT_PTR_NULL(pages_take(pages));
    (void)alloc_fail_at(0);
    CU_ASSERT_PTR_NOT_NULL(pages_take(pages));
    pages_free(pages);
    pages_free(NULL);
}

SUITE("pages", {"hands out zeros", hands_out_zeros},
      {"keeps few and trims them", keeps_few_and_trims_them},
      {"rests what is empty alone", rests_what_is_empty_alone},
      {"says when there are none", says_when_there_are_none})
