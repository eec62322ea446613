/* Dates and periods: one or two points of the calendar and what joins them. */
#include "import_points.h"
#include "import_readers.h"

#include <string.h>

enum { TWO_DIGITS = 10 }; /* The least number that has them. */

/* What joins two points, or leaves an interval open. */
struct joint {
    size_t begin, end; /* end is behind the white space that follows. */
    bool tilde;
};

static bool joint_read(const struct scan *scan, size_t at, struct joint *joint)
{
    size_t begin = scan_spaces(scan, at);
    size_t bytes = scan_tilde(scan, begin);
    joint->tilde = bytes > 0;
    if (bytes == 0) bytes = scan_dash(scan, begin);
    if (bytes == 0) return false;
    joint->begin = begin;
    joint->end = scan_spaces(scan, begin + bytes);
    return true;
}

/* The report's year, 0 when it is not known. */
static int year_known(const struct scan *scan)
{
    return scan->context->has_year ? date_to_parts(scan->context->day).year : 0;
}

/* What in front of `month.day` says that it is a date: a bracket, a label, another date. */
static bool date_expected(const struct scan *scan, const struct point *point)
{
    static const char *const brackets[] = {"(", "（", "[", "<", "〈", "‘", "'", NULL};
    static const char *const labels[] = {"일시", "일자", "기간", "기한", "날짜", "개최일", "시행일",
                                         "일정", "시기", "개최", "예정", "매년", NULL};
    size_t at = point->begin;
    size_t before = scan_spaces_before(scan, at);
    if (scan_any_before(scan, before, brackets) > 0) return true;
    if (scan->chronicle && scan->previous != NULL && scan->previous->kind == NUMERAL_DATE &&
        before == scan->floor + 1 &&
        (scan_was(scan, before, ",") || scan_was(scan, before, "/") || scan_was(scan, before, "·")))
        return true;
    /* `(2차 / 3.11, 3.18)`: two digits of a day, set off in brackets. */
    if (scan->brackets > 0 && before < at && point->day >= TWO_DIGITS &&
        (scan_was(scan, before, ",") || scan_was(scan, before, "/")))
        return true;
    if (!scan_was(scan, before, ":")) return false;
    before = scan_spaces_before(scan, before - 1);
    return scan_any_before(scan, before, labels) > 0;
}

/* What behind `month.day` in brackets does not make it a decimal. */
static bool date_closed(const struct scan *scan, size_t end)
{
    static const char *const behind[] = {")",    "）",   "]",    ",",    "/",    ">",    "〉",
                                         "·",    "~",    "∼",    "～",   "〜",   "’",    "'",
                                         "현재", "기준", "까지", "부터", "예정", "완료", "개최",
                                         "시행", "개관", "준공", "개소", NULL};
    size_t at = scan_spaces(scan, end);
    int digit;
    if (at >= scan->line.length) return true;
    return scan_any(scan, at, behind) > 0 || scan_digit(scan, at, &digit) > 0;
}

/* What is glued to a date's last full stop: `5. 1.부터`. */
static bool date_glued(const struct scan *scan, size_t end)
{
    static const char *const behind[] = {"부터", "까지", "자", "현재", "기준", "~", "∼", NULL};
    return scan_any(scan, end, behind) > 0;
}

/* `month.day` followed by what only follows a date: 현재, a time, a weekday that is not alone. */
static bool date_followed(const struct scan *scan, const struct point *point)
{
    static const char *const behind[] = {"현재", "기준", "까지", "부터", "자로", "예정", "이후",
                                         "이전", "오전", "오후", "개최", "시행", "(월",  "(화",
                                         "(수",  "(목",  "(금",  "(토",  "(일",  NULL};
    size_t at = scan_spaces(scan, point->end);
    struct whole hour;
    if (scan_any(scan, at, behind) > 0) return true;
    return at > point->end && whole_read(scan, at, &hour) && hour.digits <= 2 &&
           (scan_is(scan, hour.end, ":") || scan_is(scan, hour.end, "시"));
}

/* Whether an uncertain first point is a date by what stands around it. */
static bool point_supported(const struct scan *scan, const struct point *point)
{
    static const char *const signs[] = {"△", "▲", "▽", "▼", "+", "-", "−", NULL};
    if (point->certain) return true;
    if (scan_any_before(scan, point->begin, signs) > 0 && !scan_was(scan, point->begin, "-"))
        return false;
    /* A heading and a number: `3. 12 …`. */
    if (point->dotted && date_glued(scan, point->end)) return true;
    if (point->spaced && (point->begin == scan->start || !point->dotted)) return false;
    if (point->dotted) return true;
    if (date_followed(scan, point)) return true;
    bool whole_cell =
        scan->context->in_table && scan->previous == NULL && point->end >= scan->line.length;
    if (whole_cell) return false;
    return date_expected(scan, point) && date_closed(scan, point->end);
}

/* Reads `/27` of `1.23/27` and `·27`: another day of the same month. */
static bool second_day_read(const struct scan *scan, struct point *point, int *day)
{
    struct whole whole;
    if (point->day == 0) return false;
    bool comma = scan_is(scan, point->end, ",");
    if (!comma && !scan_is(scan, point->end, "/") && !scan_is(scan, point->end, "·")) return false;
    size_t at = scan_spaces(scan, scan_next(scan, point->end));
    if (!whole_read(scan, at, &whole) || whole.digits > 2) return false;
    bool worded = scan_is(scan, whole.end, "일") && !scan_is(scan, whole.end, "일간");
    if (comma && !worded) return false;
    if (worded) whole.end += strlen("일");
    uint32_t code = worded ? 0 : scan_code(scan, whole.end);
    int year = point->year > 0 ? point->year : 2000;
    if (whole.value <= point->day || whole.value > date_month_days(year, point->month))
        return false;
    if (code_is_hangul(code) || code == '.' || code == '/') return false;
    *day = whole.value;
    point->end = whole.end;
    return true;
}

/* Reads the months or quarters listed with a point: `5·10월`, `1,2분기`, `4/5월`. */
static bool list_read(const struct scan *scan, const struct point *first, struct point *last)
{
    static const char *const joints[] = {"·", "‧", "・", "∙", "ㆍ", ",", "，", "/", NULL};
    if (first->day > 0 || (first->month == 0 && first->quarter == 0)) return false;
    if (scan_was(scan, first->end, "월") || scan_was(scan, first->end, "분기")) return false;
    size_t at = scan_spaces(scan, first->end);
    size_t bytes = scan_any(scan, at, joints);
    if (bytes == 0) return false;
    if (!point_read_end(scan, scan_spaces(scan, at + bytes), first, last)) return false;
    if (last->year > 0 || last->day > 0) return false;
    return scan_is(scan, last->end - strlen("월"), "월") ? first->month > 0 : last->quarter > 0;
}

static void interval_set(const struct scan *scan, const struct point *first,
                         const struct point *last, struct numeral *numeral)
{
    struct numeral_days begin = {0};
    struct numeral_days end = {0};
    int year = first->year > 0 ? first->year : year_known(scan);
    if (first->year == 0 && last != NULL && last->year > 0 && !scan->context->has_year) {
        year = last->year;
    }
    if (!point_days(first, year, &begin)) return;
    numeral->days = begin;
    numeral->has_days = true;
    if (last == NULL) return;
    numeral->has_days = point_days(last, year, &end);
    if (numeral->has_days && last->year == 0 && end.last.days < begin.first.days) {
        numeral->has_days = point_days(last, year + 1, &end); /* `11.1~2.28` */
    }
    numeral->days.last = end.last;
}

static const char *const parts_of_months[] = {"초", "말", "중순", "하순", "상순", "중", NULL};

/* Reads the range or the open interval that the first point begins. */
static bool range_read(const struct scan *scan, const struct point *first, struct point *last,
                       bool *open)
{
    struct joint joint;
    int digit;
    *open = false;
    size_t worded = first->end + scan_any(scan, first->end, parts_of_months);
    if (worded > first->end) { /* `5월초~6월말` */
        return joint_read(scan, worded, &joint) && joint.tilde &&
               point_read_end(scan, joint.end, first, last);
    }
    if (!joint_read(scan, first->end, &joint)) return false;
    if (!joint.tilde) {
        /* A dash joins what is certain on both of its sides, without white space. */
        if (!first->certain || joint.begin != first->end) return false;
        return point_read_end(scan, joint.end, first, last) && last->certain;
    }
    if (point_read_end(scan, joint.end, first, last)) return true;
    if (scan_digit(scan, joint.end, &digit) > 0) return false;
    *open = true;
    last->end = joint.begin + scan_tilde(scan, joint.begin);
    return true;
}

/* A tilde in front: `~ '20.8월`. Returns its offset, or the point's begin. */
static size_t tilde_before(const struct scan *scan, size_t begin)
{
    static const char *const tildes[] = {"~", "∼", "～", "〜", NULL};
    size_t at = scan_spaces_before(scan, begin);
    size_t bytes = scan_any_before(scan, at, tildes);
    return bytes > 0 ? at - bytes : begin;
}

/* `매월 1일`, `매년 3월`: a day or month of no year. */
static bool recurring_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    static const char *const each[] = {"매월", "매달", "익월", "당월", "전월", "격월", NULL};
    struct whole day;
    size_t before = scan_spaces_before(scan, at);
    if (!whole_read(scan, at, &day) || day.digits > 2 || day.value < 1 || day.value > 31)
        return false;
    if (!scan_is(scan, day.end, "일") || scan_is(scan, day.end, "일간")) return false;
    if (scan_any_before(scan, before, each) == 0) return false;
    *numeral = (struct numeral){
        .kind = NUMERAL_DATE, .begin = at, .end = day.end + strlen("일"), .unit = ""};
    return true;
}

/* Whether the first point is one of a range; sets the numeral's end and days. */
static bool span_read(const struct scan *scan, const struct point *first, struct numeral *numeral)
{
    struct point last = {0};
    bool open;
    if (range_read(scan, first, &last, &open)) {
        numeral->kind = NUMERAL_PERIOD;
        numeral->end = last.end;
        interval_set(scan, first, open ? NULL : &last, numeral);
        if (open) numeral->days.has_last = false;
        return true;
    }
    if (!list_read(scan, first, &last)) return false;
    numeral->kind = NUMERAL_PERIOD;
    numeral->end = last.end;
    interval_set(scan, first, &last, numeral);
    return true;
}

bool date_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct point first;
    int day = 0;
    if (recurring_read(scan, at, numeral)) return true;
    uint32_t before = scan_code_before(scan, at);
    if (code_is_latin(before) || before == '_') return false;
    if (before == 0xD7) return false; /* `1,000천원×12월` multiplies. */
    if (!point_read(scan, at, &first) || scan_is(scan, first.end, "×")) return false;
    struct numeral read = {
        .kind = NUMERAL_PERIOD, .begin = first.begin, .end = first.end, .unit = ""};
    bool span = span_read(scan, &first, &read);
    if (!first.certain && !(span && first.day > 0) && !point_supported(scan, &first)) return false;
    bool glued = first.dotted && date_glued(scan, first.end);
    if (!first.certain && first.spaced && at == scan->start && !first.weekday && !glued)
        return false;
    if (!span) {
        bool several = second_day_read(scan, &first, &day);
        read.kind = first.day > 0 ? NUMERAL_DATE : NUMERAL_PERIOD;
        read.end = first.end;
        interval_set(scan, &first, NULL, &read);
        if (several && read.has_days) read.days.last.days += day - first.day;
    }
    read.begin = tilde_before(scan, first.begin);
    if (read.begin < first.begin && !span) {
        read.kind = NUMERAL_PERIOD;
        read.days.has_first = false;
    }
    size_t each = scan_spaces_before(scan, first.begin);
    if (first.year == 0 && scan_was(scan, each, "매년")) read.has_days = false;
    *numeral = read;
    return true;
}
