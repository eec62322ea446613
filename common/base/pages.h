/* Pages of memory that can be given back to the system while their owners still have them: for
 * tables that lie empty most of the time. Used by one thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pages;

enum {
    PAGE_BYTES = 4096,
    PAGES_KEPT_MAX = 64, /* Freed ones that stay in memory for those who ask next. */
};

/* At most count_max pages: addresses alone, memory comes page by page. NULL: no addresses, or the
 * system's pages are not of this size. */
struct pages *pages_new(size_t count_max);

/* All of them, those in use too; NULL is accepted. */
void pages_free(struct pages *pages);

/* A page of zeros; NULL: all are in use. */
void *pages_take(struct pages *pages);

/* Whether the block is one of these pages. */
bool pages_own(const struct pages *pages, const void *block);

void pages_give(struct pages *pages, void *page);

/* Gives the memory of a page back where it holds nothing but zeros, as which it is read again. */
void pages_rest(struct pages *pages, void *page);

/* Gives back what freed pages still hold. */
void pages_trim(struct pages *pages);
