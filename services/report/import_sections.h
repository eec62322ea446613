/* Sections whose heading is lost. A chapter lists its sections first (`① … ② … ③ …`), and each
 * section opens with the same block (`□ 사업개요`). Where that block comes again without a heading
 * in between (it was a picture, and did not become text), the next section of the list has begun.
 */
#pragma once

#include <stdbool.h>

#include "import_labels.h"

enum { SECTIONS_MAX = 12 };

struct sections {
    struct label items[SECTIONS_MAX];
    int count;
    int current;        /* From 1; 0 before the first. */
    struct label block; /* That opened the current section; empty: none yet. */
};

/* A chapter begins: its list is not known yet. */
void sections_reset(struct sections *sections);

/* A line of the chapter's list; number 1 begins it anew. */
void sections_list(struct sections *sections, int number, const struct label *label);

/* A section's heading is there. */
void sections_enter(struct sections *sections, const struct label *label);

/* A block begins. The label of the section that it opens, where that section's heading is lost;
 * otherwise NULL. */
const struct label *sections_block(struct sections *sections, const struct label *block);
