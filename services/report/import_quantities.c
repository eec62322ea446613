/* Quantities: signs, ranges, fractions, and amounts of two units in one (1분30초). */
#include "import_qualifiers.h"
#include "import_readers.h"
#include "import_units.h"

#include <string.h>

enum {
    FRACTION_EXPONENT = -3, /* A fraction is kept to three decimals, halves away from zero. */
    FRACTION_WHOLE_MAX = 100,
    CODE_GROUPS_MIN = 3,
    DENOMINATOR_MAX = 12, /* Above it `a/b` in prose is a month and a day. */
};

/* Reads the sign that is printed against the number; *negative says which. Returns its bytes. */
static size_t sign_before(const struct scan *scan, size_t at, bool *negative)
{
    static const char *const triangles[] = {"△", "▲", "▽", "▼", "∆", "Δ", NULL};
    static const char *const minuses[] = {"−", "-", "－", NULL};
    *negative = true;
    size_t spaces = scan_spaces_before(scan, at);
    size_t bytes = scan_any_before(scan, at, triangles);
    if (bytes > 0) return scan->triangle_bullets && !scan->context->in_table ? 0 : bytes;
    bytes = scan_any_before(scan, spaces, triangles);
    if (bytes > 0 && scan->context->in_table && spaces - bytes == 0) return at - spaces + bytes;
    bytes = scan_any_before(scan, at, minuses);
    if (bytes == 0) {
        *negative = false;
        if (!scan_was(scan, at, "+")) return 0;
        bytes = 1;
    }
    size_t begin = at - bytes;
    uint32_t before = scan_code_before(scan, begin);
    bool apart = begin == 0 || code_is_space(before) || before == '(' || before == '\t' ||
                 before == '|' || before == ':' || before == 0x2192;
    if (!apart || (begin > 0 && begin < scan->floor)) return 0;
    /* At the head of a line of prose a dash is a bullet. */
    bool first = begin == 0 || scan->line.bytes[begin - 1] == ' ';
    for (size_t i = begin; first && i > 0; i--) {
        first = scan->line.bytes[i - 1] == ' ';
    }
    if (*negative && first && at == scan->start && !scan->context->in_table &&
        scan_was(scan, at, "-"))
        return 0;
    return bytes;
}

/* Bytes of a currency's sign in front of the offset, and the unit it stands for. */
static size_t currency_before(const struct scan *scan, size_t at, const char **unit)
{
    static const struct {
        const char *printed, *unit;
    } signs[] = {{"KRW", "KRW"}, {"₩", "KRW"},  {"￦", "KRW"},  {"US$", "달러"}, {"USD", "달러"},
                 {"＄", "달러"}, {"$", "달러"}, {"€", "유로"},  {"EUR", "유로"}, {"¥", "엔"},
                 {"￥", "엔"},   {"JPY", "엔"}, {"£", "파운드"}};
    size_t word = scan_spaces_before(scan, at);
    for (size_t i = 0; i < ARRAY_LENGTH(signs); i++) {
        if (!scan_was(scan, word, signs[i].printed)) continue;
        *unit = signs[i].unit;
        return at - word + strlen(signs[i].printed);
    }
    return 0;
}

/* The amount of a range's first number in the magnitude that only its second prints: 8~10백만원. */
static bool scale_shared(const struct amount *last, struct amount *first)
{
    if (first->magnitude || !last->magnitude) return true;
    if (last->value.units != last->number.value.units) return true; /* Of several pieces. */
    first->value.exponent += last->value.exponent - last->number.value.exponent;
    return first->value.exponent <= DECIMAL_EXPONENT_MAX;
}

static bool units_agree(const struct amount *first, const struct amount *last)
{
    return !first->has_unit ||
           (last->has_unit && strcmp(first->unit.canonical, last->unit.canonical) == 0);
}

/* Reads `~10백만원`, or `-4회` against the number, behind the first amount. */
static bool range_read(const struct scan *scan, struct amount *first, struct amount *last)
{
    size_t joint = scan_spaces(scan, first->end);
    size_t bytes = scan_tilde(scan, joint);
    bool dash = bytes == 0;
    if (dash) {
        bytes = scan_dash(scan, joint);
        if (bytes == 0 || joint != first->end) return false;
    }
    size_t at = dash ? joint + bytes : scan_spaces(scan, joint + bytes);
    if (!amount_read(scan, at, last) || last->overflow) return false;
    if (!units_agree(first, last) || last->number.zero_led) return false;
    if (dash && (!last->has_unit || scan_dash(scan, last->end) > 0)) return false;
    struct amount scaled = *first;
    if (!scale_shared(last, &scaled)) return false;
    if (dash && decimal_compare(scaled.value, last->value) >= 0) return false;
    *first = scaled;
    return true;
}

/* Amounts whose second unit divides the first: 1분30초 is 90초. */
static const struct {
    const char *large, *small;
    int64_t factor;
} compounds[] = {{"분", "초", 60}, {"시간", "분", 60}, {"년", "개월", 12}};

static bool compound_read(const struct scan *scan, struct amount *amount)
{
    struct amount small;
    if (amount->value.exponent != 0) return false;
    size_t at = scan_spaces(scan, amount->end);
    for (size_t i = 0; i < ARRAY_LENGTH(compounds); i++) {
        if (strcmp(amount->unit.canonical, compounds[i].large) != 0) continue;
        if (!amount_read(scan, at, &small) || small.overflow || !small.has_unit) continue;
        if (strcmp(small.unit.canonical, compounds[i].small) != 0) continue;
        if (small.value.exponent != 0 || small.value.units >= compounds[i].factor) continue;
        int64_t units;
        if (__builtin_mul_overflow(amount->value.units, compounds[i].factor, &units)) continue;
        if (__builtin_add_overflow(units, small.value.units, &units)) continue;
        amount->value.units = units;
        amount->unit = small.unit;
        amount->end = small.end;
        return true;
    }
    return false;
}

/* `2박 3일` lasts three days. */
static void nights_read(const struct scan *scan, struct amount *amount)
{
    struct amount days;
    if (strcmp(amount->unit.canonical, "박") != 0) return;
    if (!amount_read(scan, scan_spaces(scan, amount->end), &days) || days.overflow) return;
    if (!days.has_unit || strcmp(days.unit.canonical, "일") != 0) return;
    amount->value = days.value;
    amount->unit = days.unit;
    amount->end = days.end;
}

static bool unread_set(const struct scan *scan, size_t begin, size_t end, struct numeral *numeral)
{
    int digit;
    while (end < scan->line.length) {
        bool joint = scan_is(scan, end, ",") || scan_is(scan, end, ".");
        size_t bytes = scan_digit(scan, end, &digit);
        if (bytes == 0 && (!joint || scan_digit(scan, end + 1, &digit) == 0)) break;
        end += bytes > 0 ? bytes : 1;
    }
    *numeral = (struct numeral){.kind = NUMERAL_UNREAD, .begin = begin, .end = end, .unit = ""};
    return true;
}

/* Numbers that are written as no number is: `1.2.3.4`, `1,23`. */
static bool malformed_read(const struct scan *scan, const struct number *number,
                           struct numeral *numeral)
{
    int digit;
    size_t end = number->end;
    if (number->overflow) return unread_set(scan, number->begin, end, numeral);
    bool comma = scan_is(scan, end, ",") && scan_digit(scan, end + 1, &digit) > 0;
    bool point = scan_is(scan, end, ".") && scan_digit(scan, end + 1, &digit) > 0;
    if (point) {
        struct number third;
        bool section = number_read(scan, end + 1, &third) && third.decimals == 0 &&
                       number->digits <= 2 && third.digits <= 2;
        if (!section) return unread_set(scan, number->begin, end, numeral);
        *numeral = (struct numeral){
            .kind = NUMERAL_ORDINAL, .begin = number->begin, .end = third.end, .unit = ""};
        return true;
    }
    if (!comma || number->decimals > 0) return false;
    struct number next;
    if (!number_read(scan, end + 1, &next)) return false;
    /* `1,2` and `45,60` are lists; `1,23` and `12,5000` are misprints. */
    if (next.digits == number->digits || next.digits == 1 || number->digits > 3) return false;
    return unread_set(scan, number->begin, end, numeral);
}

/* Digits that Hangul is glued to which is neither a counter nor a particle: 2019행정사무감사 has a
 * year, 365열린의료원 a name. */
static bool glued_behind(const struct scan *scan, const struct amount *amount)
{
    return !amount->has_unit && !amount->magnitude && !amount->more && !amount->number.grouped &&
           amount->number.decimals == 0 && code_is_hangul(scan_code(scan, amount->end)) &&
           !unit_particle_is(scan, amount->end) &&
           scan_hangul(scan, amount->end, 5) - amount->end >= 5 * strlen("가");
}

static void quantity_set(const struct scan *scan, const struct amount *first,
                         const struct amount *last, struct numeral *numeral)
{
    bool negative;
    const char *currency = "";
    size_t sign = sign_before(scan, first->begin, &negative);
    size_t prefix = sign > 0 ? 0 : currency_before(scan, first->begin, &currency);
    const struct amount *end = last != NULL ? last : first;
    *numeral = (struct numeral){
        .kind = NUMERAL_QUANTITY,
        .begin = first->begin - sign - prefix,
        .end = end->end,
        .low = first->value,
        .high = end->value,
        .is_range = last != NULL,
        .has_unit = end->has_unit || end->magnitude || prefix > 0,
        .unit = prefix > 0 && !end->has_unit ? currency : end->unit.canonical,
    };
    if (sign > 0 && negative) {
        numeral->low = decimal_negate(first->value);
        if (last == NULL) numeral->high = numeral->low;
    }
    numeral->qualifiers = qualifiers_read(scan, numeral->begin, numeral->end);
    if (first->more || end->more) numeral->qualifiers |= NUMERAL_MORE_THAN;
}

/* `3.2대 1`: a ratio to one. */
static void ratio_finish(const struct scan *scan, struct amount *amount)
{
    struct whole one;
    if (strcmp(amount->unit.canonical, "대") != 0) return;
    size_t at = scan_spaces(scan, amount->end);
    if (!whole_read(scan, at, &one) || one.value != 1 || one.digits != 1) return;
    struct unit unit;
    if (unit_find(scan, one.end, &unit) || scan_is(scan, one.end, ".")) return;
    amount->end = one.end;
    amount->unit.canonical = "";
}

/* A code of three or more groups: 12-34-5678. */
static bool code_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct number group;
    size_t end = at;
    int groups = 0;
    while (number_read(scan, end, &group)) {
        groups++;
        end = group.end;
        int digit;
        if (group.grouped || group.decimals > 0) return false;
        if (!scan_is(scan, end, "-") || scan_digit(scan, end + 1, &digit) == 0) break;
        end++;
    }
    if (groups < CODE_GROUPS_MIN) return false;
    *numeral = (struct numeral){.kind = NUMERAL_NAME, .begin = at, .end = end, .unit = ""};
    return true;
}

/* `27→29만원`: what an arrow leads to prints the unit of both. */
static void arrow_share(const struct scan *scan, struct amount *first)
{
    static const char *const arrows[] = {"→", "➡", "⇒", "➔", "➜", NULL};
    struct amount last;
    size_t bytes = scan_any(scan, first->end, arrows);
    if (first->has_unit || first->magnitude || bytes == 0) return;
    if (!amount_read(scan, first->end + bytes, &last) || last.overflow) return;
    struct amount scaled = *first;
    if (!scale_shared(&last, &scaled)) return;
    first->value = scaled.value;
    first->unit.canonical = last.unit.canonical;
}

bool quantity_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct amount first;
    struct amount last;
    if (!amount_read(scan, at, &first)) return false;
    if (code_read(scan, at, numeral)) return true;
    if (malformed_read(scan, &first.number, numeral)) return true;
    if (first.overflow) return unread_set(scan, at, first.end, numeral);
    if ((first.number.zero_led && first.number.decimals == 0 && !first.has_unit) ||
        glued_behind(scan, &first)) {
        size_t end = scan_hangul(scan, first.number.end, 10);
        if (unit_particle_is(scan, first.number.end)) end = first.number.end;
        *numeral = (struct numeral){.kind = NUMERAL_NAME, .begin = at, .end = end, .unit = ""};
        return true;
    }
    ratio_finish(scan, &first);
    if (first.has_unit && !first.more) {
        if (!compound_read(scan, &first)) nights_read(scan, &first);
    }
    bool range = range_read(scan, &first, &last);
    if (!range) arrow_share(scan, &first);
    quantity_set(scan, &first, range ? &last : NULL, numeral);
    return true;
}

/* A part of a whole; its end, and its value to three decimals. */
struct fraction {
    struct decimal value;
    size_t end;
};

static bool fraction_divide(int part, int whole, struct fraction *fraction)
{
    return decimal_divide((struct decimal){part, 0}, (struct decimal){whole, 0}, FRACTION_EXPONENT,
                          &fraction->value);
}

/* Reads `1/3` and `3분의 1`. */
static bool fraction_read_one(const struct scan *scan, size_t at, struct fraction *fraction)
{
    struct whole first;
    struct whole second;
    if (!whole_read(scan, at, &first) || first.value == 0) return false;
    if (scan_is(scan, first.end, "분의")) {
        size_t begin = scan_spaces(scan, first.end + strlen("분의"));
        if (!whole_read(scan, begin, &second)) return false;
        fraction->end = second.end;
        return fraction_divide(second.value, first.value, fraction);
    }
    if (!scan_is(scan, first.end, "/") || !whole_read(scan, first.end + 1, &second)) return false;
    if (second.value <= first.value || second.value > FRACTION_WHOLE_MAX) return false;
    if (scan_is(scan, second.end, "/") || scan_was(scan, at, "/")) return false;
    struct unit unit;
    int digit;
    if (unit_find(scan, second.end, &unit) && strcmp(unit.canonical, "배") != 0 &&
        !unit_particle_is(scan, second.end))
        return false;
    if (scan_is(scan, second.end, ".") && scan_digit(scan, second.end + 1, &digit) > 0)
        return false;
    fraction->end = second.end;
    return fraction_divide(first.value, second.value, fraction);
}

/* `4/21` in prose: a month and a day. */
static bool slash_date_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct whole month;
    struct whole day;
    if (scan->context->in_table || !whole_read(scan, at, &month) || month.value > 12) return false;
    if (month.value == 0 || !scan_is(scan, month.end, "/")) return false;
    if (!whole_read(scan, month.end + 1, &day) || day.value <= DENOMINATOR_MAX) return false;
    if (day.value > date_month_days(2000, month.value)) return false;
    struct unit unit;
    if (scan_is(scan, day.end, "/") || scan_was(scan, at, "/")) return false;
    if (unit_find(scan, day.end, &unit)) return false;
    *numeral = (struct numeral){.kind = NUMERAL_DATE, .begin = at, .end = day.end, .unit = ""};
    if (!scan->context->has_year) return true;
    struct date_parts parts = {date_to_parts(scan->context->day).year, month.value, day.value};
    numeral->has_days = date_from_parts(parts, &numeral->days.first);
    numeral->days.last = numeral->days.first;
    numeral->days.has_first = numeral->days.has_last = numeral->has_days;
    return true;
}

/* `12.5 : 1` */
static bool spaced_ratio_read(const struct scan *scan, const struct number *first,
                              struct numeral *numeral)
{
    struct whole one;
    size_t colon = scan_spaces(scan, first->end);
    if (colon == first->end || !scan_is(scan, colon, ":")) return false;
    if (!whole_read(scan, scan_spaces(scan, colon + 1), &one) || one.value != 1) return false;
    uint32_t code = scan_code(scan, one.end);
    bool ends = one.end >= scan->line.length || code == ')' || code == ',' || code_is_space(code);
    if (one.digits != 1 || !ends) return false;
    *numeral = (struct numeral){.kind = NUMERAL_QUANTITY,
                                .begin = first->begin,
                                .end = one.end,
                                .low = first->value,
                                .high = first->value,
                                .unit = ""};
    return true;
}

/* `1:1`, `2+1` are names; `5.2:1` is a ratio. */
static bool ratio_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct number first;
    struct number second;
    int digit;
    if (!number_read(scan, at, &first) || first.overflow) return false;
    if (scan_is(scan, first.end, "+") && scan_digit(scan, first.end + 1, &digit) > 0) {
        if (!number_read(scan, first.end + 1, &second)) return false;
        *numeral =
            (struct numeral){.kind = NUMERAL_NAME, .begin = at, .end = second.end, .unit = ""};
        return first.digits == 1 && second.digits == 1;
    }
    if (spaced_ratio_read(scan, &first, numeral)) return true;
    if (!scan_is(scan, first.end, ":") || scan_was(scan, at, ":")) return false;
    bool many = scan_is(scan, first.end + 1, "N") || scan_is(scan, first.end + 1, "多");
    if (!many && !number_read(scan, first.end + 1, &second)) return false;
    if (many || (first.value.units == 1 && second.value.units == 1)) {
        size_t end = many ? scan_next(scan, first.end + 1) : second.end;
        *numeral = (struct numeral){.kind = NUMERAL_NAME, .begin = at, .end = end, .unit = ""};
        return true;
    }
    struct decimal value;
    if (second.overflow || scan_is(scan, second.end, ":")) return false;
    if (second.value.units == 1 && second.value.exponent == 0) {
        value = first.value;
    } else if (!decimal_divide(first.value, second.value, FRACTION_EXPONENT, &value)) {
        return false;
    }
    *numeral = (struct numeral){.kind = NUMERAL_QUANTITY,
                                .begin = at,
                                .end = second.end,
                                .low = value,
                                .high = value,
                                .unit = ""};
    return true;
}

bool fraction_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct fraction low;
    struct fraction high;
    if (slash_date_read(scan, at, numeral)) return true;
    if (!fraction_read_one(scan, at, &low)) return ratio_read(scan, at, numeral);
    high = low;
    size_t joint = scan_spaces(scan, low.end);
    size_t bytes = scan_tilde(scan, joint);
    bool range = bytes > 0 && fraction_read_one(scan, scan_spaces(scan, joint + bytes), &high);
    *numeral = (struct numeral){.kind = NUMERAL_QUANTITY,
                                .begin = at,
                                .end = range ? high.end : low.end,
                                .low = low.value,
                                .high = range ? high.value : low.value,
                                .is_range = range,
                                .unit = ""};
    struct unit unit;
    if (unit_find(scan, numeral->end, &unit) && strcmp(unit.canonical, "배") == 0) {
        numeral->unit = unit.canonical;
        numeral->has_unit = true;
        numeral->end = unit.end;
    }
    numeral->qualifiers = qualifiers_read(scan, numeral->begin, numeral->end);
    return true;
}
