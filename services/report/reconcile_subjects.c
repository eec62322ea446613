/* Rules for numbers of one subject that stand apart: printed twice with different values, or a
 * total above what the largest day allows. Subjects are compared as a whole, so little is compared
 * and little is wrong; the certainty is never more than SCOPE. */
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "reconcile_case.h"

enum { KEY_BYTES_MAX = 4096 };

/* A figure and what it is compared by. */
struct keyed {
    slice_figure *figure;
    const char *key;
};

static int compare_keyed(const void *left, const void *right)
{
    const struct keyed *a = left, *b = right;
    int order = strcmp(a->key, b->key);
    if (order != 0) return order;
    if (a->figure->citation->line != b->figure->citation->line)
        return a->figure->citation->line < b->figure->citation->line ? -1 : 1;
    return 0;
}

/* A key as it is put together; what does not fit makes the figure incomparable. */
struct key {
    char bytes[KEY_BYTES_MAX];
    size_t length;
    bool full;
};

static void key_add(struct key *key, const char *string)
{
    size_t length = strlen(string);
    if (key->full || length + 2 > sizeof key->bytes - key->length) {
        key->full = true;
        return;
    }
    memcpy(key->bytes + key->length, string, length);
    key->length += length;
    key->bytes[key->length++] = '|';
}

static void key_add_period(struct key *key, const type_period *period)
{
    if (period == NULL) return;
    if (period->kind_case == TYPE_PERIOD_KIND_CASE_AS_OF) key_add(key, period->as_of);
    if (period->kind_case != TYPE_PERIOD_KIND_CASE_INTERVAL) return;
    key_add(key, period->interval->first_day);
    key_add(key, "~");
    key_add(key, period->interval->last_day);
}

/* All labels, the unit, the period and what the number is per; "" where that is too long. NULL: no
 * memory. */
static const char *subject_key(struct reconcile_case *self, const slice_figure *figure)
{
    struct key key = {.length = 0, .full = false};
    key_add_period(&key, figure->period);
    for (size_t i = 0; i < figure->n_subject; i++)
        key_add(&key, figure->subject[i]);
    key_add(&key, figure->quantity->unit);
    key_add(&key, figure->per);
    key_add(&key, figure_has(figure, SLICE_QUALIFIER_AVERAGE) ? "a" : "");
    key_add(&key, figure_has(figure, SLICE_QUALIFIER_MAXIMUM) ? "m" : "");
    if (key.full) return "";
    return arena_copy(self->arena, key.bytes, key.length);
}

static bool is_comparable(const slice_figure *figure)
{
    return figure->citation->table_row == 0 && figure->n_subject >= 2 &&
           figure->quantity->unit[0] != '\0' && figure->quantity_high == NULL &&
           figure->part_of[0] == '\0' && figure->compared_with[0] == '\0' &&
           !figure_has(figure, SLICE_QUALIFIER_INCREASE) &&
           !figure_has(figure, SLICE_QUALIFIER_DECREASE);
}

/* What every project has one of: two of them are of two projects whose names were lost. */
static bool is_of_any_project(const char *label)
{
    static const char *const words[] = {"사업비", "예산", "집행", "지출", "비율", "금액"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (strstr(label, words[i]) != NULL) return true;
    }
    return false;
}

static enum status check_pair(struct reconcile_case *self, slice_figure *first,
                              slice_figure *second)
{
    struct range a, b;
    if (!number_range(number_from_figure(first), &a)) return OK;
    if (!number_range(number_from_figure(second), &b)) return OK;
    bool held = ranges_meet(a, b);
    case_count(self, held);
    if (held) return OK;
    slice_figure *figures[] = {second, first};
    struct claim claim = {
        .certainty = REPORT_FINDING_CERTAINTY_SCOPE,
        .figures = figures,
        .figure_count = ARRAY_LENGTH(figures),
        .expected = first->printed,
        .explanation = arena_printf(self->arena, "%s ≠ %s", second->printed, first->printed),
    };
    return case_add(self, &claim);
}

/* A subject with more numbers than two is a list, not a repetition. */
enum status same_subject_check(struct reconcile_case *self)
{
    size_t count = 0;
    struct keyed *keyed = arena_calloc(self->arena, self->input->figure_count + 1, sizeof *keyed);
    if (keyed == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < self->input->figure_count; i++) {
        slice_figure *figure = self->by_cell[i];
        if (!is_comparable(figure)) continue;
        if (is_of_any_project(figure->subject[figure->n_subject - 1])) continue;
        keyed[count] = (struct keyed){figure, subject_key(self, figure)};
        if (keyed[count].key == NULL) return RESOURCE_EXHAUSTED;
        if (keyed[count].key[0] != '\0') count++;
    }
    qsort(keyed, count, sizeof *keyed, compare_keyed);
    enum status status = OK;
    for (size_t begin = 0, end; begin < count && status == OK; begin = end) {
        for (end = begin + 1; end < count && strcmp(keyed[begin].key, keyed[end].key) == 0;)
            end++;
        if (end - begin != 2) continue;
        slice_figure *a = keyed[begin].figure, *b = keyed[begin + 1].figure;
        if (a->citation->line != b->citation->line) status = check_pair(self, a, b);
    }
    return status;
}

/* --- daily-maximum ---------------------------------------------------------------------------- */

/* A label without digits and without the words that only say that it counts something: `코로나19
 * 상담건수` and `코로나 상담 증가` speak of one thing. */
static char *thing_key(struct reconcile_case *self, const slice_figure *figure)
{
    static const char *const tails[] = {"건수", "횟수", "인원", "현황", "증가", "감소", "수", "량"};
    char *label = figure_label(self->arena, figure);
    if (label == NULL) return NULL;
    size_t length = 0;
    for (size_t i = 0; label[i] != '\0'; i++) {
        if (label[i] < '0' || label[i] > '9') label[length++] = label[i];
    }
    label[length] = '\0';
    for (size_t i = 0; i < ARRAY_LENGTH(tails); i++) {
        size_t tail = strlen(tails[i]);
        if (length <= tail || strcmp(label + length - tail, tails[i]) != 0) continue;
        label[length - tail] = '\0';
        break;
    }
    return arena_printf(self->arena, "%s|%s", label, figure->quantity->unit);
}

static bool period_days(const slice_figure *figure, int64_t *days)
{
    struct date first, last;
    const type_period *period = figure->period;
    if (period == NULL || period->kind_case != TYPE_PERIOD_KIND_CASE_INTERVAL) return false;
    if (date_parse(text_from(period->interval->first_day), &first) != OK) return false;
    if (date_parse(text_from(period->interval->last_day), &last) != OK) return false;
    *days = (int64_t)last.days - first.days + 1;
    return *days >= 1;
}

/* The largest of a day: said to be so, and of one day or per day. The report's own day says only
 * when it was written. */
static bool is_daily_maximum(const slice_figure *figure, const char *as_of)
{
    int64_t days;
    if (!figure_has(figure, SLICE_QUALIFIER_MAXIMUM) || figure->quantity_high != NULL) return false;
    if (strcmp(figure->per, "일") == 0) return true;
    if (period_days(figure, &days)) return days == 1;
    return figure->period != NULL && figure->period->kind_case == TYPE_PERIOD_KIND_CASE_AS_OF &&
           figure->per[0] == '\0' && strcmp(figure->period->as_of, as_of) != 0;
}

static enum status check_maximum(struct reconcile_case *self, slice_figure *total,
                                 slice_figure *maximum)
{
    int64_t days;
    struct decimal most;
    struct number whole = number_from_figure(total), largest = number_from_figure(maximum);
    if (!period_days(total, &days) || days < 2) return OK;
    if (!decimal_multiply(largest.value, (struct decimal){days, 0}, &most)) return OK;
    bool held = decimal_compare(whole.value, most) <= 0;
    case_count(self, held);
    if (held) return OK;
    const char *product = number_print(self->arena, most, whole.unit);
    if (product == NULL) return RESOURCE_EXHAUSTED;
    slice_figure *figures[] = {total, maximum};
    struct claim claim = {
        .certainty = REPORT_FINDING_CERTAINTY_SCOPE,
        .figures = figures,
        .figure_count = ARRAY_LENGTH(figures),
        .expected = product,
        .explanation = arena_printf(self->arena, "%s × %lld일 = %s < %s", maximum->printed,
                                    (long long)days, product, total->printed),
    };
    return case_add(self, &claim);
}

enum status daily_maximum_check(struct reconcile_case *self)
{
    size_t count = 0;
    struct keyed *totals = arena_calloc(self->arena, self->input->figure_count + 1, sizeof *totals);
    if (totals == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < self->input->figure_count; i++) {
        slice_figure *figure = self->by_cell[i];
        int64_t days;
        bool total = figure->quantity->unit[0] != '\0' && figure->per[0] == '\0' &&
                     figure->n_qualifiers == 0 && period_days(figure, &days) && days > 1;
        if (!total && !figure_has(figure, SLICE_QUALIFIER_TOTAL)) continue;
        totals[count] = (struct keyed){figure, thing_key(self, figure)};
        if (totals[count++].key == NULL) return RESOURCE_EXHAUSTED;
    }
    qsort(totals, count, sizeof *totals, compare_keyed);
    const char *as_of = self->input->as_of == NULL ? "" : self->input->as_of;
    enum status status = OK;
    for (size_t i = 0; i < self->input->figure_count && count > 0 && status == OK; i++) {
        slice_figure *maximum = self->by_cell[i];
        if (!is_daily_maximum(maximum, as_of)) continue;
        const char *key = thing_key(self, maximum);
        if (key == NULL) return RESOURCE_EXHAUSTED;
        size_t low = 0, high = count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (strcmp(totals[middle].key, key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < count && strcmp(totals[low].key, key) == 0)
            status = check_maximum(self, totals[low].figure, maximum);
    }
    return status;
}
