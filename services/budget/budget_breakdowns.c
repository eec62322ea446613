#include "budget_breakdowns.h"

#include "base/text.h"

/* Of report 2012 Ⅰ and 2020 Ⅰ: what the lines of the general budget (일반예산) are called. */
static const struct class_label {
    const char *begins; /* Folded. */
    enum line_class class;
} class_labels[] = {
    {"기본경비", CLASS_BASIC},
    {"행정운영경비", CLASS_BASIC},
    {"인력운영비", CLASS_STAFF},
    {"반환금", CLASS_RETURNS},
};

enum status label_class(struct arena *arena, const char *label, enum line_class *found)
{
    struct text folded;
    enum status status = text_fold(arena, text_from(label), &folded);
    if (status == RESOURCE_EXHAUSTED) return status;
    *found = CLASS_NONE;
    for (size_t i = 0; i < ARRAY_LENGTH(class_labels) && status == OK; i++) {
        if (text_starts_with(folded, text_from(class_labels[i].begins)))
            *found = class_labels[i].class;
    }
    return OK;
}

bool classes_sum(struct classed_line *lines, size_t count, struct class_sums *sums)
{
    *sums = (struct class_sums){0};
    for (size_t i = 0; i < count; i++) {
        struct classed_line *line = &lines[i];
        const struct classed_line *above = line->parent < 0 ? NULL : &lines[line->parent];
        if (above != NULL && above->memo) line->memo = true;
        if (line->class == CLASS_NONE) line->class = above == NULL ? CLASS_PROJECT : above->class;
        if (line->memo) continue;
        sums->count[line->class]++;
        sums->count[CLASS_NONE]++;
        if (!balance_add(&sums->balance[line->class], &line->own) ||
            !balance_add(&sums->balance[CLASS_NONE], &line->own))
            return false;
    }
    return true;
}
