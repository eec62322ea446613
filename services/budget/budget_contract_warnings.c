#include "budget_contract_warnings.h"

#include <stdlib.h>
#include <string.h>

enum { SUMMANDS_SHOWN_MAX = 8, SHARE_DECIMALS = 1 };

static const struct warning_thresholds thresholds_dated[] = {
    {"2014-01-01", 5, 30, 50, 90},
};

const struct warning_thresholds *warning_thresholds_of(const char *day)
{
    const struct warning_thresholds *found = &thresholds_dated[0];
    for (size_t i = 1; i < ARRAY_LENGTH(thresholds_dated); i++) {
        if (strcmp(thresholds_dated[i].from, day) <= 0) found = &thresholds_dated[i];
    }
    return found;
}

/* Contracts of one bureau, in the order of the search, and those of them that are negotiated. */
struct bureau {
    struct arena *arena;
    const struct warning_thresholds *thresholds;
    struct contract_warnings *found;
    const struct warned_contract **negotiated;
    size_t count;
    int64_t price_won;
};

static int by_vendor_line_day(const void *a, const void *b)
{
    const struct warned_contract *left = a;
    const struct warned_contract *right = b;
    int order = strcmp(left->publisher, right->publisher);
    if (order == 0) order = strcmp(left->vendor_code, right->vendor_code);
    if (order == 0) order = strcmp(left->line, right->line);
    if (order == 0) order = strcmp(left->day, right->day);
    return order != 0 ? order : (left->id > right->id) - (left->id < right->id);
}

static enum status add(const struct bureau *bureau, const struct contract_warning *warning)
{
    struct contract_warnings *found = bureau->found;
    if (warning->message == NULL) return RESOURCE_EXHAUSTED;
    if (found->count == found->max) {
        struct contract_warning *grown =
            arena_grow(bureau->arena, found->warnings, found->count, &found->max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        found->warnings = grown;
    }
    found->warnings[found->count++] = *warning;
    return OK;
}

static bool share_reached(int64_t part, int64_t whole, int percent)
{
    return (__int128)part * 100 >= (__int128)whole * percent;
}

/* A share as text, `62.5 %`; "" where it cannot be computed. */
static void share_format(int64_t part, int64_t whole, char string[static DECIMAL_STRING_BYTES])
{
    struct decimal share;
    string[0] = '\0';
    if (decimal_percent((struct decimal){part, 0}, (struct decimal){whole, 0}, SHARE_DECIMALS,
                        &share))
        decimal_format(share, string);
}

static const char *class_name(int vendor_class)
{
    static const char *const names[VENDOR_CLASS_LAST + 1] = {
        "", "여성기업", "장애인기업", "사회적기업", "사회적협동조합", "자활기업", "마을기업"};
    return names[vendor_class];
}

static char *share_message(const struct bureau *bureau, const struct contract_warning *warning)
{
    char count_share[DECIMAL_STRING_BYTES];
    char price_share[DECIMAL_STRING_BYTES];
    char price[DECIMAL_STRING_BYTES];
    char total[DECIMAL_STRING_BYTES];
    bool vendor = warning->kind == WARNING_VENDOR_CONCENTRATION;
    int percent =
        vendor ? bureau->thresholds->vendor_share_percent : bureau->thresholds->class_share_percent;
    share_format((int64_t)warning->count, (int64_t)warning->total_count, count_share);
    share_format(warning->price_won, warning->total_won, price_share);
    decimal_format((struct decimal){warning->price_won, 0}, price);
    decimal_format((struct decimal){warning->total_won, 0}, total);
    return arena_printf(bureau->arena,
                        "%s has %zu of %zu negotiated contracts (%s %%) and %s of %s won (%s %%); "
                        "%d %% is the threshold",
                        vendor ? warning->contracts[0]->vendor_name
                               : class_name(warning->contracts[0]->vendor_class),
                        warning->count, warning->total_count, count_share, price, total,
                        price_share, percent);
}

/* Warns of these of the negotiated contracts, if their share is too great. */
static enum status share_check(const struct bureau *bureau, struct contract_warning *warning,
                               int percent)
{
    warning->total_count = bureau->count;
    warning->total_won = bureau->price_won;
    for (size_t i = 0; i < warning->count; i++)
        warning->price_won += warning->contracts[i]->price_won; /* Part of a sum that fits. */
    if (!share_reached((int64_t)warning->count, (int64_t)warning->total_count, percent) &&
        !share_reached(warning->price_won, warning->total_won, percent))
        return OK;
    warning->message = share_message(bureau, warning);
    return add(bureau, warning);
}

static enum status vendors_check(const struct bureau *bureau)
{
    enum status status = OK;
    for (size_t begin = 0, end; begin < bureau->count && status == OK; begin = end) {
        const char *vendor = bureau->negotiated[begin]->vendor_code;
        for (end = begin + 1; end < bureau->count; end++) {
            if (strcmp(bureau->negotiated[end]->vendor_code, vendor) != 0) break;
        }
        struct contract_warning warning = {.kind = WARNING_VENDOR_CONCENTRATION,
                                           .contracts = &bureau->negotiated[begin],
                                           .count = end - begin};
        status = share_check(bureau, &warning, bureau->thresholds->vendor_share_percent);
    }
    return status;
}

static enum status classes_check(const struct bureau *bureau)
{
    enum status status = OK;
    for (int class = 1; class <= VENDOR_CLASS_LAST && status == OK; class ++) {
        struct contract_warning warning = {.kind = WARNING_CLASS_CONCENTRATION};
        warning.contracts =
            arena_calloc(bureau->arena, bureau->count + 1, sizeof(struct warned_contract *));
        if (warning.contracts == NULL) return RESOURCE_EXHAUSTED;
        for (size_t i = 0; i < bureau->count; i++) {
            if (bureau->negotiated[i]->vendor_class == class)
                warning.contracts[warning.count++] = bureau->negotiated[i];
        }
        if (warning.count == 0) continue;
        status = share_check(bureau, &warning, bureau->thresholds->class_share_percent);
    }
    return status;
}

static int32_t days_between(const char *first, const char *last)
{
    struct date from = {0};
    struct date to = {0};
    if (date_parse(text_from(first), &from) != OK || date_parse(text_from(last), &to) != OK)
        return INT32_MAX;
    return to.days - from.days;
}

/* `18,000,000 + 9,000,000 = 27,000,000 won within 12 days, over the limit of 20,000,000` */
static char *split_message(struct arena *arena, const struct contract_warning *warning)
{
    char number[DECIMAL_STRING_BYTES];
    char limit[DECIMAL_STRING_BYTES];
    char *sum = arena_copy(arena, "", 0);
    for (size_t i = 0; i < warning->count && sum != NULL; i++) {
        if (i == SUMMANDS_SHOWN_MAX) {
            sum = arena_printf(arena, "%s + … (%zu more)", sum, warning->count - i);
            break;
        }
        decimal_format((struct decimal){warning->contracts[i]->price_won, 0}, number);
        sum = arena_printf(arena, "%s%s%s", sum, i == 0 ? "" : " + ", number);
    }
    if (sum == NULL) return NULL;
    decimal_format((struct decimal){warning->price_won, 0}, number);
    decimal_format((struct decimal){warning->total_won, 0}, limit);
    return arena_printf(
        arena, "%s = %s won within %d days, over the limit of %s", sum, number,
        (int)days_between(warning->contracts[0]->day, warning->contracts[warning->count - 1]->day),
        limit);
}

/* The limit that contracts of a vendor and line had to keep, were they one: that of preferred
 * vendors where one of them used it. 0: none, or none that we know. */
static int64_t split_limit(const struct contract_warning *window)
{
    const struct contract_law *law = contract_law_of(window->contracts[window->count - 1]->day);
    if (law == NULL) return 0;
    for (size_t i = 0; i < window->count; i++) {
        if (window->contracts[i]->method == METHOD_PREFERRED_VENDOR) return law->preferred_won;
    }
    return law->small_won;
}

/* Contracts of one vendor and line, by day: warns of the longest runs within the days that are over
 * the limit together; a run within another one is not named again. */
static enum status splits_check(const struct bureau *bureau,
                                const struct warned_contract **contracts, size_t count)
{
    size_t told = 0; /* Contracts before this one stand in a warning. */
    enum status status = OK;
    size_t end = 0;
    for (size_t begin = 0; begin < count && status == OK; begin++) {
        while (end < count && days_between(contracts[begin]->day, contracts[end]->day) <=
                                  bureau->thresholds->split_days)
            end++;
        if (end - begin < 2 || end == told) continue;
        struct contract_warning window = {
            .kind = WARNING_SPLITTING, .contracts = &contracts[begin], .count = end - begin};
        for (size_t i = begin; i < end; i++) {
            if (__builtin_add_overflow(window.price_won, contracts[i]->price_won,
                                       &window.price_won))
                return OUT_OF_RANGE;
        }
        window.total_won = split_limit(&window);
        if (window.total_won == 0 || window.price_won <= window.total_won) continue;
        told = end;
        window.total_count = window.count;
        window.message = split_message(bureau->arena, &window);
        status = add(bureau, &window);
    }
    return status;
}

/* The contracts of small sums and of preferred vendors, the ones whose price is limited. */
static enum status lines_check(const struct bureau *bureau)
{
    const struct warned_contract **limited =
        arena_calloc(bureau->arena, bureau->count + 1, sizeof *limited);
    size_t count = 0;
    enum status status = OK;
    if (limited == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < bureau->count; i++) {
        if (bureau->negotiated[i]->method != METHOD_FAILED_BIDS)
            limited[count++] = bureau->negotiated[i];
    }
    for (size_t begin = 0, end; begin < count && status == OK; begin = end) {
        for (end = begin + 1; end < count; end++) {
            if (strcmp(limited[end]->vendor_code, limited[begin]->vendor_code) != 0 ||
                strcmp(limited[end]->line, limited[begin]->line) != 0)
                break;
        }
        status = splits_check(bureau, &limited[begin], end - begin);
    }
    return status;
}

static int by_kind_sum(const void *a, const void *b)
{
    const struct contract_warning *left = a;
    const struct contract_warning *right = b;
    if (left->kind != right->kind) return left->kind < right->kind ? -1 : 1;
    if (left->price_won != right->price_won) return left->price_won > right->price_won ? -1 : 1;
    return by_vendor_line_day(left->contracts[0], right->contracts[0]);
}

static enum status bureau_check(struct bureau *bureau, const struct warned_contract *contracts,
                                size_t count)
{
    size_t first = bureau->found->count;
    bureau->count = 0;
    bureau->price_won = 0;
    bureau->negotiated = arena_calloc(bureau->arena, count + 1, sizeof *bureau->negotiated);
    if (bureau->negotiated == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        if (!contract_is_negotiated(contracts[i].method)) continue;
        if (__builtin_add_overflow(bureau->price_won, contracts[i].price_won, &bureau->price_won))
            return OUT_OF_RANGE;
        bureau->negotiated[bureau->count++] = &contracts[i];
    }
    enum status status = OK;
    if (bureau->count >= (size_t)bureau->thresholds->contracts_min) {
        status = vendors_check(bureau);
        if (status == OK) status = classes_check(bureau);
    }
    if (status == OK) status = lines_check(bureau);
    size_t added = bureau->found->count - first;
    if (status == OK && added > 1)
        qsort(&bureau->found->warnings[first], added, sizeof(struct contract_warning), by_kind_sum);
    return status;
}

enum status contract_warnings_find(struct arena *arena, struct warned_contract *contracts,
                                   size_t count, const struct warning_thresholds *thresholds,
                                   struct contract_warnings *found)
{
    *found = (struct contract_warnings){0};
    struct bureau bureau = {.arena = arena, .thresholds = thresholds, .found = found};
    enum status status = OK;
    if (count > 1) qsort(contracts, count, sizeof *contracts, by_vendor_line_day);
    for (size_t begin = 0, end; begin < count && status == OK; begin = end) {
        for (end = begin + 1; end < count; end++) {
            if (strcmp(contracts[end].publisher, contracts[begin].publisher) != 0) break;
        }
        status = bureau_check(&bureau, &contracts[begin], end - begin);
    }
    return status;
}
