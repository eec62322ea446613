#include "import_figures.h"

#include <string.h>

enum {
    SCRATCH_BYTES_KEPT = 64 * 1024,
    MONEY_WEIGHT = 30,    /* Money leans to budget, whatever the words. */
    TABLE_WEIGHT = 60,    /* A number of a table leans to the table's owner. */
    CERTAIN_WEIGHT = 100, /* A word that decides alone. */
};

void figures_pushed(struct figures *figures, const struct outline *outline)
{
    int top = outline->count - 1;
    int from = top > 0 && outline->entries[top - 1].is_restored ? top - 1 : top;
    for (int i = from; i <= top; i++) {
        struct owner_weights own =
            owners_weigh(figures->owners, label_text(&outline->entries[i].label));
        struct owner_weights none = {{0}};
        figures->weights[i] = owners_below(i > 0 ? figures->weights[i - 1] : none, own);
        figures->heads[i].is_set = false;
    }
}

/* `figures/{report}-{line}-{column}` */
static char *figure_name(struct figures *figures, int line, int column)
{
    return arena_printf(figures->scratch, "figures/%s-%d-%d", figures->options->report_id, line,
                        column);
}

static char *borrowed(const char *string)
{
    return (char *)(uintptr_t)string;
}

/* The message being made, and what it points to. */
struct draft {
    slice_figure figure;
    type_citation citation;
    type_quantity low, high;
    struct reading_period period;
    char *subject[FIGURE_LABELS_MAX];
    char *sections[IMPORT_NESTING_MAX];
    slice_qualifier qualifiers[16];
    struct owner_weights weights;
    enum service table_owner;
    int own_budget; /* How certainly the labels of the line or cell itself are budget's. */
};

static void subject_add(struct figures *figures, struct draft *draft, const struct label *label,
                        const struct owner_weights *known)
{
    if (label->length == 0) return;
    size_t count = draft->figure.n_subject;
    if (count == FIGURE_LABELS_MAX) return;
    if (count > 0 && strcmp(draft->subject[count - 1], label->bytes) == 0) return;
    draft->subject[draft->figure.n_subject++] = borrowed(label->bytes);
    if (known != NULL) {
        draft->weights = *known;
        return;
    }
    struct owner_weights own = owners_weigh(figures->owners, label_text(label));
    if (own.weights[SERVICE_BUDGET] > draft->own_budget)
        draft->own_budget = own.weights[SERVICE_BUDGET];
    draft->weights = owners_below(draft->weights, own);
}

static void set_qualifiers(struct draft *draft, unsigned bits)
{
    for (int bit = 1; bit < 16; bit++) {
        if ((bits & 1U << bit) != 0)
            draft->qualifiers[draft->figure.n_qualifiers++] = (slice_qualifier)bit;
    }
    draft->figure.qualifiers = draft->qualifiers;
}

/* The time: in the clause, of the table or column, of the nearest heading that has one, or the
 * report's. */
static void set_period(struct figures *figures, struct draft *draft,
                       const struct figure_place *place, const struct numeral_days *own,
                       bool is_as_of)
{
    const struct numeral_days *days = own != NULL ? own : place->days;
    for (int i = place->entries - 1; i >= 0 && days == NULL; i--) {
        if (place->outline->entries[i].has_days) days = &place->outline->entries[i].days;
    }
    if (days != NULL && reading_period_of(days, is_as_of, &draft->period)) {
        draft->figure.period = &draft->period.period;
        return;
    }
    if (!figures->has_as_of) return;
    struct numeral_days as_of = {true, true, figures->as_of, figures->as_of};
    (void)reading_period_of(&as_of, true, &draft->period);
    draft->figure.period = &draft->period.period;
}

static void draft_begin(struct figures *figures, struct draft *draft,
                        const struct figure_place *place, const struct reading *reading, int index)
{
    const struct numeral *numeral = &reading->numerals[index];
    memset(&draft->weights, 0, sizeof draft->weights);
    draft->own_budget = 0;
    draft->table_owner = place->owner;
    draft->figure = (slice_figure)SLICE_FIGURE_INIT;
    draft->citation = (type_citation)TYPE_CITATION_INIT;
    draft->figure.subject = draft->subject;
    draft->low = reading_quantity(numeral, &reading->unit, false);
    draft->figure.quantity = &draft->low;
    if (numeral->is_range) {
        draft->high = reading_quantity(numeral, &reading->unit, true);
        draft->figure.quantity_high = &draft->high;
    }
    type_citation *citation = &draft->citation;
    citation->report_id = borrowed(figures->options->report_id);
    citation->line = reading->line;
    citation->column = reading->columns[index];
    citation->table_row = place->table_row;
    citation->table_column = place->table_column;
    citation->section_path = draft->sections;
    for (int i = 0; i < place->entries; i++) {
        const struct outline_entry *entry = &place->outline->entries[i];
        if (entry->is_heading && entry->label.length > 0) {
            draft->sections[citation->n_section_path++] = borrowed(entry->label.bytes);
        }
        subject_add(figures, draft, &entry->label, &figures->weights[i]);
    }
    draft->figure.citation = citation;
    for (int i = 0; i < place->label_count; i++)
        subject_add(figures, draft, &place->labels[i], NULL);
}

/* Money that is called so (사업비, 집행액) is budget's, and other money leans to it; a number in a
 * table leans to the table's owner. */
static enum service draft_owner(const struct draft *draft)
{
    bool is_money = strcmp(draft->low.unit, "KRW") == 0;
    if (is_money && draft->own_budget >= CERTAIN_WEIGHT) return SERVICE_BUDGET;
    struct owner_weights weights = draft->weights;
    if (is_money) weights.weights[SERVICE_BUDGET] += MONEY_WEIGHT;
    if (draft->citation.table_row > 0) weights.weights[draft->table_owner] += TABLE_WEIGHT;
    return owners_choose(&weights);
}

static enum status draft_send(struct figures *figures, struct draft *draft,
                              const struct reading *reading, int index)
{
    const struct numeral *numeral = &reading->numerals[index];
    slice_figure *figure = &draft->figure;
    figure->name = figure_name(figures, reading->line, reading->columns[index]);
    figure->printed = arena_copy(figures->scratch, reading->span.text.bytes + numeral->begin,
                                 numeral->end - numeral->begin);
    if (figure->name == NULL || figure->printed == NULL) return RESOURCE_EXHAUSTED;
    figure->owner = borrowed(owner_name(draft_owner(draft)));
    enum status status = figures->sink->figure(figures->sink->context, figure);
    if (figures->scratch->total > SCRATCH_BYTES_KEPT) arena_reset(figures->scratch);
    return status;
}

/* The number of the bullet above, where this run lists its parts (`분야별 : 사진 45, 영상 24`). */
static const struct figure_head *head_above(const struct figures *figures,
                                            const struct figure_place *place)
{
    for (int i = place->entries - 1; i >= 0; i--) {
        if (place->outline->entries[i].is_heading) return NULL;
        if (figures->heads[i].is_set) return &figures->heads[i];
    }
    return NULL;
}

/* Below a number that is called a sum (총), a line of several numbers of its unit lists its parts.
 */
static bool lists_parts(const struct reading *reading, const struct figure_head *head)
{
    int count = 0;
    for (int i = 0; i < reading->count; i++) {
        if (reading->numerals[i].kind != NUMERAL_QUANTITY) continue;
        if (strcmp(reading->numerals[i].unit, head->unit) != 0) return false;
        count++;
    }
    return head->is_total && count > 1;
}

/* The power of ten that is printed in words: 8 of `3.2억원`, whose exponent is 7. */
static int32_t printed_magnitude(const struct reading *reading, const struct numeral *numeral)
{
    const char *end = reading->span.text.bytes + numeral->end;
    int32_t decimals = 0;
    const char *point =
        memchr(reading->span.text.bytes + numeral->begin, '.', numeral->end - numeral->begin);
    while (point != NULL && point + 1 + decimals < end && point[1 + decimals] >= '0' &&
           point[1 + decimals] <= '9')
        decimals++;
    return numeral->low.exponent + decimals;
}

/* `41,234백만원(국비 20,000, 시비 18,734)`: bare parts are counted as the whole is, unless they
 * would be more than it. */
static void inherit_unit(struct draft *draft, const struct reading *reading, int whole_index,
                         int part_index)
{
    const struct numeral *whole = &reading->numerals[whole_index];
    const struct numeral *part = &reading->numerals[part_index];
    bool bare = !part->has_unit && reading->unit.unit == NULL && !part->is_range;
    if (!bare || !whole->has_unit || whole->is_range) return;
    struct decimal value = part->low;
    value.exponent += printed_magnitude(reading, whole);
    if (value.exponent > DECIMAL_EXPONENT_MAX || decimal_compare(value, whole->low) > 0) return;
    draft->low.exponent = value.exponent;
    draft->low.unit = borrowed(whole->unit);
}

static enum status relate(struct figures *figures, struct draft *draft,
                          const struct figure_place *place, const struct reading *reading,
                          const struct phrase *phrase)
{
    slice_figure *figure = &draft->figure;
    if (phrase->part_of != FRAME_NONE) {
        figure->part_of = figure_name(figures, reading->line, reading->columns[phrase->part_of]);
        if (figure->part_of == NULL) return RESOURCE_EXHAUSTED;
        inherit_unit(draft, reading, phrase->part_of, phrase->numeral);
    } else if (place->table_row == 0) {
        const struct figure_head *head = head_above(figures, place);
        if (head != NULL && !phrase->from_list && !lists_parts(reading, head)) head = NULL;
        const struct numeral *numeral = &reading->numerals[phrase->numeral];
        bool same =
            head != NULL && (numeral->unit[0] == '\0' || strcmp(numeral->unit, head->unit) == 0);
        if (same) {
            figure->part_of = figure_name(figures, head->line, head->column);
            if (figure->part_of == NULL) return RESOURCE_EXHAUSTED;
        }
    }
    if (phrase->compared_with != FRAME_NONE) {
        figure->compared_with =
            figure_name(figures, reading->line, reading->columns[phrase->compared_with]);
        if (figure->compared_with == NULL) return RESOURCE_EXHAUSTED;
    }
    figure->per = borrowed(phrase->per);
    return OK;
}

/* In a row labelled `위치/규모`, the second value is the 규모. */
static void part_at_slash(struct figures *figures, struct draft *draft,
                          const struct figure_place *place, int slash, const struct phrase *phrase)
{
    if (place->table_row == 0 || slash == 0 || phrase->label_count > 0) return;
    for (int i = 0; i < place->label_count; i++) {
        struct label part = label_at_slash(&place->labels[i], slash);
        if (text_equal(label_text(&part), label_text(&place->labels[i]))) continue;
        char *copy = arena_copy(figures->scratch, part.bytes, part.length);
        if (copy == NULL || draft->figure.n_subject == FIGURE_LABELS_MAX) return;
        draft->subject[draft->figure.n_subject++] = copy;
        return;
    }
}

/* The first quantity is the entry's head, or a later one that is called a sum. */
static void head_note(struct figure_head *head, const struct reading *reading,
                      const struct phrase *phrase, bool first)
{
    bool total = (phrase->qualifiers & PHRASE_TOTAL) != 0;
    int count = first ? 1 : head->count + 1;
    if (first || total) {
        *head = (struct figure_head){.line = reading->line,
                                     .column = reading->columns[phrase->numeral],
                                     .is_set = true,
                                     .is_total = total};
        const struct text unit = text_from(reading->numerals[phrase->numeral].unit);
        memcpy(head->unit, unit.bytes, text_cut(unit, sizeof head->unit - 1).length);
    }
    head->count = count;
}

enum status figures_of_text(struct figures *figures, const struct figure_place *place,
                            const struct reading *reading, bool is_entry)
{
    struct phrases phrases;
    phrases_init(&phrases, reading->span.text, reading->numerals, (size_t)reading->count);
    struct phrase phrase;
    bool first = true;
    while (phrases_next(&phrases, &phrase)) {
        const struct numeral *numeral = &reading->numerals[phrase.numeral];
        if (is_entry && place->outline->count > 0) {
            head_note(&figures->heads[place->outline->count - 1], reading, &phrase, first);
        }
        first = false;
        if (figures->sink->figure == NULL) continue;
        struct draft draft;
        draft_begin(figures, &draft, place, reading, phrase.numeral);
        for (int i = 0; i < phrase.label_count; i++)
            subject_add(figures, &draft, &phrase.labels[i], NULL);
        part_at_slash(figures, &draft, place, phrase.slash, &phrase);
        set_qualifiers(&draft, numeral->qualifiers | phrase.qualifiers);
        set_period(figures, &draft, place,
                   phrase.days == FRAME_NONE ? NULL : &reading->numerals[phrase.days].days,
                   phrase.days_are_as_of);
        enum status status = relate(figures, &draft, place, reading, &phrase);
        if (status == OK) status = draft_send(figures, &draft, reading, phrase.numeral);
        if (status != OK) return status;
    }
    return OK;
}
