/* Rules for a percentage or a change that a sentence prints beside the numbers it follows from. */
#include <string.h>

#include "base/date.h"
#include "reconcile_case.h"

enum { LEAP_DAYS = 3 /* Months and years of one length differ by no more. */ };

static bool is_unit(const slice_figure *figure, const char *unit)
{
    return strcmp(figure->quantity->unit, unit) == 0;
}

static bool has_direction(const slice_figure *figure)
{
    return figure->quantity->units < 0 || figure_has(figure, SLICE_QUALIFIER_INCREASE) ||
           figure_has(figure, SLICE_QUALIFIER_DECREASE);
}

static bool falls(const slice_figure *figure)
{
    return figure->quantity->units < 0 || figure_has(figure, SLICE_QUALIFIER_DECREASE);
}

static bool is_single(const slice_figure *figure)
{
    return figure->quantity_high == NULL;
}

static bool label_has(const char *label, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(label, words[i]) != NULL) return true;
    }
    return false;
}

static bool label_is_spent(const char *label)
{
    static const char *const words[] = {"집행", "지출"};
    return label_has(label, words, ARRAY_LENGTH(words));
}

static bool label_is_budget(const char *label)
{
    static const char *const words[] = {"예산", "사업비"};
    return !label_is_spent(label) && label_has(label, words, ARRAY_LENGTH(words));
}

/* --- printed-rate ----------------------------------------------------------------------------- */

struct rate {
    slice_figure *rate, *part, *whole;
    bool sure; /* The labels say which is which. */
};

/* `320건 중 85건 선정(선정률 26.6%)`: the rate is called after what the second number counts. */
static bool is_rate_of(const char *rate, const char *part)
{
    static const char *const endings[] = {"률", "율"};
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        struct text stem = text_from(rate);
        if (!text_ends_with(stem, text_from(endings[i]))) continue;
        stem.length -= strlen(endings[i]);
        return stem.length > 0 && text_find(text_from(part), stem) >= 0;
    }
    return false;
}

/* `23,036백만원 (집행액 5,373백만원, 집행율 23.6%)`: three numbers in a row, of which the labels
 * make the first a budget and the second what was spent of it, or the other way round. */
static enum status read_rate(struct reconcile_case *self, slice_figure *const *three,
                             struct rate *rate, bool *found)
{
    *found = false;
    if (!is_unit(three[2], "PERCENT") || !figure_same_unit(three[0], three[1])) return OK;
    if (has_direction(three[2]) || is_unit(three[0], "PERCENT")) return OK;
    if (!is_single(three[0]) || !is_single(three[1]) || !is_single(three[2])) return OK;
    const char *first = figure_label(self->arena, three[0]);
    const char *second = figure_label(self->arena, three[1]);
    const char *third = figure_label(self->arena, three[2]);
    if (first == NULL || second == NULL || third == NULL) return RESOURCE_EXHAUSTED;
    bool swapped = label_is_spent(first) && label_is_budget(second);
    *rate = (struct rate){three[2], three[1], three[0], false};
    if (swapped) *rate = (struct rate){three[2], three[0], three[1], false};
    bool money = is_unit(three[0], "KRW");
    *found = money && (swapped || label_is_spent(second) || label_is_spent(third));
    *found = *found || is_rate_of(third, second);
    rate->sure = swapped || (label_is_budget(first) && label_is_spent(second));
    struct number part = number_from_figure(rate->part), whole = number_from_figure(rate->whole);
    *found = *found && decimal_compare(part.value, whole.value) <= 0 && part.value.units >= 0;
    return OK;
}

static enum status check_rate(struct reconcile_case *self, const struct rate *rate)
{
    struct number part = number_from_figure(rate->part), whole = number_from_figure(rate->whole);
    struct number printed = number_from_figure(rate->rate);
    struct decimal expected;
    enum verdict verdict = number_rate_verdict(printed.value, part, whole, &expected);
    if (verdict == VERDICT_UNDECIDED) return OK;
    case_count(self, verdict != VERDICT_BEYOND);
    if (verdict == VERDICT_HELD) return OK;
    report_finding_certainty certainty =
        rate->sure ? REPORT_FINDING_CERTAINTY_CONTRADICTION : REPORT_FINDING_CERTAINTY_SCOPE;
    if (verdict == VERDICT_ROUNDING) certainty = REPORT_FINDING_CERTAINTY_ROUNDING;
    slice_figure *figures[] = {rate->rate, rate->part, rate->whole};
    struct claim claim = {
        .certainty = certainty,
        .figures = figures,
        .figure_count = ARRAY_LENGTH(figures),
        .expected = number_print(self->arena, expected, "PERCENT"),
        .explanation = sentence_rate(self->arena, part, whole, expected),
    };
    return case_add(self, &claim);
}

enum status prose_rate_check(struct reconcile_case *self)
{
    struct passage passage;
    for (size_t offset = 0; case_next_passage(self, &offset, &passage);) {
        for (size_t i = 0; i + 2 < passage.count; i++) {
            struct rate rate;
            bool found;
            enum status status = read_rate(self, passage.figures + i, &rate, &found);
            if (status == OK && found) status = check_rate(self, &rate);
            if (status != OK) return status;
        }
    }
    return OK;
}

/* --- growth and printed-change ---------------------------------------------------------------- */

/* What was before and what is now, and how the text says that they belong together. */
struct comparison {
    slice_figure *now, *before, *result;
    bool linked; /* By an arrow or 대비. */
};

static bool compares(const slice_figure *figure, const slice_figure *with)
{
    return figure->compared_with[0] != '\0' && strcmp(figure->compared_with, with->name) == 0;
}

/* The last day that a figure speaks of; "" where it does not say. */
static const char *last_day(const slice_figure *figure)
{
    const type_period *period = figure->period;
    if (period == NULL) return "";
    if (period->kind_case == TYPE_PERIOD_KIND_CASE_INTERVAL) return period->interval->last_day;
    return period->kind_case == TYPE_PERIOD_KIND_CASE_AS_OF ? period->as_of : "";
}

static bool is_earlier(const slice_figure *before, const slice_figure *now)
{
    const char *first = last_day(before), *second = last_day(now);
    return first[0] != '\0' && second[0] != '\0' && strcmp(first, second) < 0;
}

/* `전년 120만명 대비` */
static bool is_called_earlier(const slice_figure *before)
{
    static const char *const words[] = {"전년", "작년", "지난해", "전월", "전분기", "당초", "기존"};
    return before->n_subject > 0 &&
           label_has(before->subject[before->n_subject - 1], words, ARRAY_LENGTH(words));
}

/* Of three numbers in a row, two of one kind and how the one changed into the other. An arrow says
 * which is which; 대비 says what the change is compared with, which must be of an earlier time. */
static bool read_comparison(slice_figure *const *three, struct comparison *comparison)
{
    slice_figure *a = three[0], *b = three[1], *result = three[2];
    if (!figure_same_unit(a, b) || !has_direction(result)) return false;
    if (!is_single(a) || !is_single(b) || !is_single(result)) return false;
    *comparison = (struct comparison){a, b, result, true};
    if (compares(a, b)) return true;
    *comparison = (struct comparison){b, a, result, true};
    if (compares(b, a)) return true;
    *comparison = (struct comparison){a, b, result, compares(result, b)};
    return is_earlier(b, a) || (comparison->linked && is_called_earlier(b));
}

/* a ÷ b in percent that a rise or fall by the printed percentage gives. */
static bool ratio_of(struct number percent, bool fall, struct decimal *ratio)
{
    struct decimal whole = {100, 0}, change = decimal_absolute(percent.value);
    return fall ? decimal_subtract(whole, change, ratio) : decimal_add(whole, change, ratio);
}

static bool interval_days(const slice_figure *figure, int32_t *days)
{
    const type_period *period = figure->period;
    struct date first, last;
    if (period == NULL || period->kind_case != TYPE_PERIOD_KIND_CASE_INTERVAL) return false;
    if (date_parse(text_from(period->interval->first_day), &first) != OK) return false;
    if (date_parse(text_from(period->interval->last_day), &last) != OK) return false;
    *days = last.days - first.days;
    return true;
}

/* The printed number need not be the base: of 동기대비 that is the same months of the year before,
 * of a quarter against a year it may be. */
static bool base_is_open(const struct comparison *comparison)
{
    static const char *const words[] = {"동기", "전년", "전월", "전분기", "작년", "지난", "예년"};
    int32_t now, before;
    for (size_t i = 0; i < comparison->result->n_subject; i++) {
        if (label_has(comparison->result->subject[i], words, ARRAY_LENGTH(words))) return true;
    }
    if (!interval_days(comparison->before, &before)) return false;
    return !interval_days(comparison->now, &now) || now - before > LEAP_DAYS ||
           before - now > LEAP_DAYS;
}

static enum status report_growth(struct reconcile_case *self, const struct comparison *comparison,
                                 struct decimal expected, report_finding_certainty certainty)
{
    struct number now = number_from_figure(comparison->now);
    struct number before = number_from_figure(comparison->before);
    const char *a = number_print(self->arena, now.value, now.unit);
    const char *b = number_print(self->arena, before.value, before.unit);
    const char *c = number_print(self->arena, expected, "PERCENT");
    if (a == NULL || b == NULL || c == NULL) return RESOURCE_EXHAUSTED;
    slice_figure *figures[] = {comparison->result, comparison->now, comparison->before};
    struct claim claim = {
        .certainty = certainty,
        .figures = figures,
        .figure_count = ARRAY_LENGTH(figures),
        .expected = c,
        .explanation = arena_printf(self->arena, "(%s − %s) ÷ %s = %s", a, b, b, c),
    };
    return case_add(self, &claim);
}

/* `전년 1,325만 대비 155만, 11.7% 증`: the number behind 대비 may be the change, not what is now.
 */
static bool is_change_itself(const struct comparison *comparison, struct number percent)
{
    struct decimal share;
    struct number change = number_from_figure(comparison->now);
    struct number before = number_from_figure(comparison->before);
    change.value = decimal_absolute(change.value);
    enum verdict verdict =
        number_rate_verdict(decimal_absolute(percent.value), change, before, &share);
    return verdict == VERDICT_HELD || verdict == VERDICT_ROUNDING;
}

static enum status check_growth(struct reconcile_case *self, const struct comparison *comparison)
{
    struct number now = number_from_figure(comparison->now);
    struct number before = number_from_figure(comparison->before);
    struct number percent = number_from_figure(comparison->result);
    struct decimal ratio, expected_ratio, expected;
    if (!ratio_of(percent, falls(comparison->result), &ratio)) return OK;
    enum verdict verdict = number_rate_verdict(ratio, now, before, &expected_ratio);
    if (verdict == VERDICT_UNDECIDED) return OK;
    if (!decimal_subtract(expected_ratio, (struct decimal){100, 0}, &expected)) return OK;
    if (verdict == VERDICT_BEYOND && is_change_itself(comparison, percent)) verdict = VERDICT_HELD;
    case_count(self, verdict != VERDICT_BEYOND);
    if (verdict == VERDICT_HELD) return OK;
    bool sure = comparison->linked && !base_is_open(comparison);
    report_finding_certainty certainty =
        sure ? REPORT_FINDING_CERTAINTY_CONTRADICTION : REPORT_FINDING_CERTAINTY_SCOPE;
    if (verdict == VERDICT_ROUNDING) certainty = REPORT_FINDING_CERTAINTY_ROUNDING;
    return report_growth(self, comparison, expected, certainty);
}

static enum status check_change(struct reconcile_case *self, const struct comparison *comparison)
{
    struct number now = number_from_figure(comparison->now);
    struct number before = number_from_figure(comparison->before);
    struct number change = number_from_figure(comparison->result);
    change.value = decimal_absolute(change.value);
    change.unit = now.unit;
    /* Which of the two came first is for the reader; by how much they differ is not. */
    bool fell = decimal_compare(now.value, before.value) < 0;
    struct number larger = fell ? before : now, smaller = fell ? now : before;
    struct decimal sum, expected;
    if (!decimal_subtract(larger.value, smaller.value, &expected)) return OK;
    enum verdict verdict = number_sum_verdict(larger, (struct number[]){smaller, change}, 2, &sum);
    if (verdict == VERDICT_UNDECIDED) return OK;
    if (verdict == VERDICT_BEYOND && !comparison->linked) return OK;
    case_count(self, verdict != VERDICT_BEYOND);
    if (verdict == VERDICT_HELD) return OK;
    const char *a = number_print(self->arena, larger.value, larger.unit);
    const char *b = number_print(self->arena, smaller.value, smaller.unit);
    const char *c = number_print(self->arena, expected, larger.unit);
    if (a == NULL || b == NULL || c == NULL) return RESOURCE_EXHAUSTED;
    bool negative = comparison->result->quantity->units < 0;
    slice_figure *figures[] = {comparison->result, comparison->now, comparison->before};
    struct claim claim = {
        .certainty = verdict == VERDICT_ROUNDING ? REPORT_FINDING_CERTAINTY_ROUNDING
                                                 : REPORT_FINDING_CERTAINTY_CONTRADICTION,
        .figures = figures,
        .figure_count = ARRAY_LENGTH(figures),
        .expected = negative ? arena_printf(self->arena, "△%s", c) : c,
        .explanation = arena_printf(self->arena, "%s − %s = %s", a, b, c),
    };
    return case_add(self, &claim);
}

static bool is_change_of(const slice_figure *result, const slice_figure *of)
{
    if (figure_same_unit(result, of)) return !is_unit(of, "PERCENT");
    return is_unit(of, "PERCENT") && is_unit(result, "PERCENT_POINT");
}

enum status growth_check(struct reconcile_case *self)
{
    struct passage passage;
    enum status status = OK;
    for (size_t offset = 0; case_next_passage(self, &offset, &passage);) {
        for (size_t i = 0; i + 2 < passage.count && status == OK; i++) {
            struct comparison comparison;
            if (!read_comparison(passage.figures + i, &comparison)) continue;
            if (!is_unit(comparison.result, "PERCENT") || is_unit(comparison.now, "PERCENT"))
                continue;
            status = check_growth(self, &comparison);
        }
    }
    return status;
}

enum status prose_change_check(struct reconcile_case *self)
{
    struct passage passage;
    enum status status = OK;
    for (size_t offset = 0; case_next_passage(self, &offset, &passage);) {
        for (size_t i = 0; i + 2 < passage.count && status == OK; i++) {
            struct comparison comparison;
            if (!read_comparison(passage.figures + i, &comparison)) continue;
            if (!is_change_of(comparison.result, comparison.now)) continue;
            status = check_change(self, &comparison);
        }
    }
    return status;
}
