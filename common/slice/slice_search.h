/* Texts to be found by: what a figure or table is searched in, and what is searched for, in the
 * folded form of text_fold(). */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"
#include "slice.rpc.h"

/* Memory for one message at a time. */
struct slice_folder {
    struct arena arena;   /* The folded texts; reset for each message. */
    struct buffer joined; /* The parts of the text, before they are folded. */
};

enum { SLICE_SEARCH_BYTES_MAX = 64 * 1024 * 1024 };

void slice_folder_init(struct slice_folder *folder);
void slice_folder_free(struct slice_folder *folder);

/* What a figure is searched in; both live until the folder's next text. */
struct slice_figure_texts {
    const char *labels;
    const char *place; /* Its section and its printed form. */
};

/* RESOURCE_EXHAUSTED: no memory. INVALID_ARGUMENT: a text is not UTF-8. */
NODISCARD enum status slice_figure_fold(struct slice_folder *folder, const slice_figure *figure,
                                        struct slice_figure_texts *texts);

/* Title, section and cells of a table; lives until the folder's next text. Statuses as above. */
NODISCARD enum status slice_table_fold(struct slice_folder *folder, const slice_table *table,
                                       const char **text);

/* A text to search for as a pattern of LIKE with the escape character `\`, in the arena; "%" for
 * "". Statuses as above. */
NODISCARD enum status slice_pattern(struct arena *arena, struct text search, const char **pattern);

/* A word of an indicator as such a pattern for the folded labels of a figure: a `$` at its end says
 * that the last label ends there. Statuses as above. */
NODISCARD enum status slice_label_pattern(struct arena *arena, struct text word,
                                          const char **pattern);
