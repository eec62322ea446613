/* The clock's times, and dates with English months. */
#include "import_points.h"
#include "import_readers.h"

#include <string.h>

#include "import_units.h"

enum { HOURS = 24, MINUTES = 60, MINUTE_DIGITS = 2, ENGLISH_MONTHS = 12 };

/* One time; end is behind it. */
struct moment {
    size_t end;
    bool colon;  /* `15:00` rather than `15시`. */
    bool minute; /* It prints its minutes. */
};

static bool moment_read_colon(const struct scan *scan, size_t at, struct moment *moment)
{
    struct whole hour;
    struct whole minute;
    if (!whole_read(scan, at, &hour) || hour.digits > 2 || hour.value > HOURS) return false;
    if (!scan_is(scan, hour.end, ":") && !scan_is(scan, hour.end, "：")) return false;
    if (!whole_read(scan, scan_next(scan, hour.end), &minute)) return false;
    if (minute.digits != MINUTE_DIGITS || minute.value >= MINUTES) return false;
    *moment = (struct moment){.end = minute.end, .colon = true, .minute = true};
    struct whole second;
    if (scan_is(scan, minute.end, ":") && whole_read(scan, minute.end + 1, &second) &&
        second.digits == MINUTE_DIGITS && second.value < MINUTES)
        moment->end = second.end;
    return true;
}

/* 시 of the clock, not of a city, a poem or a title: 2시탈출, 5시·군, 24시 편의점. */
static bool hour_word(const struct scan *scan, size_t at)
{
    static const char *const others[] = {"시간", "시·",  "시ㆍ", "시‧",  "시・", "시군", "시도",
                                         "시민", "시청", "시정", "시설", "시리", "시책", NULL};
    if (!scan_is(scan, at, "시") || scan_any(scan, at, others) > 0) return false;
    size_t behind = at + strlen("시");
    int digit;
    if (scan_digit(scan, behind, &digit) > 0 || scan_is(scan, behind, "반")) return true;
    return unit_particle_is(scan, behind);
}

static bool moment_read_worded(const struct scan *scan, size_t at, struct moment *moment)
{
    struct whole hour;
    struct whole minute;
    if (!whole_read(scan, at, &hour) || hour.digits > 2 || hour.value > HOURS) return false;
    if (!hour_word(scan, hour.end)) return false;
    *moment = (struct moment){.end = hour.end + strlen("시")};
    if (scan_is(scan, moment->end, "반")) moment->end += strlen("반");
    size_t begin = scan_spaces(scan, moment->end);
    if (whole_read(scan, begin, &minute) && minute.digits <= 2 && minute.value < MINUTES &&
        scan_is(scan, minute.end, "분") && !scan_is(scan, minute.end, "분기") &&
        !scan_is(scan, minute.end, "분간")) {
        moment->end = minute.end + strlen("분");
        moment->minute = true;
    }
    return true;
}

static bool moment_read(const struct scan *scan, size_t at, struct moment *moment)
{
    return moment_read_colon(scan, at, moment) || moment_read_worded(scan, at, moment);
}

/* Bytes of 오전, 오후 … and white space in front of the offset. */
static size_t half_before(const struct scan *scan, size_t at)
{
    static const char *const halves[] = {"오전", "오후", "새벽", "저녁", "정오", "자정",
                                         "밤",   "낮",   "AM",   "PM",   NULL};
    size_t word = scan_spaces_before(scan, at);
    size_t bytes = scan_any_before(scan, word, halves);
    return bytes > 0 ? at - word + bytes : 0;
}

static size_t half_behind(const struct scan *scan, size_t at)
{
    static const char *const halves[] = {"오전", "오후", "익일", "다음날",
                                         "새벽", "저녁", "밤",   NULL};
    size_t bytes = scan_any(scan, at, halves);
    return bytes > 0 ? scan_spaces(scan, at + bytes) : at;
}

bool time_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct moment first = {0};
    struct moment last;
    struct whole bare;
    size_t before = half_before(scan, at);
    bool found = moment_read(scan, at, &first);
    if (!found) { /* `10~18시` */
        if (!whole_read(scan, at, &bare) || bare.digits > 2 || bare.value > HOURS) return false;
        if (scan_tilde(scan, scan_spaces(scan, bare.end)) == 0) return false;
        first.end = bare.end;
    }
    size_t end = first.end;
    size_t joint = scan_spaces(scan, first.end);
    size_t bytes = scan_tilde(scan, joint);
    if (bytes == 0 && found) bytes = scan_dash(scan, joint);
    if (bytes > 0) {
        size_t second = half_behind(scan, scan_spaces(scan, joint + bytes));
        bool joined = moment_read(scan, second, &last) && (found || !last.colon);
        if (joined) end = last.end;
        if (!joined && !found) return false;
    }
    /* `24시 편의점` is a name; `24시까지`, `24시)` and `~24시` are times. */
    if (end == first.end && !first.colon && !first.minute && before == 0 &&
        scan_is(scan, at, "24시 "))
        return false;
    *numeral = (struct numeral){.kind = NUMERAL_TIME, .begin = at - before, .end = end, .unit = ""};
    return true;
}

/* The month whose English name (or its first three letters and a full stop) ends in front of the
 * offset; 0: none. *begin is the name's. */
static int english_month_before(const struct scan *scan, size_t at, size_t *begin)
{
    static const char *const months[ENGLISH_MONTHS] = {
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    size_t end = scan_spaces_before(scan, at);
    if (scan_was(scan, end, ".")) end--;
    size_t first = end;
    while (first > scan->floor && end - first < SCAN_BACK_BYTES_MAX &&
           code_is_latin((unsigned char)scan->line.bytes[first - 1])) {
        first--;
    }
    for (int i = 0; i < ENGLISH_MONTHS; i++) {
        size_t length = end - first;
        if (length < 3 || length > strlen(months[i])) continue;
        if (length > 4 && length != strlen(months[i])) continue;
        if (memcmp(scan->line.bytes + first, months[i], length) != 0) continue;
        *begin = first;
        return i + 1;
    }
    return 0;
}

/* Reads the day (and year) behind an English month's name. */
static bool english_day_read(const struct scan *scan, size_t at, int month, struct point *point)
{
    struct whole day;
    struct whole year;
    if (!whole_read(scan, at, &day)) return false;
    *point = (struct point){.month = month, .day = day.value, .end = day.end, .certain = true};
    if (day.digits == 4) {
        point->year = day.value;
        point->day = 0;
        return day.value >= SCAN_YEAR_FIRST && day.value <= SCAN_YEAR_LAST;
    }
    if (day.digits > 2 || day.value < 1 || day.value > date_month_days(2000, month)) return false;
    if (!scan_is(scan, day.end, ",")) return true;
    if (!whole_read(scan, scan_spaces(scan, day.end + 1), &year) || year.digits != 4) return true;
    if (year.value < SCAN_YEAR_FIRST || year.value > SCAN_YEAR_LAST) return true;
    point->year = year.value;
    point->end = year.end;
    return true;
}

bool english_date_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    size_t begin = at;
    struct point first;
    int month = english_month_before(scan, at, &begin);
    if (month == 0 || !english_day_read(scan, at, month, &first)) return false;
    struct point last = first;
    size_t joint = scan_spaces(scan, first.end);
    size_t bytes = scan_tilde(scan, joint) + scan_dash(scan, joint);
    if (bytes > 0) {
        size_t digits = scan_spaces(scan, joint + bytes);
        size_t from = digits;
        while (digits - from < SCAN_BACK_BYTES_MAX &&
               (code_is_latin(scan_code(scan, digits)) || scan_is(scan, digits, ".") ||
                code_is_space(scan_code(scan, digits)))) {
            digits++;
        }
        size_t name = digits;
        int second = english_month_before(scan, digits, &name);
        if (name != from && second != 0) second = 0;
        if (second == 0 && digits == from) second = month;
        if (second == 0 || !english_day_read(scan, digits, second, &last)) last = first;
    }
    bool range = last.end != first.end;
    *numeral = (struct numeral){.kind = range || first.day == 0 ? NUMERAL_PERIOD : NUMERAL_DATE,
                                .begin = begin,
                                .end = last.end,
                                .unit = ""};
    int year = last.year > 0 ? last.year : 0;
    if (year == 0 && scan->context->has_year) year = date_to_parts(scan->context->day).year;
    struct numeral_days from;
    struct numeral_days to;
    numeral->has_days = point_days(&first, year, &from) && point_days(&last, year, &to);
    if (numeral->has_days) {
        numeral->days = from;
        numeral->days.last = to.last;
    }
    return true;
}
