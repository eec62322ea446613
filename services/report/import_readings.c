#include "import_readings.h"

#include <string.h>

enum { SCRATCH_BYTES_KEPT = 256 * 1024 };

struct column_cursor column_cursor_of(struct text line)
{
    return (struct column_cursor){.line = line, .offset = 0, .column = 1};
}

static bool begins_character(const struct column_cursor *cursor, size_t offset)
{
    return ((unsigned char)cursor->line.bytes[offset] & 0xC0) != 0x80;
}

int column_at(struct column_cursor *cursor, size_t offset)
{
    for (; cursor->offset < offset; cursor->offset++)
        cursor->column += begins_character(cursor, cursor->offset);
    for (; cursor->offset > offset; cursor->offset--)
        cursor->column -= begins_character(cursor, cursor->offset - 1);
    return cursor->column;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How many digit runs lie outside all numerals between begin and end. */
static size_t missed(struct text text, size_t begin, size_t end, struct numeral *found)
{
    size_t count = 0;
    for (size_t i = begin; i < end; i++) {
        if (!is_digit(text.bytes[i])) continue;
        size_t first = i;
        while (i + 1 < end && is_digit(text.bytes[i + 1]))
            i++;
        if (found != NULL) {
            found[count] =
                (struct numeral){.kind = NUMERAL_UNREAD, .begin = first, .end = i + 1, .unit = ""};
        }
        count++;
    }
    return count;
}

/* Adds an UNREAD numeral for every run of digits that was passed over. */
static enum status fill(struct arena *arena, struct text text, struct numeral **numerals,
                        size_t *count)
{
    size_t missing = 0;
    size_t from = 0;
    for (size_t i = 0; i <= *count; i++) {
        size_t to = i < *count ? (*numerals)[i].begin : text.length;
        missing += missed(text, from, to, NULL);
        if (i < *count) from = (*numerals)[i].end;
    }
    if (missing == 0) return OK;
    struct numeral *all = arena_calloc(arena, *count + missing, sizeof *all);
    if (all == NULL) return RESOURCE_EXHAUSTED;
    size_t written = 0;
    from = 0;
    for (size_t i = 0; i <= *count; i++) {
        size_t to = i < *count ? (*numerals)[i].begin : text.length;
        written += missed(text, from, to, all + written);
        if (i == *count) break;
        from = (*numerals)[i].end;
        all[written++] = (*numerals)[i];
    }
    *numerals = all;
    *count = written;
    return OK;
}

/* Copies numerals as many as there are, units included: a table holds a hundred thousand readings.
 */
static enum status keep(struct arena *arena, const struct numeral *numerals, size_t count,
                        struct reading *reading)
{
    reading->numerals = arena_alloc(arena, count * sizeof *numerals);
    reading->columns = arena_alloc(arena, count * sizeof *reading->columns);
    if (reading->numerals == NULL || reading->columns == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        struct numeral *kept = &reading->numerals[i];
        *kept = numerals[i];
        bool same = i > 0 && strcmp(kept->unit, kept[-1].unit) == 0;
        if (kept->unit[0] == '\0') {
            kept->unit = "";
        } else if (same) {
            kept->unit = kept[-1].unit;
        } else {
            kept->unit = arena_copy(arena, numerals[i].unit, strlen(numerals[i].unit));
            if (kept->unit == NULL) return RESOURCE_EXHAUSTED;
        }
    }
    reading->count = (int)count;
    return OK;
}

enum status reading_of(const struct reading_arenas *arenas, int line, const struct html_span *span,
                       struct column_cursor *cursor, const struct numeral_context *context,
                       struct reading *reading)
{
    *reading = (struct reading){.line = line, .span = *span};
    if (arenas->scratch->total > SCRATCH_BYTES_KEPT) arena_reset(arenas->scratch);
    struct numeral *numerals = NULL;
    size_t count = 0;
    enum status status = numerals_read(arenas->scratch, span->text, context, &numerals, &count);
    if (status == OK) status = fill(arenas->scratch, span->text, &numerals, &count);
    if (status == OK && count > 0) status = keep(arenas->kept, numerals, count, reading);
    if (status != OK) return status;
    for (size_t i = 0; i < count; i++)
        reading->columns[i] = column_at(cursor, html_origin(span, numerals[i].begin));
    return OK;
}

enum status reading_between(struct arena *arena, const struct reading *reading, size_t begin,
                            size_t end, struct reading *part)
{
    int first = 0;
    while (first < reading->count && reading->numerals[first].begin < begin)
        first++;
    int last = first;
    while (last < reading->count && reading->numerals[last].end <= end)
        last++;
    *part = *reading;
    part->span = html_slice(&reading->span, begin, end);
    part->count = last - first;
    if (part->count == 0) return OK;
    part->columns = reading->columns + first;
    part->numerals = arena_alloc(arena, (size_t)part->count * sizeof *part->numerals);
    if (part->numerals == NULL) return RESOURCE_EXHAUSTED;
    for (int i = 0; i < part->count; i++) {
        part->numerals[i] = reading->numerals[first + i];
        part->numerals[i].begin -= begin;
        part->numerals[i].end -= begin;
    }
    return OK;
}

enum status reading_from(struct arena *arena, const struct reading *reading, size_t begin,
                         struct reading *part)
{
    if (begin > 0) return reading_between(arena, reading, begin, reading->span.text.length, part);
    *part = *reading;
    return OK;
}

struct reading *readings_add(struct arena *arena, struct reading_list *list)
{
    if (list->count == list->capacity) {
        struct reading **grown =
            arena_grow(arena, list->items, list->count, &list->capacity, sizeof(struct reading *));
        if (grown == NULL) return NULL;
        list->items = grown;
    }
    struct reading *reading = arena_calloc(arena, 1, sizeof *reading);
    if (reading != NULL) list->items[list->count++] = reading;
    return reading;
}

enum status readings_of_markup(struct arena *arena, struct reading_list *list, int line,
                               struct column_cursor *cursor, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        if (!is_digit(cursor->line.bytes[i])) continue;
        size_t first = i;
        while (i + 1 < end && is_digit(cursor->line.bytes[i + 1]))
            i++;
        struct reading *reading = readings_add(arena, list);
        struct numeral *numeral = arena_calloc(arena, 1, sizeof *numeral);
        int *column = arena_alloc(arena, sizeof *column);
        if (reading == NULL || numeral == NULL || column == NULL) return RESOURCE_EXHAUSTED;
        struct text digits = {cursor->line.bytes + first, i + 1 - first};
        *numeral = (struct numeral){.kind = NUMERAL_NAME, .end = digits.length, .unit = ""};
        *column = column_at(cursor, first);
        *reading = (struct reading){.line = line,
                                    .span = {digits, first, i + 1, NULL},
                                    .numerals = numeral,
                                    .columns = column,
                                    .count = 1,
                                    .is_markup = true};
    }
    return OK;
}

/* The digits of the markup within a run, whose origin says where it was. */
static enum status readings_within(struct arena *arena, struct reading_list *list, int line,
                                   struct column_cursor *cursor, const struct html_span *span)
{
    if (span->origin == NULL) return OK;
    size_t expected = span->begin;
    for (size_t i = 0; i <= span->text.length; i++) {
        size_t at = i < span->text.length ? span->origin[i] : span->end;
        if (at > expected) {
            enum status status = readings_of_markup(arena, list, line, cursor, expected, at);
            if (status != OK) return status;
        }
        if (at + 1 > expected) expected = at + 1;
    }
    return OK;
}

enum status readings_of_event(const struct reading_arenas *arenas, struct reading_list *list,
                              int line, struct column_cursor *cursor,
                              const struct numeral_context *context, const struct html_event *event,
                              size_t behind, struct reading **reading)
{
    *reading = NULL;
    if (event->kind != HTML_TEXT) {
        return readings_of_markup(arenas->kept, list, line, cursor, event->begin, behind);
    }
    if (text_trim(event->span.text).length > 0) {
        *reading = readings_add(arenas->kept, list);
        if (*reading == NULL) return RESOURCE_EXHAUSTED;
        enum status status = reading_of(arenas, line, &event->span, cursor, context, *reading);
        if (status != OK) return status;
    }
    return readings_within(arenas->kept, list, line, cursor, &event->span);
}

static struct decimal scaled(const struct numeral *numeral, const struct reading_unit *unit,
                             bool high)
{
    struct decimal value = high ? numeral->high : numeral->low;
    if (!numeral->has_unit && unit != NULL && unit->unit != NULL) value.exponent += unit->exponent;
    if (value.exponent > DECIMAL_EXPONENT_MAX) value.exponent = DECIMAL_EXPONENT_MAX;
    return value;
}

type_quantity reading_quantity(const struct numeral *numeral, const struct reading_unit *unit,
                               bool high)
{
    type_quantity quantity = TYPE_QUANTITY_INIT;
    struct decimal value = scaled(numeral, unit, high);
    bool bare = !numeral->has_unit && unit != NULL && unit->unit != NULL;
    const char *name = bare ? unit->unit : numeral->unit;
    quantity.units = value.units;
    quantity.exponent = value.exponent;
    quantity.unit = (char *)(uintptr_t)(name == NULL ? "" : name);
    return quantity;
}

bool reading_period_of(const struct numeral_days *days, bool is_as_of, struct reading_period *out)
{
    if (!days->has_first && !days->has_last) return false;
    out->period = (type_period)TYPE_PERIOD_INIT;
    out->interval = (type_date_interval)TYPE_DATE_INTERVAL_INIT;
    out->first[0] = out->last[0] = '\0';
    if (days->has_first) date_format(days->first, out->first);
    if (days->has_last) date_format(days->last, out->last);
    bool one_day = days->has_first && days->has_last && days->first.days == days->last.days;
    if (days->has_last && (is_as_of || one_day)) {
        out->period.kind_case = TYPE_PERIOD_KIND_CASE_AS_OF;
        out->period.as_of = out->last;
        return true;
    }
    out->interval.first_day = out->first;
    out->interval.last_day = out->last;
    out->period.kind_case = TYPE_PERIOD_KIND_CASE_INTERVAL;
    out->period.interval = &out->interval;
    return true;
}

enum status reading_emit(struct arena *arena, const struct reading *reading,
                         const struct import_sink *sink)
{
    if (sink->token == NULL) return OK;
    for (int i = 0; i < reading->count; i++) {
        const struct numeral *numeral = &reading->numerals[i];
        report_token token = REPORT_TOKEN_INIT;
        token.line = reading->line;
        token.column = reading->columns[i];
        token.printed = arena_copy(arena, reading->span.text.bytes + numeral->begin,
                                   numeral->end - numeral->begin);
        if (token.printed == NULL) return RESOURCE_EXHAUSTED;
        token.kind = (report_token_kind)numeral->kind;
        type_quantity low;
        type_quantity high;
        struct reading_period period;
        if (numeral->kind == NUMERAL_QUANTITY) {
            low = reading_quantity(numeral, &reading->unit, false);
            high = reading_quantity(numeral, &reading->unit, true);
            token.quantity = &low;
            if (numeral->is_range) token.quantity_high = &high;
        }
        if (numeral->has_days && reading_period_of(&numeral->days, false, &period)) {
            token.period = &period.period;
        }
        enum status status = sink->token(sink->context, &token);
        if (status != OK) return status;
    }
    return OK;
}
