#include "facts_prose.h"

#include <string.h>

#include "report_records.h"

enum { SENTENCE_SPACES_MIN = 2, PRINTED_CODE_POINTS_MAX = 60 };

/* How Korean sentences and the clipped sentences of reports end. */
static const char *const sentence_endings[] = {"다", "함", "음",   "임",   "됨",
                                               "것", "요", "바람", "하기", NULL};

/* Words that cannot be a label's last: particles, and words that join what follows. */
static const char *const open_endings[] = {"은", "는", "을", "를", "에",   "의", "로", "과", "와",
                                           "한", "및", "등", "도", "에서", "이", "to", "of", NULL};

static bool ends_with_one_of(struct text text, const char *const *endings)
{
    for (; *endings != NULL; endings++) {
        if (text_ends_with(text, text_from(*endings))) return true;
    }
    return false;
}

static struct text without_end_marks(struct text text)
{
    text = text_trim(text);
    while (text.length > 0 && strchr(".!?)\"'", text.bytes[text.length - 1]) != NULL) {
        text = text_trim((struct text){text.bytes, text.length - 1});
    }
    return text;
}

bool facts_is_prose(struct text text)
{
    if (text_code_points(text) > FACTS_LABEL_CODE_POINTS_MAX) return true;
    int spaces = 0;
    for (size_t i = 0; i < text.length; i++)
        spaces += text.bytes[i] == ' ';
    if (spaces < SENTENCE_SPACES_MIN) return false;
    return ends_with_one_of(without_end_marks(text), sentence_endings);
}

/* The text without its last word; the text itself where it has one only. */
static struct text without_last_word(struct text text)
{
    size_t end = text.length;
    while (end > 0 && text.bytes[end - 1] != ' ')
        end--;
    return end == 0 ? text : text_trim((struct text){text.bytes, end});
}

/* The first words of a text, as many as fit. */
static struct text prefix_of(struct text text)
{
    size_t at = 0, end = 0, points = 0;
    while (at < text.length && points < FACTS_PREFIX_CODE_POINTS_MAX) {
        if (text.bytes[at] == ' ' || text.bytes[at] == '\n') end = at;
        (void)text_next(text, &at);
        points++;
    }
    if (at >= text.length && !facts_is_prose(text)) return text;
    if (end == 0) end = at; /* One long word. */
    struct text prefix = text_trim((struct text){text.bytes, end});
    while (ends_with_one_of(prefix, open_endings)) {
        struct text shorter = without_last_word(prefix);
        if (shorter.length == prefix.length) break;
        prefix = shorter;
    }
    return prefix;
}

char *facts_label(struct arena *arena, struct text text)
{
    if (facts_is_prose(text)) text = prefix_of(text);
    return arena_copy(arena, text.bytes, text.length);
}

char *facts_cell(struct arena *arena, struct text text)
{
    if (!facts_is_prose(text)) return arena_copy(arena, text.bytes, text.length);
    text = text_trim(text);
    report_audit_state state = audit_state_of(text);
    ptrdiff_t departments = audit_departments_at(text);
    const char *word = audit_state_word(state);
    if (departments >= 0) {
        return arena_copy(arena, text.bytes + departments, text.length - (size_t)departments);
    }
    if (state != REPORT_AUDIT_STATE_UNSPECIFIED) return arena_printf(arena, "추진상황 : %s", word);
    return arena_copy(arena, "", 0);
}

static bool labels_strip(struct arena *arena, char **labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        labels[i] = facts_label(arena, text_from(labels[i]));
        if (labels[i] == NULL) return false;
    }
    return true;
}

static bool citation_strip(struct arena *arena, type_citation *citation)
{
    return citation == NULL ||
           labels_strip(arena, citation->section_path, citation->n_section_path);
}

bool facts_strip_figure(struct arena *arena, slice_figure *figure)
{
    if (text_code_points(text_from(figure->printed)) > PRINTED_CODE_POINTS_MAX) {
        figure->printed = facts_label(arena, text_from(figure->printed));
        if (figure->printed == NULL) return false;
    }
    return labels_strip(arena, figure->subject, figure->n_subject) &&
           citation_strip(arena, figure->citation);
}

bool facts_strip_table(struct arena *arena, slice_table *table)
{
    table->title = facts_label(arena, text_from(table->title));
    if (table->title == NULL || !citation_strip(arena, table->citation)) return false;
    for (size_t r = 0; r < table->n_rows; r++) {
        for (size_t c = 0; c < table->rows[r]->n_cells; c++) {
            slice_cell *cell = table->rows[r]->cells[c];
            cell->text = facts_cell(arena, text_from(cell->text));
            if (cell->text == NULL) return false;
        }
    }
    return true;
}
