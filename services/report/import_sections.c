#include "import_sections.h"

void sections_reset(struct sections *sections)
{
    sections->count = 0;
    sections->current = 0;
    sections->block.length = 0;
}

void sections_list(struct sections *sections, int number, const struct label *label)
{
    if (sections->current > 0) return;
    if (number == 1) sections->count = 0;
    if (number != sections->count + 1 || sections->count == SECTIONS_MAX) return;
    sections->items[sections->count++] = *label;
}

/* The same words, spaces set aside; one may go on where the other ends. */
static bool alike(const struct label *a, const struct label *b)
{
    size_t i = 0;
    size_t j = 0;
    while (i < a->length && j < b->length) {
        if (a->bytes[i] == ' ') {
            i++;
        } else if (b->bytes[j] == ' ') {
            j++;
        } else if (a->bytes[i++] != b->bytes[j++]) {
            return false;
        }
    }
    return i > 0 && j > 0;
}

void sections_enter(struct sections *sections, const struct label *label)
{
    sections->block.length = 0;
    for (int i = 0; i < sections->count; i++) {
        if (!alike(&sections->items[i], label)) continue;
        sections->current = i + 1;
        return;
    }
    if (sections->current < sections->count) sections->current++;
}

const struct label *sections_block(struct sections *sections, const struct label *block)
{
    if (sections->count < 2 || block->length == 0) return NULL;
    bool again = sections->block.length > 0 && alike(&sections->block, block);
    if (sections->current > 0 && !again) {
        if (sections->block.length == 0) sections->block = *block;
        return NULL;
    }
    if (sections->current == sections->count) return NULL;
    sections->block = *block;
    return &sections->items[sections->current++];
}
