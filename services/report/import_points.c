#include "import_points.h"

#include <string.h>

#include "import_units.h"

enum {
    MONTHS = 12,
    MONTH_DAYS_MAX = 31,
    QUARTERS = 4,
    QUARTER_MONTHS = 3,
    HALF_MONTHS = 6,
    DECADE_YEARS = 10,
    CENTURY = 100,
    PIVOT = 70,             /* '70 is 1970, '69 is 2069. */
    QUOTE_BYTES_MAX = 60,   /* How far the quote that an apostrophe would open is looked for. */
    LEAP_YEAR = 2000,       /* For days whose year is not printed. */
    PLAIN_YEAR_BEFORE = 12, /* `NN년` is a year when it lies this near to the report's: */
    PLAIN_YEAR_AFTER = 6,
};

static const char *const apostrophes[] = {"'", "’", "‘", "′", "´", "`", "＇", "‵", "ʼ", NULL};

size_t point_apostrophe_before(const struct scan *scan, size_t at)
{
    return scan_any_before(scan, at, apostrophes);
}

size_t point_weekday(const struct scan *scan, size_t at)
{
    static const char *const days[] = {"월", "화", "수", "목", "금", "토", "일", "月",
                                       "火", "水", "木", "金", "土", "日", NULL};
    size_t open = scan_spaces(scan, at);
    size_t day = scan_next(scan, open);
    if (!scan_is(scan, open, "(") && !scan_is(scan, open, "（")) return 0;
    size_t bytes = scan_any(scan, day, days);
    if (bytes == 0) return 0;
    size_t end = day + bytes;
    if (scan_is(scan, end, "요일")) end += strlen("요일");
    if (!scan_is(scan, end, ")") && !scan_is(scan, end, "）")) return 0;
    return scan_next(scan, end) - at;
}

static int year_of_two(int value)
{
    return value < PIVOT ? 2000 + value : SCAN_YEAR_FIRST + value;
}

/* Another quote closes, soon, what the apostrophe at this offset would open. */
static bool quote_closes(const struct scan *scan, size_t apostrophe, size_t from)
{
    bool curly = scan_is(scan, apostrophe, "‘");
    for (size_t at = from; at < scan->line.length && at - from < QUOTE_BYTES_MAX;
         at = scan_next(scan, at)) {
        int digit;
        if (!scan_is(scan, at, curly ? "’" : "'")) continue;
        uint32_t before = scan_code_before(scan, at);
        if (code_is_space(before) || before == '(') continue; /* It opens another. */
        return scan_digit(scan, at + (curly ? strlen("’") : 1), &digit) == 0;
    }
    return false;
}

/* What may stand behind the two digits of 'YY. */
static bool short_year_ends(const struct scan *scan, size_t apostrophe, size_t end)
{
    static const char *const marks[] = {"년", ".", "~", "∼", "～", "〜", "/", "-", "–",
                                        ")",  ",", "→", "➡", "⇒",  "·",  ":", NULL};
    static const char *const words[] = {"예산", "결산", "상반기", "하반기", "실적",
                                        "계획", "사업", "추경",   "본예산", "대비",
                                        "기준", "안",   "당초",   "최종",   NULL};
    if (scan_any(scan, end, words) > 0) return true;
    bool opens = scan_is(scan, apostrophe, "‘") || scan_is(scan, apostrophe, "'");
    if (scan_is(scan, end, "년") || scan_is(scan, end, ".")) return true;
    if (end >= scan->line.length) return true;
    if (opens && quote_closes(scan, apostrophe, end)) return false;
    return scan_any(scan, end, marks) > 0 || code_is_space(scan_code(scan, end)) ||
           scan_code(scan, end) == '\t' || scan_code(scan, end) == '|';
}

/* Reads the year's digits: 'YY, or YYYY. */
static bool year_read(const struct scan *scan, size_t at, struct point *point)
{
    struct whole whole;
    if (!whole_read(scan, at, &whole)) return false;
    size_t apostrophe = point_apostrophe_before(scan, at);
    if (apostrophe > 0 && whole.digits == 2 && short_year_ends(scan, at - apostrophe, whole.end)) {
        *point = (struct point){.begin = at - apostrophe, .end = whole.end, .certain = true};
        point->year = year_of_two(whole.value);
        return true;
    }
    if (whole.digits != 4 || whole.value < SCAN_YEAR_FIRST || whole.value > SCAN_YEAR_LAST)
        return false;
    *point = (struct point){.begin = at, .end = whole.end, .certain = true, .year = whole.value};
    return true;
}

/* Hangul that may stand directly behind a month's or a day's number without 월 or 일. */
static bool bare_ends(const struct scan *scan, size_t end)
{
    static const char *const behind[] = {"현재", "기준", "까지", "부터", "예정", "이후", "이전",
                                         "개관", "개소", "준공", "시행", "제정", "개정", "설립",
                                         "개최", "완료", "자",   "말",   "중",   "초",   NULL};
    uint32_t code = scan_code(scan, end);
    int digit;
    if (code_is_latin(code) || code == '%' || code == ':') return false;
    if (scan_is(scan, end, ".") && scan_digit(scan, end + 1, &digit) > 0) return false;
    if (scan_is(scan, end, ",") && scan_digit(scan, end + 1, &digit) > 0) return false;
    if (!code_is_hangul(code)) {
        struct unit unit;
        return !unit_find(scan, end, &unit);
    }
    return scan_any(scan, end, behind) > 0;
}

/* Takes the day's ending: 일, or a full stop, then a weekday in brackets. */
static void day_finish(const struct scan *scan, struct point *point)
{
    int digit;
    size_t behind = scan_spaces(scan, point->end);
    if (scan_is(scan, point->end, ".") && scan_digit(scan, point->end + 1, &digit) == 0) {
        point->end++;
        point->dotted = true;
    } else if (scan_is(scan, behind, ".") && point_weekday(scan, behind + 1) > 0) {
        point->end = behind + 1;
    }
    size_t weekday = point_weekday(scan, point->end);
    point->end += weekday;
    point->weekday = weekday > 0;
    if (point->weekday) point->certain = true;
}

static bool day_fits(const struct point *point, int day)
{
    int year = point->year > 0 ? point->year : LEAP_YEAR;
    return day >= 1 && day <= date_month_days(year, point->month);
}

/* `~22일`, `,22일`, `·22일` at the offset: the day in front of it is one of several. */
static bool day_listed(const struct scan *scan, size_t at)
{
    static const char *const joints[] = {"~", "∼", "～", "〜", ",", "·", "-", "/", NULL};
    struct whole day;
    size_t joint = scan_spaces(scan, at);
    size_t bytes = scan_any(scan, joint, joints);
    return bytes > 0 && whole_read(scan, scan_spaces(scan, joint + bytes), &day) &&
           day.digits <= 2 && day.value <= MONTH_DAYS_MAX && scan_is(scan, day.end, "일") &&
           !scan_is(scan, day.end, "일간");
}

/* Reads ` 21일` behind a month that was printed with 월. */
static void day_read_worded(const struct scan *scan, struct point *point)
{
    struct whole day;
    size_t at = scan_spaces(scan, point->end);
    if (!whole_read(scan, at, &day) || day.digits > 2 || !day_fits(point, day.value)) return;
    if (scan_is(scan, day.end, "일") && !scan_is(scan, day.end, "일간")) {
        point->end = day.end + strlen("일");
    } else if (day_listed(scan, day.end)) {
        point->end = day.end;
    } else {
        return;
    }
    point->day = day.value;
    day_finish(scan, point);
}

/* Reads the day behind a month and its full stop. */
static bool day_read_dotted(const struct scan *scan, size_t at, struct point *point)
{
    struct whole day;
    size_t begin = scan_spaces(scan, at);
    if (!whole_read(scan, begin, &day) || day.digits > 2 || !day_fits(point, day.value))
        return false;
    size_t end = day.end;
    if (scan_is(scan, end, "일") && !scan_is(scan, end, "일간")) {
        end += strlen("일");
    } else if (!bare_ends(scan, end)) {
        return false;
    }
    point->spaced = point->spaced || begin > at;
    point->day = day.value;
    point->end = end;
    day_finish(scan, point);
    return true;
}

/* Bytes of 월 at the offset, unless it begins another word. */
static size_t month_word(const struct scan *scan, size_t at)
{
    if (!scan_is(scan, at, "월") || scan_is(scan, at, "월간")) return 0;
    return strlen("월");
}

/* Reads `상반기`, `하반기`, `3분기`, `1/4분기` at the offset. */
static bool part_read(const struct scan *scan, size_t at, struct point *point)
{
    struct whole whole;
    if (scan_is(scan, at, "상반기") || scan_is(scan, at, "하반기")) {
        point->half = scan_is(scan, at, "상반기") ? 1 : 2;
        point->end = at + strlen("상반기");
        return true;
    }
    if (scan_is(scan, at, "上") || scan_is(scan, at, "下")) {
        point->half = scan_is(scan, at, "上") ? 1 : 2;
        point->end = at + strlen("上");
        return true;
    }
    if (!whole_read(scan, at, &whole) || whole.digits > 1) return false;
    if (whole.value < 1 || whole.value > QUARTERS) return false;
    size_t end = whole.end;
    if (scan_is(scan, end, "Q") && !code_is_latin(scan_code(scan, end + 1))) {
        point->quarter = whole.value;
        point->end = end + 1;
        return true;
    }
    if (scan_is(scan, end, "/4")) end += strlen("/4");
    end = end > whole.end ? scan_spaces(scan, end) : end;
    if (scan_is(scan, end, "사분기")) end += strlen("사");
    if (!scan_is(scan, end, "분기")) return false;
    point->quarter = whole.value;
    point->end = end + strlen("분기");
    return true;
}

/* Reads the month (and day) behind a year and its full stop. */
static bool month_read_dotted(const struct scan *scan, size_t at, struct point *point)
{
    struct whole month;
    size_t begin = scan_spaces(scan, at);
    if (part_read(scan, begin, point)) return true;
    if (!whole_read(scan, begin, &month) || month.digits > 2) return false;
    if (month.value <= QUARTERS && scan_is(scan, month.end, "/4") &&
        bare_ends(scan, month.end + strlen("/4"))) { /* `'24.1/4` */
        point->quarter = month.value;
        point->end = month.end + strlen("/4");
        return true;
    }
    if (month.value < 1 || month.value > MONTHS) return false;
    struct point read = *point;
    read.month = month.value;
    read.end = month.end;
    read.spaced = begin > at;
    size_t word = month_word(scan, month.end);
    if (word > 0) {
        read.end += word;
        day_read_worded(scan, &read);
    } else if (scan_is(scan, month.end, ".") && day_read_dotted(scan, month.end + 1, &read)) {
        /* Its end is the day's. */
    } else if (scan_is(scan, month.end, ".")) {
        int digit;
        if (scan_digit(scan, month.end + 1, &digit) > 0) return false;
        read.end++;
        read.dotted = true;
    } else if (!bare_ends(scan, month.end)) {
        return false;
    }
    *point = read;
    return true;
}

/* Reads what stands behind 년: 도, then ` 상반기`, ` 4월 21일`, ` 5` of `5 ~ 12월`. */
static void year_finish_worded(const struct scan *scan, struct point *point)
{
    struct whole month;
    point->end += strlen("년");
    if (scan_is(scan, point->end, "대") && !scan_is(scan, point->end, "대비")) {
        point->decade = point->year % DECADE_YEARS == 0;
        point->end += strlen("대");
        return;
    }
    if (scan_is(scan, point->end, "도")) point->end += strlen("도");
    size_t at = scan_spaces(scan, point->end);
    if (part_read(scan, at, point)) return;
    if (!whole_read(scan, at, &month) || month.digits > 2) return;
    if (month.value < 1 || month.value > MONTHS) return;
    size_t word = month_word(scan, month.end);
    if (word > 0) {
        point->month = month.value;
        point->end = month.end + word;
        day_read_worded(scan, point);
        return;
    }
    size_t tilde = scan_spaces(scan, month.end);
    size_t bytes = scan_tilde(scan, tilde);
    struct whole last;
    if (bytes == 0 || !whole_read(scan, scan_spaces(scan, tilde + bytes), &last)) return;
    if (last.digits > 2 || month_word(scan, last.end) == 0) return;
    point->month = month.value;
    point->end = month.end;
}

/* Reads `-04-21`, `/04/21`, `-04` behind a year of four digits. */
static bool month_read_ruled(const struct scan *scan, struct point *point, const char *rule)
{
    struct whole month;
    struct whole day;
    if (!scan_is(scan, point->end, rule) || !whole_read(scan, point->end + 1, &month)) return false;
    if (month.digits > 2 || month.value < 1 || month.value > MONTHS) return false;
    struct point read = *point;
    read.month = month.value;
    read.end = month.end;
    if (scan_is(scan, month.end, rule)) {
        if (!whole_read(scan, month.end + 1, &day) || day.digits > 2) return false;
        if (!day_fits(&read, day.value)) return false;
        read.day = day.value;
        read.end = day.end;
        day_finish(scan, &read);
    } else if (month.digits != 2 || !bare_ends(scan, month.end)) {
        return false;
    }
    *point = read;
    return true;
}

/* A bare year of four digits is a count when a counter ends its word: 2000명, 1950만원. */
static bool year_is_count(const struct scan *scan, const struct point *point)
{
    struct unit unit;
    int32_t exponent;
    size_t end = point->end;
    if (scan_is(scan, end, "여") || magnitude_find(scan, end, &exponent) > 0) return true;
    return unit_find(scan, end, &unit) && !scan_is(scan, end, "도") &&
           (unit_particle_is(scan, unit.end) || unit.end - unit.begin > strlen("회"));
}

static bool point_read_year(const struct scan *scan, size_t at, struct point *point)
{
    struct point read;
    if (!year_read(scan, at, &read)) return false;
    bool dotted = scan_is(scan, read.end, ".");
    if (scan_is(scan, read.end, "학년도")) {
        read.end += strlen("학년도");
    } else if (scan_is(scan, read.end, "년")) {
        year_finish_worded(scan, &read);
    } else if (!(dotted && month_read_dotted(scan, read.end + 1, &read)) &&
               !month_read_ruled(scan, &read, "-") && !month_read_ruled(scan, &read, "/")) {
        /* `'20.~'24.` */
        if (dotted && scan_tilde(scan, scan_spaces(scan, read.end + 1)) > 0) read.end++;
        size_t behind = scan_spaces(scan, read.end);
        struct whole month;
        if (read.begin == at && year_is_count(scan, &read)) return false;
        if (behind > read.end && !part_read(scan, behind, &read) &&
            whole_read(scan, behind, &month) && month.digits <= 2 && month.value >= 1 &&
            month.value <= MONTHS && month_word(scan, month.end) > 0) {
            read.month = month.value;
            read.end = month.end + month_word(scan, month.end);
            day_read_worded(scan, &read);
        }
    }
    *point = read;
    return true;
}

/* What makes `20년` a year rather than twenty years. */
static bool plain_year_is(const struct scan *scan, int value, size_t end)
{
    static const char *const always[] = {"도", "말", NULL};
    static const char *const near[] = {
        "대비",     "기준",         "현재",   "예산",   "결산",     "실적",     "신년", "본예산",
        "추경",     "행정사무감사", "상반기", "하반기", "주요업무", "업무보고", "성과", "추진실적",
        "추진계획", "최종",         "국비",   "당초",   "초",       NULL};
    struct point part = {.begin = end};
    if (scan_any(scan, end, always) > 0 && !scan_is(scan, end, "도시")) return true;
    if (!scan->context->has_year) return false;
    int year = date_to_parts(scan->context->day).year % CENTURY;
    if (value < year - PLAIN_YEAR_BEFORE || value > year + PLAIN_YEAR_AFTER) return false;
    size_t at = scan_spaces(scan, end);
    if (scan_any(scan, at, near) > 0 || part_read(scan, at, &part)) return true;
    struct whole month;
    return whole_read(scan, at, &month) && month.digits <= 2 && month.value >= 1 &&
           month.value <= MONTHS && month_word(scan, month.end) > 0;
}

/* Reads the month of `23.12`, behind its full stop. */
static bool plain_month_read(const struct scan *scan, size_t at, struct whole *month)
{
    return whole_read(scan, at, month) && month->digits <= 2 && month->value >= 1 &&
           month->value <= MONTHS && bare_ends(scan, month->end);
}

/* Reads a date whose year is two digits without an apostrophe: `20.3.31`, `20. 1~3월`, `20년도`. */
static bool point_read_plain(const struct scan *scan, size_t at, struct point *point)
{
    struct whole whole;
    if (!whole_read(scan, at, &whole) || whole.digits != 2) return false;
    struct point read = {.begin = at, .end = whole.end, .plain_year = true, .certain = true};
    read.year = year_of_two(whole.value);
    if (scan_is(scan, whole.end, "년")) {
        if (!plain_year_is(scan, whole.value, whole.end + strlen("년"))) return false;
        year_finish_worded(scan, &read);
        *point = read;
        return true;
    }
    if (!scan_is(scan, whole.end, ".") || !month_read_dotted(scan, whole.end + 1, &read))
        return false;
    if (read.quarter > 0 || read.half > 0) {
        *point = read;
        return true;
    }
    bool worded = month_word(scan, read.end > strlen("월") ? read.end - strlen("월") : 0) > 0;
    if (read.day == 0 && !worded) {
        /* `20. 1~3월`, where the first month is not worded either. */
        size_t tilde = scan_spaces(scan, read.end);
        size_t bytes = scan_tilde(scan, tilde);
        struct whole last;
        if (bytes == 0 || read.dotted) return false;
        if (!whole_read(scan, scan_spaces(scan, tilde + bytes), &last) || last.digits > 2)
            return false;
        bool years = last.value >= whole.value && whole.value > MONTHS &&
                     scan_is(scan, last.end, ".") && plain_month_read(scan, last.end + 1, &last);
        if (month_word(scan, last.end) == 0 && !years) return false;
    }
    /* Two numbers at the head of a line may be a heading and a month: `3. 4월`. */
    if (at == scan->start && read.day == 0 && whole.value <= MONTHS && read.spaced) return false;
    if (read.day > 0 && whole.value <= MONTHS && at == scan->start && read.spaced) return false;
    *point = read;
    return true;
}

static bool quarter_of_four(const struct scan *scan, const struct whole *quarter)
{
    int digit;
    return quarter->value <= QUARTERS && scan_is(scan, quarter->end, "/4") &&
           scan_digit(scan, quarter->end + strlen("/4"), &digit) == 0;
}

/* Reads `4월 21일`, `4` of `4~10월`, `5·10월`, `4,5월`, `3분기`. */
static bool point_read_month(const struct scan *scan, size_t at, struct point *point)
{
    struct whole month;
    struct point read = {.begin = at, .certain = true};
    if (part_read(scan, at, &read)) {
        *point = read;
        return true;
    }
    if (!whole_read(scan, at, &month) || month.digits > 2) return false;
    if (month.value < 1 || month.value > MONTHS) return false;
    read.month = month.value;
    read.end = month.end;
    size_t word = month_word(scan, month.end);
    if (word > 0) {
        read.end += word;
        day_read_worded(scan, &read);
        *point = read;
        return true;
    }
    static const char *const joints[] = {"~",  "∼", "～", "〜", "·", "‧",  "・", "∙",
                                         "ㆍ", "-", "–",  "/",  ",", "，", NULL};
    size_t joint = scan_spaces(scan, month.end);
    if (quarter_of_four(scan, &month) && scan_tilde(scan, scan_spaces(scan, month.end + 2)) > 0) {
        /* `2/4~3/4분기` */
        read.quarter = month.value;
        read.month = 0;
        read.end = month.end + strlen("/4");
        joint = scan_spaces(scan, read.end);
    }
    size_t bytes = scan_any(scan, joint, joints);
    struct whole last;
    if (bytes == 0 || !whole_read(scan, scan_spaces(scan, joint + bytes), &last)) return false;
    if (read.quarter > 0) {
        struct point end = {.begin = last.end};
        if (!part_read(scan, scan_spaces(scan, joint + bytes), &end) || end.quarter == 0)
            return false;
        *point = read;
        return true;
    }
    if (last.digits > 2 || last.value < 1 || last.value > MONTHS) return false;
    if (month_word(scan, last.end) == 0 && !scan_is(scan, last.end, "분기")) return false;
    if (scan_is(scan, last.end, "분기")) {
        if (month.value > QUARTERS || last.value > QUARTERS) return false;
        read.quarter = read.month;
        read.month = 0;
    }
    *point = read;
    return true;
}

/* Reads `3.30.`, `2.7(화)`, `3. 2`, `4/21(화)`. */
static bool point_read_day(const struct scan *scan, size_t at, struct point *point)
{
    struct whole month;
    if (!whole_read(scan, at, &month) || month.digits > 2) return false;
    if (month.value < 1 || month.value > MONTHS) return false;
    struct point read = {.begin = at, .month = month.value};
    if (scan_is(scan, month.end, "/")) {
        if (!day_read_dotted(scan, month.end + 1, &read)) return false;
        if (!read.weekday || read.spaced) return false;
    } else if (!scan_is(scan, month.end, ".") || !day_read_dotted(scan, month.end + 1, &read)) {
        return false;
    }
    *point = read;
    return true;
}

bool point_read(const struct scan *scan, size_t at, struct point *point)
{
    return point_read_year(scan, at, point) || point_read_plain(scan, at, point) ||
           point_read_month(scan, at, point) || point_read_day(scan, at, point);
}

/* Reads the one number that ends a range: a day, month or year like the first's. */
static bool end_read_bare(const struct scan *scan, size_t at, const struct point *first,
                          struct point *point)
{
    struct whole whole;
    if (!whole_read(scan, at, &whole)) return false;
    struct point read = {.begin = at, .end = whole.end, .certain = first->certain};
    bool day = first->day > 0 && whole.digits <= 2;
    bool month = first->day == 0 && first->month > 0 && whole.digits <= 2;
    if (day) {
        read.month = first->month;
        read.year = first->year;
        if (!day_fits(&read, whole.value) || whole.value < first->day) return false;
        read.day = whole.value;
        if (scan_is(scan, whole.end, "일") && !scan_is(scan, whole.end, "일간")) {
            read.end += strlen("일");
        } else if (!bare_ends(scan, whole.end)) {
            return false;
        }
        day_finish(scan, &read);
    } else if (month) {
        if (whole.value < 1 || whole.value > MONTHS) return false;
        read.month = whole.value;
        int digit;
        if (scan_is(scan, whole.end, ".") && scan_digit(scan, whole.end + 1, &digit) == 0) {
            read.end++;
        } else if (!bare_ends(scan, whole.end)) {
            return false;
        }
    } else if (first->year > 0 && first->month == 0 && whole.digits == 2) {
        read.year = year_of_two(whole.value);
        if (read.year <= first->year) return false;
        if (scan_is(scan, read.end, "년")) {
            year_finish_worded(scan, &read);
        } else if (!bare_ends(scan, read.end)) {
            return false;
        }
    } else {
        return false;
    }
    *point = read;
    return true;
}

bool point_read_end(const struct scan *scan, size_t at, const struct point *first,
                    struct point *point)
{
    size_t apostrophe = scan_any(scan, at, apostrophes);
    if (apostrophe > 0) return point_read_year(scan, at + apostrophe, point);
    if (point_read_year(scan, at, point)) return true;
    if (first->plain_year && point_read_plain(scan, at, point)) return true;
    if (first->plain_year && first->day == 0 && first->month > 0) {
        /* `23.1~23.12` */
        struct whole year;
        struct whole month;
        if (whole_read(scan, at, &year) && year.digits == 2 && scan_is(scan, year.end, ".") &&
            year.value > MONTHS && plain_month_read(scan, year.end + 1, &month)) {
            *point = (struct point){.begin = at, .end = month.end, .certain = true};
            point->year = year_of_two(year.value);
            point->month = month.value;
            return true;
        }
    }
    if (point_read_month(scan, at, point)) return true;
    if (first->month > 0 && point_read_day(scan, at, point)) return true;
    return end_read_bare(scan, at, first, point);
}

bool point_days(const struct point *point, int year, struct numeral_days *days)
{
    if (point->year > 0) year = point->year;
    if (year <= 0) return false;
    struct date_parts first = {year, 1, 1};
    struct date_parts last = {year, MONTHS, MONTH_DAYS_MAX};
    if (point->decade) last.year += DECADE_YEARS - 1;
    if (point->half > 0) {
        first.month = (point->half - 1) * HALF_MONTHS + 1;
        last.month = first.month + HALF_MONTHS - 1;
    } else if (point->quarter > 0) {
        first.month = (point->quarter - 1) * QUARTER_MONTHS + 1;
        last.month = first.month + QUARTER_MONTHS - 1;
    } else if (point->month > 0) {
        first.month = last.month = point->month;
    }
    last.day = date_month_days(last.year, last.month);
    if (point->day > 0) first.day = last.day = point->day;
    *days = (struct numeral_days){.has_first = true, .has_last = true};
    return date_from_parts(first, &days->first) && date_from_parts(last, &days->last);
}
