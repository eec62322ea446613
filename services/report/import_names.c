/* Names: what is written with digits but counts nothing, and is no date. */
#include "import_points.h"
#include "import_readers.h"
#include "import_units.h"

#include <string.h>

enum {
    WORD_CHARACTERS_MAX = 12, /* Of the word that digits are glued to. */
    TAIL_CHARACTERS_MAX = 10, /* Of the Hangul that is glued to a name's digits. */
    PHONE_GROUPS_MAX = 3,
    PHONE_LAST_DIGITS = 4,
};

static const char *const list_joints[] = {", ", ",", "·", " / ", "/", NULL};

static bool name_set(size_t begin, size_t end, struct numeral *numeral)
{
    *numeral = (struct numeral){.kind = NUMERAL_NAME, .begin = begin, .end = end, .unit = ""};
    return true;
}

bool markup_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    size_t begin = at;
    int digit;
    if (scan_was(scan, at, "&#")) begin = at - strlen("&#");
    if (scan_was(scan, at, "&#x")) begin = at - strlen("&#x");
    if (begin == at) return false;
    size_t end = at;
    while (end - at < SCAN_BACK_BYTES_MAX &&
           (scan_digit(scan, end, &digit) > 0 || code_is_latin(scan_code(scan, end)))) {
        end = scan_next(scan, end);
    }
    return name_set(begin, end, numeral);
}

/* A character of a Latin word, address or file name. */
static bool word_byte(char byte)
{
    return code_is_latin((unsigned char)byte) || (byte >= '0' && byte <= '9') || byte == '_';
}

static bool word_joint(char byte)
{
    return byte == '-' || byte == '.' || byte == '@' || byte == '/' || byte == '=' || byte == '?' ||
           byte == '&' || byte == ':' || byte == '%';
}

/* Where the Latin word that reaches `at` begins; `at` when there is none. */
static size_t word_begin(const struct scan *scan, size_t at)
{
    size_t begin = at;
    while (begin > scan->floor && at - begin < SCAN_BACK_BYTES_MAX) {
        char byte = scan->line.bytes[begin - 1];
        if (word_byte(byte)) {
            begin--;
            continue;
        }
        bool joined = (byte == '-' || byte == '.' || byte == '@' || byte == '+') &&
                      begin >= scan->floor + 2 && word_byte(scan->line.bytes[begin - 2]);
        if (!joined) break;
        begin--;
    }
    return begin;
}

static size_t word_end(const struct scan *scan, size_t at)
{
    size_t end = at;
    while (end < scan->line.length) {
        char byte = scan->line.bytes[end];
        if (word_byte(byte)) {
            end++;
            continue;
        }
        if (!word_joint(byte) || end + 1 >= scan->line.length) break;
        if (!word_byte(scan->line.bytes[end + 1])) break;
        end++;
    }
    return end;
}

/* `1박2일` at the offset. Returns its end, or 0. */
static size_t nights_end(const struct scan *scan, size_t at)
{
    struct whole nights;
    struct whole days;
    if (!whole_read(scan, at, &nights) || !scan_is(scan, nights.end, "박")) return 0;
    if (!whole_read(scan, nights.end + strlen("박"), &days)) return 0;
    return scan_is(scan, days.end, "일") ? days.end + strlen("일") : 0;
}

/* The number in front of this one was read as a count, and only a comma lies between them:
 * `종교채널5, IPTV3`. */
static bool enumerated_before(const struct scan *scan, size_t begin)
{
    const struct numeral *previous = scan->previous;
    if (previous == NULL || previous->kind != NUMERAL_QUANTITY || previous->has_unit) return false;
    size_t joint = previous->end + scan_any(scan, previous->end, list_joints);
    return joint > previous->end && joint == begin &&
           code_is_hangul(scan_code_before(scan, previous->begin));
}

/* So is this one, or another word with a number glued to it follows: `지상파3, 중편4`. */
static bool enumerated(const struct scan *scan, size_t begin, size_t end)
{
    struct whole next;
    if (enumerated_before(scan, begin)) return true;
    size_t joint = end + scan_any(scan, end, list_joints);
    size_t word = scan_hangul(scan, joint, WORD_CHARACTERS_MAX);
    if (joint == end || word == joint || !whole_read(scan, word, &next)) return false;
    uint32_t code = scan_code(scan, next.end);
    return !code_is_hangul(code) && !code_is_latin(code) && code != '.';
}

/* Letters in front of a number that say its currency or its period rather than name something. */
static bool letters_qualify(const struct scan *scan, size_t begin, size_t at)
{
    static const char *const words[] = {"KRW", "USD", "US", "EUR",  "JPY",  "No.",  "NO.",  "no.",
                                        "p.",  "pp.", "P.", "Vol.", "vol.", "Step", "STEP", NULL};
    return begin + scan_any(scan, begin, words) == at;
}

/* Reads FY2023 and Q1, 1Q. */
static bool fiscal_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct whole whole;
    struct point point = {0};
    size_t begin = word_begin(scan, at);
    if (!whole_read(scan, at, &whole)) return false;
    size_t end = whole.end;
    bool quarter = whole.digits == 1 && whole.value >= 1 && whole.value <= 4;
    if (scan_is(scan, begin, "FY") && begin + strlen("FY") == at && whole.digits == 4) {
        point.year = whole.value;
    } else if (quarter && scan_is(scan, begin, "Q") && begin + 1 == at) {
        point.quarter = whole.value;
    } else if (quarter && begin == at && scan_is(scan, end, "Q")) {
        point.quarter = whole.value;
        end++;
    } else {
        return false;
    }
    if (code_is_latin(scan_code(scan, end)) || code_is_digit(scan_code(scan, end))) return false;
    *numeral = (struct numeral){.kind = NUMERAL_PERIOD, .begin = begin, .end = end, .unit = ""};
    int year = scan->context->has_year ? date_to_parts(scan->context->day).year : 0;
    numeral->has_days = point_days(&point, year, &numeral->days);
    return true;
}

/* Digits behind letters: COVID-19, K4, KBS1박2일; but CCTV3대 is three. */
static bool lettered_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct amount amount;
    size_t begin = word_begin(scan, at);
    while (begin < at && !code_is_latin((unsigned char)scan->line.bytes[begin])) {
        begin++;
    }
    if (begin == at || letters_qualify(scan, begin, at)) return false;
    bool glued = code_is_latin((unsigned char)scan->line.bytes[at - 1]);
    size_t nights = nights_end(scan, at);
    if (nights > 0) return name_set(begin, nights, numeral);
    if (glued && amount_read(scan, at, &amount) && !amount.overflow) {
        bool counted = amount.has_unit && code_is_hangul(scan_code(scan, amount.unit.begin)) &&
                       (amount.unit.flags & (UNIT_NAMING | UNIT_CLOCK | UNIT_GUESSED)) == 0;
        if (counted || amount.magnitude || amount.number.grouped) return false;
        if (enumerated_before(scan, begin)) return false;
        if (amount.has_unit && amount.number.decimals > 0) return false;
    }
    return name_set(begin, word_end(scan, at), numeral);
}

bool address_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct amount amount;
    if (fiscal_read(scan, at, numeral) || lettered_read(scan, at, numeral)) return true;
    if (!amount_read(scan, at, &amount) || amount.has_unit || amount.magnitude) return false;
    size_t end = amount.number.end;
    uint32_t code = scan_code(scan, end);
    bool letters = code_is_latin(code) && !amount.number.grouped;
    bool han = code >= 0x4E00 && code <= 0x9FFF && at != scan->start;
    if (han) return name_set(at, scan_next(scan, end), numeral); /* 3無 */
    bool domain = code == '.' && at != scan->start && code_is_latin(scan_code(scan, end + 1)) &&
                  code_is_latin(scan_code(scan, end + 2));
    bool mail = code == '@';
    uint32_t plus = code == '+' ? scan_code(scan, end + 1) : 0; /* 50+센터, 3+α */
    if (code_is_hangul(plus) || (plus >= 0x370 && plus < 0x400))
        return name_set(at, end + 1, numeral);
    if (!letters && !domain && !mail) return false;
    return name_set(at, word_end(scan, end), numeral);
}

/* Reads `02-2133-1234`, `02)2133-1234`, `1588-1234`. */
static bool phone_number_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct whole group[PHONE_GROUPS_MAX];
    int groups = 0;
    size_t from = at;
    int digit;
    while (groups < PHONE_GROUPS_MAX && whole_read(scan, from, &group[groups])) {
        size_t end = group[groups++].end;
        bool joint = scan_is(scan, end, "-") || (groups == 1 && scan_is(scan, end, ")"));
        if (!joint || scan_digit(scan, end + 1, &digit) == 0) break;
        from = end + 1;
    }
    if (groups < 2 || group[groups - 1].digits != PHONE_LAST_DIGITS) return false;
    if (scan_is(scan, group[groups - 1].end, "-")) return false;
    bool zero = scan_is(scan, at, "0");
    if (groups == PHONE_GROUPS_MAX && (!zero || group[1].digits < 3)) return false;
    if (groups == 2) {
        bool years = group[0].value >= SCAN_YEAR_FIRST && group[0].value <= SCAN_YEAR_LAST &&
                     group[1].value >= SCAN_YEAR_FIRST && group[1].value <= SCAN_YEAR_LAST;
        if (group[0].digits < 3 || years) return false;
    }
    size_t end = group[groups - 1].end;
    if (code_is_hangul(scan_code(scan, end)) && !unit_particle_is(scan, end)) return false;
    return name_set(at, end, numeral);
}

/* Short public numbers. */
static bool short_number_is(int value)
{
    static const int numbers[] = {109,  110,  111,  112,  113,  117,  118,  119,  120,  122,  125,
                                  128,  129,  131,  132,  182,  188,  1330, 1331, 1332, 1333, 1335,
                                  1336, 1339, 1342, 1345, 1350, 1355, 1357, 1361, 1365, 1366, 1369,
                                  1372, 1377, 1379, 1382, 1385, 1388, 1389, 1390, 1391, 1393, 1397,
                                  1398, 1399, 1522, 1533, 1544, 1566, 1577, 1588, 1599, 1600, 1644,
                                  1661, 1666, 1670, 1688, 1800, 1811, 1833, 1855, 1877, 1899};
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        if (numbers[i] == value) return true;
    }
    return false;
}

/* What in front of a short number says that one can call it. */
static bool called_before(const struct scan *scan, size_t at)
{
    static const char *const words[] = {"전화", "문의", "국번없이", "콜",   "보건소",
                                        "☎",    "번호", "신고",     "상담", "또는",
                                        "Tel",  "TEL",  "ARS",      "/",    NULL};
    size_t before = scan_spaces_before(scan, at);
    if (scan_was(scan, before, ":")) before = scan_spaces_before(scan, before - 1);
    if (scan_was(scan, before, "나")) before -= strlen("나");
    return scan_any_before(scan, before, words) > 0;
}

/* A short number used as a name: `120다산콜`, `120으로`, `120 긴급 신고`, `/ 1339`. */
static bool short_number_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct whole number;
    struct amount amount;
    if (!whole_read(scan, at, &number) || !short_number_is(number.value)) return false;
    if (number.digits < 3 || !amount_read(scan, at, &amount)) return false;
    bool known = amount.has_unit && (amount.unit.flags & UNIT_GUESSED) == 0 &&
                 !scan_is(scan, number.end, "콜") && unit_word_ends(scan, amount.unit.end);
    if (known || amount.magnitude || amount.more || amount.number.decimals > 0) return false;
    if (scan_any_before(scan, at, (const char *const[]){"△", "▲", "+", NULL}) > 0) return false;
    size_t end = number.end;
    if (code_is_hangul(scan_code(scan, end))) {
        if (unit_particle_is(scan, end)) return name_set(at, end, numeral);
        return name_set(at, scan_hangul(scan, end, TAIL_CHARACTERS_MAX), numeral);
    }
    if (scan_is(scan, end, "-") && code_is_hangul(scan_code(scan, end + 1)))
        return name_set(at, end, numeral); /* `119-병원 간 핫라인` */
    if (scan_is(scan, end, "~") || scan_is(scan, end, "-")) return false;
    if (called_before(scan, at)) return name_set(at, end, numeral);
    size_t word = scan_spaces(scan, end);
    size_t behind = scan_hangul(scan, word, WORD_CHARACTERS_MAX);
    struct amount next;
    if (word == end || behind == word) return false;
    /* `남 120 여 130` counts. */
    if (amount_read(scan, scan_spaces(scan, behind), &next) && !next.has_unit) return false;
    bool follows = scan->previous == NULL || code_is_space(scan_code_before(scan, at));
    return (follows || at == scan->start) && name_set(at, end, numeral);
}

/* A street of a town: `해운대구 해운대해변로`, `금촌동 시청로`. */
static bool street_before(const struct scan *scan, size_t at)
{
    static const char *const streets[] = {"로", "길", NULL};
    static const char *const towns[] = {"시", "군", "구", "읍", "면", "동", NULL};
    if (scan_any_before(scan, at, streets) == 0 || scan_was(scan, at, "으로")) return false;
    size_t begin = scan_hangul_before(scan, at, WORD_CHARACTERS_MAX);
    size_t before = scan_spaces_before(scan, begin);
    if (before == begin || scan_any_before(scan, before, towns) == 0) return false;
    size_t town = scan_hangul_before(scan, before, WORD_CHARACTERS_MAX);
    return before - town >= 2 * strlen("구") && at - begin >= 3 * strlen("로");
}

/* `내선 1234`, `우편번호 04524`, `세종대로 110`: a number without a unit behind such a word. */
static bool place_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    static const char *const words[] = {"ISO",      "IEC",      "내선", "우편번호",
                                        "전화번호", "계좌번호", "대로", NULL};
    struct amount amount;
    size_t before = scan_spaces_before(scan, at);
    if (before == at) return false;
    if (scan_was(scan, before, ":")) before = scan_spaces_before(scan, before - 1);
    bool named = scan_any_before(scan, before, words) > 0 || street_before(scan, before);
    if (!named || !amount_read(scan, at, &amount)) return false;
    if (amount.has_unit || amount.magnitude || amount.overflow || amount.number.grouped)
        return false;
    return amount.number.decimals == 0 && name_set(at, amount.number.end, numeral);
}

bool phone_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    if (scan->context->in_table && scan->previous == NULL && at == scan->start) {
        /* A cell that holds nothing else counts. */
        struct number number;
        if (number_read(scan, at, &number) && number.end >= scan->line.length) return false;
    }
    return phone_number_read(scan, at, numeral) || short_number_read(scan, at, numeral) ||
           place_read(scan, at, numeral);
}

/* Days that are names: 3·1절, 4.19혁명, 6·25. */
static bool anniversary_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    static const char *const words[] = {
        "절",   "혁명",           "민주", "전쟁", "운동", "사건", "항쟁",     "광복",
        "참사", "선언",           "합의", "대책", "총선", "선거", "지방선거", "보궐",
        "대선", "부동산",         "만세", "희생", "의거", "추모", "세월호",   "비상계엄",
        "계엄", "세계 여성의 날", "기념", "테러", NULL};
    static const char *const dots[] = {"·", "‧", "・", "∙", "ㆍ", "․", NULL};
    struct whole month;
    struct whole day;
    if (!whole_read(scan, at, &month) || month.digits > 2) return false;
    size_t dot = scan_any(scan, month.end, dots);
    bool middle = dot > 0;
    if (!middle && !scan_is(scan, month.end, ".")) return false;
    if (!whole_read(scan, month.end + (middle ? dot : 1), &day) || day.digits > 2) return false;
    if (month.value < 1 || month.value > 12 || day.value < 1 || day.value > 31) return false;
    size_t word = scan_spaces(scan, day.end);
    size_t bytes = scan_any(scan, word, words);
    if (bytes > 0) return name_set(at, word + bytes, numeral);
    if (!middle || code_is_digit(scan_code(scan, day.end))) return false;
    struct unit unit;
    if (unit_find(scan, day.end, &unit) || scan_is(scan, day.end, "월")) return false;
    if (scan_any(scan, day.end, dots) > 0 || code_is_hangul(scan_code(scan, day.end))) return false;
    return name_set(at, day.end, numeral);
}

/* Reads `7호선`, `1~4호선`, `2·3호선`. */
static bool subway_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    static const char *const joints[] = {"~", "∼", "·", ",", "・", "ㆍ", "-", NULL};
    struct whole number;
    size_t from = at;
    for (int i = 0; i < PHONE_GROUPS_MAX; i++) {
        if (!whole_read(scan, from, &number) || number.digits > PHONE_LAST_DIGITS) return false;
        if (scan_is(scan, number.end, "호선"))
            return name_set(at, number.end + strlen("호선"), numeral);
        size_t bytes = scan_any(scan, number.end, joints);
        if (bytes == 0) return false;
        from = number.end + bytes;
    }
    return false;
}

/* Whole phrases: 2030세대, 4대강, 24시 편의점, 2시탈출. */
static bool phrase_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    static const char *const cohorts[] = {"세대", "청년", "여성", "남성", "직장인", "층", NULL};
    static const char *const phrases[] = {"4대강",    "4대 강", "2시탈출", "88올림픽", "88고속도로",
                                          "86아시안", "3D프린", "3無",     "4無",      "5無",
                                          "24/7",     "1회용",  NULL};
    static const int generations[] = {1020, 1030, 2030, 2040, 3040, 3050, 4050, 4060, 5060, 6070};
    struct whole number;
    size_t bytes = scan_any(scan, at, phrases);
    if (bytes > 0) return name_set(at, scan_hangul(scan, at + bytes, TAIL_CHARACTERS_MAX), numeral);
    if (!whole_read(scan, at, &number)) return false;
    for (size_t i = 0; number.digits == 4 && i < ARRAY_LENGTH(generations); i++) {
        size_t word = scan_spaces(scan, number.end);
        if (number.value != generations[i] || scan_any(scan, word, cohorts) == 0) continue;
        return name_set(at, word + scan_any(scan, word, cohorts), numeral);
    }
    /* 24시 is a name when another word follows it: 24시 편의점. */
    if (scan_is(scan, at, "24시") && !scan_is(scan, at, "24시간")) {
        size_t end = at + strlen("24시");
        bool time =
            unit_particle_is(scan, end) && !code_is_hangul(scan_code(scan, scan_spaces(scan, end)));
        if (!time && !scan_is(scan, end, "까지") && !scan_is(scan, end, "부터") &&
            scan_tilde(scan, scan_spaces_before(scan, at)) == 0)
            return name_set(at, end, numeral);
    }
    return false;
}

/* The word glued in front of the digits speaks of how many: 총4회, 시간당2회, 최근3년. */
static bool word_counts(const struct scan *scan, size_t begin, size_t at)
{
    static const char *const ends[] = {
        "총",   "약",   "각",   "당",   "평균", "누계", "누적", "합계", "최대", "최소", "최고",
        "최근", "향후", "지난", "매월", "매주", "매년", "매일", "분기", "반기", "이상", "이하",
        "미만", "초과", "까지", "부터", "에서", "기준", "또는", "그중", "이중", "포함", NULL};
    static const char *const whole[] = {
        "월", "연", "년", "주", "일", "매", "금", "만", "전", "현", "계", "단", "후", "등",   "및",
        "첫", "타", "본", "외", "내", "간", "중", "남", "여", "회", "편", "합", "준", "각각", NULL};
    if (scan_any_before(scan, at, ends) > 0) return true;
    return begin + scan_any(scan, begin, whole) == at;
}

/* Digits glued to a Hangul word: 코로나19, 서울로7017, 다큐3일, 기획1팀; but 재방3회 is three. */
static bool glued_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    struct amount amount;
    size_t begin = scan_hangul_before(scan, at, WORD_CHARACTERS_MAX);
    if (begin == at || word_counts(scan, begin, at) || !amount_read(scan, at, &amount))
        return false;
    if (amount.overflow || amount.magnitude || amount.number.grouped || amount.more) return false;
    if (amount.number.decimals > 0 && !amount.has_unit) return false;
    size_t tilde = scan_spaces(scan, amount.number.end);
    if (!amount.has_unit && scan_tilde(scan, tilde) > 0) return false;
    size_t end = amount.number.end;
    if (amount.has_unit) {
        bool guessed = (amount.unit.flags & UNIT_GUESSED) != 0;
        bool named = (amount.unit.flags & (UNIT_NAMING | UNIT_CLOCK)) != 0;
        bool ends = unit_word_ends(scan, amount.unit.end);
        if (!guessed && !named && ends) return false;
        if (!ends) end = amount.number.end;
        if (!guessed && ends) end = amount.end;
    } else if (enumerated(scan, begin, end)) {
        return false;
    }
    return name_set(begin, end, numeral);
}

bool name_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    static const char *const quotes[] = {"'", "‘", "\"", "“", NULL};
    static const char *const closing[] = {"'", "’", "\"", "”", NULL};
    struct whole number;
    if (anniversary_read(scan, at, numeral) || subway_read(scan, at, numeral) ||
        phrase_read(scan, at, numeral))
        return true;
    if (scan_was(scan, at, "코로나") && whole_read(scan, at, &number))
        return name_set(at - strlen("코로나"), number.end, numeral);
    if (whole_read(scan, at, &number) && scan_any_before(scan, at, quotes) > 0 &&
        scan_any(scan, number.end, closing) > 0) {
        /* `'0'건` counts. */
        struct unit unit;
        size_t behind = number.end + scan_any(scan, number.end, closing);
        bool counts = unit_find(scan, behind, &unit) && (unit.flags & UNIT_SPACED) != 0 &&
                      unit_word_ends(scan, unit.end);
        return !counts && name_set(at, number.end, numeral);
    }
    return false;
}

bool glued_name_read(const struct scan *scan, size_t at, struct numeral *numeral)
{
    return glued_read(scan, at, numeral);
}
