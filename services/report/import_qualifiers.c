#include "import_qualifiers.h"

#include "import_units.h"

#include <string.h>

enum { WORDS_BEHIND_MAX = 3, WORD_SYLLABLES_MAX = 8 };

struct qualifier_word {
    const char *printed;
    unsigned bits;
    bool whole; /* Only as a word of its own: 예약 is not 약. */
};

static const struct qualifier_word words_before[] = {
    {"약", NUMERAL_ABOUT, true},
    {"대략", NUMERAL_ABOUT, false},
    {"최대", NUMERAL_AT_MOST | NUMERAL_MAXIMUM, false},
    {"최고", NUMERAL_MAXIMUM, false},
    {"최소", NUMERAL_MORE_THAN, false},
    {"누적", NUMERAL_CUMULATIVE, false},
    {"누계", NUMERAL_CUMULATIVE, false},
    {"누적인원", NUMERAL_CUMULATIVE, false},
    {"누적건수", NUMERAL_CUMULATIVE, false},
    {"예정", NUMERAL_PLANNED, false},
    {"목표", NUMERAL_PLANNED, false},
    {"계획", NUMERAL_PLANNED, true},
    {"평균", NUMERAL_AVERAGE, false},
    {"총", NUMERAL_TOTAL, true},
    {"총계", NUMERAL_TOTAL, false},
    {"합계", NUMERAL_TOTAL, false},
    {"계", NUMERAL_TOTAL, true},
    {"총누적", NUMERAL_TOTAL, false},
};

static const struct qualifier_word words_behind[] = {
    {"이상", NUMERAL_MORE_THAN, false}, {"초과", NUMERAL_MORE_THAN, false},
    {"남짓", NUMERAL_ABOUT, false},     {"이하", NUMERAL_AT_MOST, false},
    {"이내", NUMERAL_AT_MOST, false},   {"미만", NUMERAL_AT_MOST, false},
    {"내외", NUMERAL_ABOUT, false},     {"정도", NUMERAL_ABOUT, false},
    {"가량", NUMERAL_ABOUT, false},     {"안팎", NUMERAL_ABOUT, false},
    {"쯤", NUMERAL_ABOUT, false},       {"내", NUMERAL_AT_MOST, true},
    {"예정", NUMERAL_PLANNED, false},   {"목표", NUMERAL_PLANNED, false},
    {"계획", NUMERAL_PLANNED, true},    {"↑", NUMERAL_INCREASE, false},
    {"증가", NUMERAL_INCREASE, false},  {"상승", NUMERAL_INCREASE, false},
    {"↓", NUMERAL_DECREASE, false},     {"감소", NUMERAL_DECREASE, false},
    {"하락", NUMERAL_DECREASE, false},  {"성장", NUMERAL_INCREASE, false},
    {"증", NUMERAL_INCREASE, true},     {"감", NUMERAL_DECREASE, true},
};

/* Skips white space and the stars of emphasis. */
static size_t marks_skip(const struct scan *scan, size_t at)
{
    for (int i = 0; i < SCAN_SPACES_MAX + 2; i++) {
        if (!scan_is(scan, at, "*") && !code_is_space(scan_code(scan, at))) break;
        at = scan_next(scan, at);
    }
    return at;
}

static size_t marks_skip_before(const struct scan *scan, size_t at)
{
    for (int i = 0; i < SCAN_SPACES_MAX + 2 && at > scan->floor; i++) {
        if (!scan_was(scan, at, "*") && !code_is_space(scan_code_before(scan, at))) break;
        at = scan_previous(scan, at);
    }
    return at;
}

static unsigned before_read(const struct scan *scan, size_t at)
{
    unsigned bits = 0;
    for (int i = 0; i < WORDS_BEHIND_MAX; i++) {
        at = marks_skip_before(scan, at);
        const struct qualifier_word *found = NULL;
        if (!code_is_hangul(scan_code_before(scan, at))) break;
        for (size_t w = 0; w < ARRAY_LENGTH(words_before); w++) {
            const struct qualifier_word *word = &words_before[w];
            if (!scan_was(scan, at, word->printed)) continue;
            size_t begin = at - strlen(word->printed);
            bool whole = begin <= scan->floor || !code_is_hangul(scan_code_before(scan, begin));
            if (word->whole && !whole) continue;
            found = word;
        }
        if (found == NULL) {
            /* 누적 may stand inside the word: 총누적이용자 30명. */
            size_t begin = scan_hangul_before(scan, at, WORD_SYLLABLES_MAX);
            if (i == 0 && begin < at && scan_is(scan, begin, "누적")) bits |= NUMERAL_CUMULATIVE;
            break;
        }
        bits |= found->bits;
        at -= strlen(found->printed);
    }
    return bits;
}

/* A word that must be whole ends at the offset: 내 of `3일 내`, not of 내용. */
static bool word_ends(const struct scan *scan, size_t end)
{
    return !code_is_hangul(scan_code(scan, end)) || scan_is(scan, end, "에") ||
           scan_is(scan, end, "의") || scan_is(scan, end, "로");
}

/* `17개 목표` counts goals; `100개소 목표` is one. */
static bool goals_counted(const struct scan *scan, size_t from)
{
    return from >= strlen("개") &&
           (scan_is(scan, from - strlen("개"), "개") || scan_is(scan, from - strlen("대"), "대"));
}

static unsigned behind_read(const struct scan *scan, size_t at)
{
    unsigned bits = 0;
    size_t from = at;
    for (int i = 0; i < WORDS_BEHIND_MAX; i++) {
        at = marks_skip(scan, at);
        /* A bracket holds only plans: `4회(예정)`. */
        size_t inner = scan_is(scan, at, "(") ? at + 1 : at;
        const struct qualifier_word *found = NULL;
        for (size_t w = 0; w < ARRAY_LENGTH(words_behind) && found == NULL; w++) {
            const struct qualifier_word *word = &words_behind[w];
            if (!scan_is(scan, inner, word->printed)) continue;
            if (inner > at && word->bits != NUMERAL_PLANNED) continue;
            size_t end = inner + strlen(word->printed);
            if (word->whole && !word_ends(scan, end)) continue;
            if (strcmp(word->printed, "계획") == 0 && !scan_is(scan, end, ")") &&
                end < scan->line.length)
                continue;
            if (strcmp(word->printed, "목표") == 0 && goals_counted(scan, from)) continue;
            found = word;
        }
        if (found == NULL) break;
        bits |= found->bits;
        at = inner + strlen(found->printed);
    }
    return bits;
}

unsigned qualifiers_read(const struct scan *scan, size_t begin, size_t end)
{
    return before_read(scan, begin) | behind_read(scan, end);
}
