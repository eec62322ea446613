#include "base/pages.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"

struct pages {
    char *first;
    size_t count_max;
    size_t begun;    /* Those behind have never been taken. */
    uint32_t *given; /* What was given back: the last one goes first. */
    size_t given_count;
    size_t kept; /* Of them in memory. */
    size_t bytes;
};

static size_t whole_pages(size_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

struct pages *pages_new(size_t count_max)
{
    if (sysconf(_SC_PAGESIZE) != PAGE_BYTES || count_max > UINT32_MAX) return NULL;
    struct pages *pages = alloc_should_fail() ? NULL : calloc(1, sizeof *pages);
    if (pages == NULL) return NULL;
    size_t given_bytes = whole_pages(count_max * sizeof *pages->given);
    pages->count_max = count_max;
    pages->bytes = count_max * PAGE_BYTES + given_bytes;
    void *range = mmap(NULL, pages->bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) {
        free(pages);
        return NULL;
    }
    pages->given = range;
    pages->first = (char *)range + given_bytes;
    return pages;
}

void pages_free(struct pages *pages)
{
    if (pages == NULL) return;
    (void)munmap(pages->given, pages->bytes);
    free(pages);
}

void *pages_take(struct pages *pages)
{
    if (alloc_should_fail()) return NULL;
    if (pages->given_count > 0) {
        if (pages->kept > 0) pages->kept--;
        return pages->first + (size_t)pages->given[--pages->given_count] * PAGE_BYTES;
    }
    if (pages->begun == pages->count_max) return NULL;
    return pages->first + pages->begun++ * PAGE_BYTES;
}

bool pages_own(const struct pages *pages, const void *block)
{
    uintptr_t first = (uintptr_t)pages->first;
    return (uintptr_t)block - first < pages->count_max * PAGE_BYTES;
}

/* It reads as zeros from now on, whatever the system does. */
static void give_back(void *page)
{
    if (madvise(page, PAGE_BYTES, MADV_DONTNEED) != 0) memset(page, 0, PAGE_BYTES);
}

void pages_give(struct pages *pages, void *page)
{
    size_t index = (size_t)((char *)page - pages->first) / PAGE_BYTES;
    assert(index < pages->begun && pages->given_count < pages->begun);
    if (pages->kept < PAGES_KEPT_MAX) {
        memset(page, 0, PAGE_BYTES);
        pages->kept++;
    } else {
        give_back(page);
    }
    pages->given[pages->given_count++] = (uint32_t)index;
}

void pages_rest(struct pages *pages, void *page)
{
    assert(pages_own(pages, page));
    (void)pages;
    const uint64_t *words = page;
    for (size_t i = 0; i < PAGE_BYTES / sizeof *words; i++)
        if (words[i] != 0) return;
    give_back(page);
}

void pages_trim(struct pages *pages)
{
    for (size_t i = 0; i < pages->given_count; i++)
        give_back(pages->first + (size_t)pages->given[i] * PAGE_BYTES);
    pages->kept = 0;
}
