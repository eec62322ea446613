/* Ordinals: headings, page numbers, and numbers with a word that says which one. */
#include "import_points.h"
#include "import_readers.h"
#include "import_units.h"

#include <string.h>

enum {
    HEADING_DIGITS_MAX = 2,
    PAGE_DIGITS_MAX = 3,
    HOUSES_MIN = 50, /* From here on 호 counts houses. */
    PLACES_MAX = 10, /* Up to here 등 is a place in a race; else it means "and others". */
    LIST_MAX = 6,    /* Numbers of `1,2,3층`. */
};

static bool ordinal_set(size_t begin, size_t end, struct numeral *numeral)
{
    *numeral = (struct numeral){.kind = NUMERAL_ORDINAL, .begin = begin, .end = end, .unit = ""};
    return true;
}

/* Behind superscript digits, which are marks of notes. */
static size_t marks_skip(const struct scan *scan, size_t at)
{
    for (;;) {
        uint32_t code = scan_code(scan, at);
        bool mark =
            code == 0xB2 || code == 0xB3 || code == 0xB9 || (code >= 0x2070 && code <= 0x2079);
        if (!mark) return at;
        at = scan_next(scan, at);
    }
}

/* Nothing but white space, and the dashes around a page's number, stand behind the offset. */
static bool line_ends(const struct scan *scan, size_t at)
{
    at = scan_spaces(scan, marks_skip(scan, at));
    at += scan_dash(scan, at);
    at = scan_spaces(scan, at);
    while (at < scan->line.length && (scan->line.bytes[at] == '\t' || scan->line.bytes[at] == ' ' ||
                                      scan->line.bytes[at] == '\r')) {
        at++;
    }
    return at >= scan->line.length;
}

/* A page's number at the end of a line of the contents: the line begins with a heading's number, or
 * leaders stand in front of the page. */
static bool page_is(const struct scan *scan, size_t at, const struct whole *page)
{
    static const char *const leaders[] = {"···", "...", "…", "‥", "---", "ㆍㆍ", "・・", NULL};
    if (scan->context->in_table || page->digits > PAGE_DIGITS_MAX) return false;
    size_t end = page->end;
    if (scan_is(scan, end, "p") || scan_is(scan, end, "P")) end++;
    if (scan_is(scan, end, "쪽")) end += strlen("쪽");
    if (!line_ends(scan, end)) return false;
    size_t before = scan_spaces_before(scan, at);
    if (before > scan->floor && scan->line.bytes[before - 1] == '\t') before--;
    if (before == at) return scan_any_before(scan, at, leaders) > 0;
    if (scan_any_before(scan, before, leaders) > 0) return true;
    if (scan_was(scan, before, ":")) return false;
    return scan->headed && scan->previous != NULL;
}

/* What stands behind a heading's number that is set off by a space only. */
static bool heading_follows(const struct scan *scan, const struct whole *number)
{
    size_t text = scan_spaces(scan, number->end);
    struct amount amount;
    struct whole year;
    if (text == number->end || scan->bulleted || scan->context->in_table) return false;
    if (scan_was(scan, number->end, "0") && number->digits == 1) return false;
    if (!amount_read(scan, number->end - (size_t)number->digits, &amount) || amount.has_unit ||
        amount.magnitude)
        return false;
    uint32_t code = scan_code(scan, text);
    if (whole_read(scan, text, &year))
        return year.digits == 4 && year.value >= SCAN_YEAR_FIRST && year.value <= SCAN_YEAR_LAST;
    return code_is_hangul(code) || code_is_latin(code) || code == 0x300C || code == 0x2018 ||
           code == 0x201C || code == '\'' || code == '"';
}

/* Reads `1-1`, `2.3`, `2.3.1` at the head of a line. */
static bool section_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct whole part;
    size_t end = at;
    int parts = 0;
    if (scan->context->in_table) return false;
    while (parts < LIST_MAX && whole_read(scan, end, &part) && part.digits <= HEADING_DIGITS_MAX &&
           part.value > 0) {
        parts++;
        end = part.end;
        int digit;
        if (!scan_is(scan, end, "-") && !scan_is(scan, end, ".")) break;
        if (scan_digit(scan, end + 1, &digit) == 0) break;
        end++;
    }
    if (parts < 2 || end != part.end) return false;
    if (scan_is(scan, end, ".") || scan_is(scan, end, ")"))
        return ordinal_set(at, end + 1, numeral);
    size_t text = scan_spaces(scan, end);
    struct unit unit;
    if (text == end || scan->bulleted || unit_find(scan, text, &unit)) return false;
    return code_is_hangul(scan_code(scan, text)) && ordinal_set(at, end, numeral);
}

/* Numbers of an enumeration within the line: `1. 계획 2. 명단`, and marks of notes: `주1)`. */
static bool inner_heading_read(const struct scan *scan, size_t at, const struct whole *number,
                               struct numeral *numeral)
{
    if (number->digits > HEADING_DIGITS_MAX || number->value == 0) return false;
    if (scan_is(scan, number->end, ")") && scan->brackets == 0 && !scan->context->in_table)
        return ordinal_set(at, number->end, numeral);
    if (!scan_is(scan, number->end, ".") || !code_is_space(scan_code_before(scan, at)))
        return false;
    size_t text = scan_spaces(scan, number->end + 1);
    uint32_t code = scan_code(scan, text);
    bool titled = code_is_hangul(code) || code_is_latin(code) || code == 0x300C;
    return text > number->end + 1 && titled && ordinal_set(at, number->end + 1, numeral);
}

/* `9. 3.~9. 28.`, `9. 3.(월)`, `9. 3. : …` at the head of a line: a day rather than a heading's
 * number and what follows it. */
static bool day_leads(const struct scan *scan, const struct whole *month)
{
    struct whole day;
    int digit;
    if (month->digits > 2 || month->value > 12 || !scan_is(scan, month->end, ".")) return false;
    size_t at = scan_spaces(scan, month->end + 1);
    if (at == month->end + 1 || !whole_read(scan, at, &day) || day.digits > 2) return false;
    if (day.value < 1 || day.value > 31) return false;
    size_t end = day.end;
    if (scan_is(scan, end, ".")) end++;
    if (end > day.end && scan_digit(scan, end, &digit) > 0) return false;
    end = scan_spaces(scan, end);
    return scan_tilde(scan, end) > 0 || scan_is(scan, end, ":") || point_weekday(scan, end) > 0;
}

bool heading_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct whole number;
    int digit;
    if (at == scan->start && whole_read(scan, at, &number) && day_leads(scan, &number))
        return false;
    if (at == scan->start && section_read(scan, at, numeral)) return true;
    if (!whole_read(scan, at, &number)) return false;
    if (page_is(scan, at, &number)) return ordinal_set(at, marks_skip(scan, number.end), numeral);
    if (at != scan->start) return inner_heading_read(scan, at, &number, numeral);
    if (number.digits > PAGE_DIGITS_MAX) return false;
    if (!scan->context->in_table && line_ends(scan, number.end))
        return ordinal_set(at, marks_skip(scan, number.end), numeral);
    if (number.digits > HEADING_DIGITS_MAX) return false;
    size_t end = number.end;
    if (scan_is(scan, end, ".") && scan_digit(scan, end + 1, &digit) == 0 &&
        end + 1 < scan->line.length)
        return ordinal_set(at, end + 1, numeral);
    if (scan_is(scan, end, ")") && end + 1 < scan->line.length && !scan->context->in_table)
        return ordinal_set(at, end, numeral);
    if ((scan_is(scan, end, "]") || scan_is(scan, end, "】") || scan_is(scan, end, ">")) &&
        !scan->context->in_table)
        return ordinal_set(at, end, numeral);
    return heading_follows(scan, &number) && ordinal_set(at, end, numeral);
}

/* Words in front of a number that make it a count in spite of an ordinal's word behind it. */
static bool total_before(const struct scan *scan, size_t at)
{
    static const char *const words[] = {"총",   "약",   "각", "전체", "모두", "최대",
                                        "최소", "합계", "매", "연",   "전국", NULL};
    return scan_any_before(scan, scan_spaces_before(scan, at), words) > 0;
}

/* Behind 제N조: 의2, or -123 of 제2020-123호. */
static size_t suffix_skip(const struct scan *scan, size_t at)
{
    int digit;
    size_t digits = at;
    if (scan_is(scan, at, "의")) digits = at + strlen("의");
    if (digits == at || scan_digit(scan, digits, &digit) == 0) return at;
    struct number number;
    return number_read(scan, digits, &number) ? number.end : at;
}

/* Whether a comma and a space join a list (`지하 1, 2층`) or end a count (`5급 3, 6급 12`). */
static bool list_spaced(const struct scan *scan, int first, int next)
{
    const struct numeral *previous = scan->previous;
    return next == first + 1 && (previous == NULL || previous->kind != NUMERAL_ORDINAL);
}

/* Reads further numbers of a list or range: `,2`, `·2`, `~6`, `-123`. Returns where they end. */
static size_t list_skip(const struct scan *scan, size_t at, int value)
{
    static const char *const joints[] = {",",  "·",  "‧", "・", "∙", "ㆍ", "~", "∼",
                                         "～", "〜", "-", "–",  "/", "，", NULL};
    for (int i = 0; i < LIST_MAX; i++) {
        struct whole next;
        size_t joint = scan_spaces(scan, at);
        size_t bytes = scan_any(scan, joint, joints);
        size_t number = scan_spaces(scan, joint + bytes);
        if (bytes == 0 || !whole_read(scan, number, &next)) break;
        bool apart = number > joint + bytes || joint > at;
        if (apart && scan_tilde(scan, joint) == 0 && !list_spaced(scan, value, next.value)) break;
        value = next.value;
        at = next.end;
    }
    return at;
}

bool prefixed_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct whole number;
    struct unit unit;
    size_t word = scan_spaces_before(scan, at);
    if (at - word > 1 || !scan_was(scan, word, "제")) return false;
    size_t begin = word - strlen("제");
    if (begin > scan->floor && code_is_hangul(scan_code_before(scan, begin))) return false;
    if (!whole_read(scan, at, &number)) return false;
    size_t end = number.end;
    size_t listed = list_skip(scan, end, number.value);
    if (listed > end && unit_find(scan, listed, &unit)) end = listed;
    if (unit_find(scan, end, &unit)) end = suffix_skip(scan, unit.end);
    return ordinal_set(begin, end, numeral);
}

/* 기 counts machines rather than terms: 풍력 12기, 충전기 50기 설치. */
static bool machines_are(const struct scan *scan, size_t at, const struct whole *number,
                         const struct unit *unit)
{
    static const char *const before[] = {
        "충전기", "충전소", "풍력", "태양광", "원전", "발전기", "발전소", "승강기", "엘리베이터",
        "위성",   "로봇",   "분묘", "타워",   "화력", "CCTV",   "급속",   "완속",   NULL};
    static const char *const behind[] = {"설치", "구축", "보급", "증설", "도입",
                                         "확충", "추가", "교체", NULL};
    if (number->value >= HOUSES_MIN) return true;
    if (scan_any_before(scan, scan_spaces_before(scan, at), before) > 0) return true;
    return scan_any(scan, scan_spaces(scan, unit->end), behind) > 0;
}

/* Whether the unit makes the number an ordinal here. */
static bool unit_orders(const struct scan *scan, size_t at, const struct whole *number,
                        const struct unit *unit)
{
    if ((unit->flags & UNIT_ORDINAL) == 0) return false;
    if ((unit->flags & UNIT_ALWAYS) != 0) return true;
    if (total_before(scan, at)) return false;
    if (strcmp(unit->canonical, "호") == 0) return number->value < HOUSES_MIN;
    if (strcmp(unit->canonical, "기") == 0) return !machines_are(scan, at, number, unit);
    if (strcmp(unit->canonical, "등") == 0) return number->value <= PLACES_MAX;
    return true;
}

/* Reads `참고 1`, `[별표 3]`: a label whose number says which one. */
static bool labelled_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    static const char *const labels[] = {"참고", "붙임", "별첨",    "별표", "별지", "서식",  "표",
                                         "그림", "안건", "부록",    "첨부", "전략", "과제",  "유형",
                                         "방안", "사례", "양식",    "Step", "STEP", "Phase", "No.",
                                         "NO.",  "no.",  "p.",      "pp.",  "P.",   "Vol.",  "vol.",
                                         "Part", "PART", "Chapter", "step", "№",    NULL};
    struct whole number;
    struct amount amount;
    size_t word = scan_spaces_before(scan, at);
    size_t bytes = scan_any_before(scan, word, labels);
    if (bytes == 0 || !whole_read(scan, at, &number) || number.digits > PAGE_DIGITS_MAX)
        return false;
    uint32_t before = scan_code_before(scan, word - bytes);
    bool hangul = code_is_hangul(scan_code_before(scan, word));
    if (hangul ? code_is_hangul(before) : code_is_latin(before)) return false;
    if (!amount_read(scan, at, &amount) || amount.has_unit || amount.magnitude) return false;
    if (amount.number.decimals > 0) return false;
    size_t listed = list_skip(scan, number.end, number.value);
    return ordinal_set(at, listed, numeral);
}

/* The middle dots that lists are printed with. */
static bool code_is_dot(uint32_t code)
{
    return code == 0xB7 || code == 0x2027 || code == 0x30FB || code == 0x2219 || code == 0x318D;
}

bool ordinal_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct whole number;
    struct unit unit;
    if (labelled_read(scan, at, numeral)) return true;
    if (!whole_read(scan, at, &number)) return false;
    int digit;
    if (scan_is(scan, number.end, ".") && scan_digit(scan, number.end + 1, &digit) > 0)
        return false;
    size_t end = number.end;
    if (!unit_find(scan, end, &unit)) {
        end = list_skip(scan, end, number.value);
        if (end == number.end || !unit_find(scan, end, &unit)) return false;
    }
    /* Numbers joined by middle dots say which ones: 1·2종. */
    bool dotted = end > number.end && code_is_dot(scan_code(scan, number.end));
    if (!dotted && !unit_orders(scan, at, &number, &unit)) return false;
    /* `감염병2차단`: the word goes on behind what looks like an ordinal's. */
    if (code_is_hangul(scan_code_before(scan, at)) && !unit_word_ends(scan, unit.end)) return false;
    return ordinal_set(at, unit.end, numeral);
}
