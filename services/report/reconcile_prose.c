/* Rules for numbers that a sentence puts together: a rate and its year, an average and its days.
 * What a number is counted per is what the importer says; where it does not say, nothing is
 * checked. */
#include <string.h>

#include "base/date.h"
#include "reconcile_case.h"

enum {
    PRODUCT_NEAR_DIVISOR = 10, /* A product that misses by more than a tenth is of other numbers. */
    AVERAGE_NEAR_DIVISOR = 5,  /* An average that misses by less than a fifth is of these days. */
};

/* --- multiplication --------------------------------------------------------------------------- */

static bool is_exact(const slice_figure *figure)
{
    return figure->quantity_high == NULL && !figure_has(figure, SLICE_QUALIFIER_ABOUT) &&
           !figure_has(figure, SLICE_QUALIFIER_MORE_THAN) &&
           !figure_has(figure, SLICE_QUALIFIER_AT_MOST) &&
           !figure_has(figure, SLICE_QUALIFIER_AVERAGE);
}

/* How many of the shorter time make the longer; 0 where that is not fixed. */
static int64_t times_per(const char *shorter, const char *longer)
{
    static const struct {
        const char *shorter, *longer;
        int64_t times;
    } times[] = {{"월", "년", 12}, {"분기", "년", 4}, {"반기", "년", 2}, {"시간", "일", 24}};
    for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
        if (strcmp(times[i].shorter, shorter) == 0 && strcmp(times[i].longer, longer) == 0)
            return times[i].times;
    }
    return 0;
}

struct product {
    slice_figure *figures[3]; /* The product, then the factors. */
    size_t count;
    struct decimal a, b;
    const char *a_printed, *b_printed;
};

static enum status check_product(struct reconcile_case *self, const struct product *product)
{
    struct number printed = number_from_figure(product->figures[0]);
    struct decimal value;
    if (!decimal_multiply(product->a, product->b, &value)) return OK;
    int order = decimal_compare(value, printed.value);
    struct range range;
    bool held = order == 0 ||
                (number_range(printed, &range) && ranges_meet(range, (struct range){value, value}));
    /* Far away the numbers speak of different things. */
    if (!held && !number_is_near(printed.value, value, PRODUCT_NEAR_DIVISOR)) return OK;
    case_count(self, held);
    if (held) return OK;
    const char *expected =
        number_print_like(self->arena, value, printed.unit, product->figures[0]->printed);
    const char *result = number_print(self->arena, value, printed.unit);
    struct claim claim = {
        .certainty = REPORT_FINDING_CERTAINTY_SCOPE,
        .figures = product->figures,
        .figure_count = product->count,
        .expected = expected,
        .explanation = result == NULL
                           ? NULL
                           : arena_printf(self->arena, "%s × %s = %s", product->a_printed,
                                          product->b_printed, result),
    };
    return case_add(self, &claim);
}

/* `월 31,500부 (연 378,000부)` */
static enum status check_times(struct reconcile_case *self, slice_figure *shorter,
                               slice_figure *longer)
{
    int64_t times = times_per(shorter->per, longer->per);
    if (times == 0 || !figure_same_unit(shorter, longer)) return OK;
    if (!is_exact(shorter) || !is_exact(longer)) return OK;
    const char *factor = arena_printf(self->arena, "%d", (int)times);
    if (factor == NULL) return RESOURCE_EXHAUSTED;
    struct product product = {
        .figures = {longer, shorter},
        .count = 2,
        .a = number_from_figure(shorter).value,
        .b = {times, 0},
        .a_printed = shorter->printed,
        .b_printed = factor,
    };
    return check_product(self, &product);
}

/* Counted for each of some things (`기관별`, `지역지당`), whatever the time. */
static bool is_per_thing(const slice_figure *figure)
{
    if (strcmp(figure->per, "개") == 0) return true;
    if (figure->n_subject == 0) return false;
    struct text label = text_from(figure->subject[figure->n_subject - 1]);
    return text_ends_with(label, text_from("별")) || text_ends_with(label, text_from("당"));
}

/* `42개소 대상, 기관별 연 6회, 총 252회` */
static enum status check_each(struct reconcile_case *self, slice_figure *const *three)
{
    if (!is_per_thing(three[1]) || !figure_has(three[2], SLICE_QUALIFIER_TOTAL)) return OK;
    if (!figure_same_unit(three[1], three[2]) || figure_same_unit(three[0], three[1])) return OK;
    if (!is_exact(three[0]) || !is_exact(three[1]) || !is_exact(three[2])) return OK;
    struct product product = {
        .figures = {three[2], three[0], three[1]},
        .count = 3,
        .a = number_from_figure(three[0]).value,
        .b = number_from_figure(three[1]).value,
        .a_printed = three[0]->printed,
        .b_printed = three[1]->printed,
    };
    return check_product(self, &product);
}

enum status multiplication_check(struct reconcile_case *self)
{
    struct passage passage;
    enum status status = OK;
    for (size_t offset = 0; case_next_passage(self, &offset, &passage) && status == OK;) {
        for (size_t i = 0; i + 1 < passage.count && status == OK; i++) {
            slice_figure *const *at = passage.figures + i;
            status = check_times(self, at[0], at[1]);
            if (status == OK && i + 2 < passage.count) status = check_each(self, at);
        }
    }
    return status;
}

/* --- daily-average ---------------------------------------------------------------------------- */

static bool period_interval(const slice_figure *figure, struct date *first, struct date *last)
{
    const type_period *period = figure->period;
    if (period == NULL || period->kind_case != TYPE_PERIOD_KIND_CASE_INTERVAL) return false;
    const type_date_interval *interval = period->interval;
    return date_parse(text_from(interval->first_day), first) == OK &&
           date_parse(text_from(interval->last_day), last) == OK && first->days <= last->days;
}

static int64_t count_days(struct date first, struct date last, bool working)
{
    int64_t days = (int64_t)last.days - first.days + 1;
    if (!working) return days;
    int64_t weeks = days / 7, rest = 0;
    for (struct date day = {(int32_t)(first.days + weeks * 7)}; day.days <= last.days; day.days++) {
        int weekday = date_weekday(day);
        if (weekday != 0 && weekday != 6) rest++;
    }
    return weeks * 5 + rest;
}

static bool average_meets(struct number total, struct number average, int64_t days)
{
    struct range range;
    struct decimal low, high;
    if (!number_range(average, &range)) return true;
    /* An average that is printed as a whole number was rounded or cut to it. */
    bool whole = average.value.exponent == 0;
    if (whole && (!decimal_add(range.low, (struct decimal){-5, -1}, &range.low) ||
                  !decimal_add(range.high, (struct decimal){1, 0}, &range.high)))
        return true;
    if (!decimal_multiply(range.low, (struct decimal){days, 0}, &low) ||
        !decimal_multiply(range.high, (struct decimal){days, 0}, &high))
        return true;
    struct range totals;
    return !number_range(total, &totals) || ranges_meet(totals, (struct range){low, high});
}

struct average {
    slice_figure *total, *average;
    struct date first, last;
};

static enum status report_average(struct reconcile_case *self, const struct average *check,
                                  struct decimal expected, report_finding_certainty certainty)
{
    struct number total = number_from_figure(check->total);
    const char *value = number_print(self->arena, expected, total.unit);
    const char *whole = number_print(self->arena, total.value, total.unit);
    int64_t days = count_days(check->first, check->last, false);
    if (value == NULL || whole == NULL) return RESOURCE_EXHAUSTED;
    slice_figure *figures[] = {check->average, check->total};
    struct claim claim = {
        .certainty = certainty,
        .figures = figures,
        .figure_count = ARRAY_LENGTH(figures),
        .expected = value,
        .explanation = arena_printf(self->arena, "%s ÷ %lld일 = %s", whole, (long long)days, value),
    };
    return case_add(self, &claim);
}

static enum status check_average(struct reconcile_case *self, const struct average *check)
{
    struct number total = number_from_figure(check->total);
    struct number average = number_from_figure(check->average);
    int64_t days = count_days(check->first, check->last, false);
    int64_t working = count_days(check->first, check->last, true);
    struct decimal plain, exact;
    if (!decimal_divide(total.value, (struct decimal){days, 0}, average.value.exponent, &plain) ||
        !decimal_divide(total.value, (struct decimal){days, 0}, average.value.exponent - 1, &exact))
        return OK;
    if (decimal_compare(plain, average.value) == 0) {
        case_count(self, true);
        return OK;
    }
    if (average_meets(total, average, days)) {
        case_count(self, true);
        bool vague = number_has(average, SLICE_QUALIFIER_ABOUT) ||
                     number_has(average, SLICE_QUALIFIER_MORE_THAN);
        if (vague) return OK;
        return report_average(self, check, plain, REPORT_FINDING_CERTAINTY_ROUNDING);
    }
    if (working > 0 && average_meets(total, average, working)) {
        case_count(self, true);
        return OK;
    }
    case_count(self, false);
    return report_average(self, check, exact,
                          number_is_near(average.value, exact, AVERAGE_NEAR_DIVISOR)
                              ? REPORT_FINDING_CERTAINTY_CONTRADICTION
                              : REPORT_FINDING_CERTAINTY_SCOPE);
}

enum status daily_average_check(struct reconcile_case *self)
{
    struct passage passage;
    enum status status = OK;
    for (size_t offset = 0; case_next_passage(self, &offset, &passage) && status == OK;) {
        for (size_t i = 1; i < passage.count && status == OK; i++) {
            struct average check = {passage.figures[i - 1], passage.figures[i], {0}, {0}};
            if (!figure_has(check.average, SLICE_QUALIFIER_AVERAGE)) continue;
            if (strcmp(check.average->per, "일") != 0 || check.total->per[0] != '\0') continue;
            if (!figure_same_unit(check.total, check.average)) continue;
            if (check.total->quantity_high != NULL || check.average->quantity_high != NULL)
                continue;
            if (!period_interval(check.total, &check.first, &check.last) &&
                !period_interval(check.average, &check.first, &check.last))
                continue;
            status = check_average(self, &check);
        }
    }
    return status;
}

/* --- period-order ----------------------------------------------------------------------------- */

enum status period_order_check(struct reconcile_case *self)
{
    enum status status = OK;
    for (size_t i = 0; i < self->input->figure_count && status == OK; i++) {
        slice_figure *figure = self->by_cell[i];
        const type_period *period = figure->period;
        if (period == NULL || period->kind_case != TYPE_PERIOD_KIND_CASE_INTERVAL) continue;
        const type_date_interval *interval = period->interval;
        if (interval->first_day[0] == '\0' || interval->last_day[0] == '\0') continue;
        bool held = strcmp(interval->first_day, interval->last_day) <= 0;
        case_count(self, held);
        if (held) continue;
        struct claim claim = {
            .certainty = REPORT_FINDING_CERTAINTY_CONTRADICTION,
            .figures = &figure,
            .figure_count = 1,
            .expected = arena_printf(self->arena, "%s~", interval->first_day),
            .explanation =
                arena_printf(self->arena, "%s > %s", interval->first_day, interval->last_day),
        };
        status = case_add(self, &claim);
    }
    return status;
}
