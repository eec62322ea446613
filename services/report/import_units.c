#include "import_units.h"

#include <string.h>

enum {
    COUNTER_CHARACTERS_MAX = 4, /* Of a counter that the table does not know. */
    COUNTER_RUN_MAX = 12,       /* Syllables looked at behind a number. */
    WRITTEN_OUT_DIGITS = 3,     /* Of the rest behind a space: `56만 1,234건`, `3만 500원`. */
    PIECES_MAX = 6,             /* `1조 2천3백억`: pieces of one number. */
    MAGNITUDE_TRILLION = 12,
};

/* Longest first. */
static const char *const particles[] = {
    "으로써", "으로서", "으로는", "에서는", "까지는", "이라는", "이라도", "에서도", "으로의",
    "이었던", "이상의", "에서",   "으로",   "까지",   "부터",   "보다",   "마다",   "이며",
    "이고",   "이나",   "에는",   "에도",   "에게",   "이다",   "이므로", "임을",   "로의",
    "로는",   "로써",   "와의",   "과의",   "였던",   "이라",   "라는",   "만의",   "만에",
    "만을",   "씩을",   "씩의",   "이던",   "인데",   "이란",   "은",     "는",     "이",
    "가",     "을",     "를",     "의",     "에",     "로",     "와",     "과",     "도",
    "만",     "씩",     "당",     "인",     "임",     "며",     "나",     "중",     "간",
    "여",     "째",     "경",     "쯤",     "뿐",     NULL,
};

/* What ends a counter that the table does not know. */
static const char *const tails[] = {
    "이상", "이하", "이내", "미만", "초과", "내외", "정도", "가량", "안팎", "규모", "수준",
    "예정", "증가", "감소", "대비", "기준", "달성", "지원", "확대", "운영", "추진", "실시",
    "설치", "조성", "선정", "모집", "발굴", "개최", "제공", "확보", "배치", "구축", "완료",
    "참여", "선발", "제작", "동안", "내",   "까지", "부터", "에서", "으로", "마다", NULL,
};

/* The number of entries that sort before every entry beginning with these bytes. */
static size_t unit_lower_bound(const char *bytes, size_t length)
{
    size_t low = 0;
    size_t high = unit_entry_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strncmp(unit_entries[middle].printed, bytes, length) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* A Latin unit ends where its word ends. */
static bool unit_ends(const struct scan *scan, const struct unit_entry *entry, size_t end)
{
    char last = entry->printed[strlen(entry->printed) - 1];
    if (!code_is_latin((unsigned char)last) && !(last >= '0' && last <= '9')) return true;
    uint32_t code = scan_code(scan, end);
    return !code_is_latin(code) && !code_is_digit(code);
}

/* 개소, 개사, 개국 … */
static bool entry_is_compound(const struct unit_entry *entry)
{
    if (strcmp(entry->printed, "개월") == 0 || strcmp(entry->printed, "개년") == 0) return false;
    return strncmp(entry->printed, "개", strlen("개")) == 0 && entry->printed[strlen("개")] != '\0';
}

bool unit_word_ends(const struct scan *scan, size_t at)
{
    return unit_particle_is(scan, at) || scan_any(scan, at, tails) > 0;
}

/* No unit begins with white space, a digit, or a mark but %. */
static bool unit_begins(char byte)
{
    return (unsigned char)byte >= 0x80 || code_is_latin((unsigned char)byte) || byte == '%';
}

bool unit_find(const struct scan *scan, size_t at, struct unit *unit)
{
    if (at >= scan->line.length || !unit_begins(scan->line.bytes[at])) return false;
    size_t first = scan_next(scan, at) - at;
    const char *bytes = scan->line.bytes + at;
    size_t left = scan->line.length - at;
    const struct unit_entry *found = NULL;
    for (size_t i = unit_lower_bound(bytes, first); i < unit_entry_count; i++) {
        const struct unit_entry *entry = &unit_entries[i];
        if (strncmp(entry->printed, bytes, first) != 0) break;
        size_t length = strlen(entry->printed);
        if (length > left || memcmp(entry->printed, bytes, length) != 0) continue;
        if (unit_ends(scan, entry, at + length)) found = entry;
    }
    if (found == NULL) return false;
    /* `26개사업`: 개사 is a counter only where its word ends. */
    if (entry_is_compound(found) && !unit_word_ends(scan, at + strlen(found->printed))) {
        *unit = (struct unit){"개", at, at + strlen("개"), UNIT_SPACED};
        return true;
    }
    *unit = (struct unit){found->canonical, at, at + strlen(found->printed), found->flags};
    return true;
}

bool unit_particle_is(const struct scan *scan, size_t at)
{
    size_t end = scan_hangul(scan, at, COUNTER_RUN_MAX);
    return end == at || at + scan_any(scan, at, particles) == end;
}

/* Where a counter that begins at the offset ends: before a tail or the particle that ends its run.
 */
static size_t counter_end(const struct scan *scan, size_t at)
{
    size_t end = scan_hangul(scan, at, COUNTER_RUN_MAX);
    for (size_t cut = at < end ? scan_next(scan, at) : end; cut < end; cut = scan_next(scan, cut)) {
        if (scan_any(scan, cut, tails) > 0) return cut;
        if (cut + scan_any(scan, cut, particles) == end) return cut;
    }
    return end;
}

bool unit_read(const struct scan *scan, size_t at, struct unit *unit)
{
    if (unit_find(scan, at, unit)) return true;
    if (!code_is_hangul(scan_code(scan, at)) || unit_particle_is(scan, at)) return false;
    if (scan_any(scan, at, tails) > 0) return false;
    size_t end = counter_end(scan, at);
    if (end > scan_hangul(scan, at, COUNTER_CHARACTERS_MAX)) return false;
    char *canonical = arena_copy(scan->arena, scan->line.bytes + at, end - at);
    if (canonical == NULL) return false;
    *unit = (struct unit){canonical, at, end, UNIT_GUESSED};
    return true;
}

/* 조 is a trillion before 원, a smaller piece, or nothing; else it is a team or an article. */
static bool trillion_is(const struct scan *scan, size_t end)
{
    static const char *const behind[] = {"원", "여", "달러", "엔", "위안", "유로", NULL};
    static const char *const smaller[] = {"억", "천억", "백억", NULL};
    size_t at = scan_spaces(scan, end);
    struct number number;
    if (scan_any(scan, at, behind) > 0) return true;
    if (number_read(scan, at, &number)) return scan_any(scan, number.end, smaller) > 0;
    return scan->context->in_table && end == scan->line.length;
}

size_t magnitude_find(const struct scan *scan, size_t at, int32_t *exponent)
{
    static const struct {
        const char *printed;
        int32_t exponent;
        bool large; /* Ends the words: nothing larger follows it. */
    } words[] = {{"십", 1, false}, {"백", 2, false}, {"천", 3, false}, {"만", 4, true},
                 {"억", 8, true},  {"조", 12, true}, {"경", 16, true}};
    size_t begin = at;
    *exponent = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        size_t end = at + strlen(words[i].printed);
        if (!scan_is(scan, at, words[i].printed)) continue;
        if (words[i].exponent == MAGNITUDE_TRILLION && !trillion_is(scan, end)) break;
        if (words[i].exponent > MAGNITUDE_TRILLION && !scan_is(scan, end, "원")) break;
        *exponent += words[i].exponent;
        at = end;
        if (words[i].large) break;
    }
    return at - begin;
}

/* The English words that pictures' texts print: `302.6 billion`. */
static size_t magnitude_find_english(const struct scan *scan, size_t at, int32_t *exponent)
{
    static const struct {
        const char *printed;
        int32_t exponent;
    } words[] = {{"thousand", 3}, {"million", 6}, {"billion", 9}, {"trillion", 12}};
    size_t begin = scan_spaces(scan, at);
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (!scan_is(scan, begin, words[i].printed)) continue;
        *exponent = words[i].exponent;
        return begin + strlen(words[i].printed) - at;
    }
    return 0;
}

/* Money words that are also printed behind a space: `120 백만원`. */
static size_t magnitude_find_spaced(const struct scan *scan, size_t at, int32_t *exponent)
{
    static const char *const words[] = {"천원",   "백만원",  "천만원", "억원", "조원", "만원",
                                        "십억원", "백억원",  "천억원", "만명", "천명", "만 명",
                                        "억 원",  "백만 원", "만 원",  NULL};
    size_t begin = scan_spaces(scan, at);
    if (begin == at || scan_any(scan, begin, words) == 0) return 0;
    size_t bytes = magnitude_find(scan, begin, exponent);
    return bytes == 0 ? 0 : begin + bytes - at;
}

/* The pieces of `1억 2천만`, each with its own power of ten. */
struct pieces {
    struct decimal piece[PIECES_MAX];
    int count;
    int section; /* The first piece that a large magnitude still applies to. */
};

/* A magnitude behind the last piece: 십, 백 and 천 are that piece's; 만, 억 … apply to every piece
 * since the last of their kind (`2천3백억`). */
static void pieces_scale(struct pieces *pieces, int32_t exponent)
{
    int32_t large = exponent - exponent % 4;
    for (int i = pieces->section; large > 0 && i < pieces->count - 1; i++) {
        pieces->piece[i].exponent += large;
    }
    pieces->piece[pieces->count - 1].exponent += exponent;
    if (large > 0) pieces->section = pieces->count;
}

/* Adds what is printed of the pieces. False: it does not fit, or they do not descend. */
static bool pieces_sum(const struct pieces *pieces, struct decimal *sum)
{
    *sum = pieces->piece[0];
    for (int i = 1; i < pieces->count; i++) {
        struct decimal limit = {1, pieces->piece[i - 1].exponent};
        if (decimal_compare(pieces->piece[i], limit) >= 0) return false;
        if (!decimal_add(*sum, pieces->piece[i], sum)) return false;
    }
    return true;
}

/* Reads the next piece behind a magnitude: digits glued to it with a magnitude or unit of their
 * own, or such digits behind a space when they are written out. */
static bool piece_next(const struct scan *scan, size_t at, struct number *number)
{
    size_t begin = scan_spaces(scan, at);
    int32_t exponent;
    struct unit unit;
    if (!number_read(scan, begin, number) || number->overflow || number->zero_led) return false;
    size_t magnitude = magnitude_find(scan, number->end, &exponent);
    if (magnitude > 0) return true;
    if (!unit_find(scan, number->end, &unit)) return false;
    bool written_out = number->grouped || number->digits >= WRITTEN_OUT_DIGITS;
    return begin == at || (written_out && (unit.flags & UNIT_CLOCK) == 0);
}

/* Reads magnitudes and further pieces behind the first number. */
static void amount_scale(const struct scan *scan, struct amount *amount)
{
    struct pieces pieces = {.piece = {amount->number.value}, .count = 1};
    struct number next = amount->number;
    for (;;) {
        int32_t exponent = 0;
        size_t bytes = magnitude_find(scan, next.end, &exponent);
        if (bytes == 0 && pieces.count == 1) {
            bytes = magnitude_find_spaced(scan, next.end, &exponent);
        }
        if (bytes == 0 && pieces.count == 1) {
            bytes = magnitude_find_english(scan, next.end, &exponent);
        }
        pieces_scale(&pieces, exponent);
        struct decimal sum;
        if (!pieces_sum(&pieces, &sum)) return;
        amount->value = sum;
        amount->end = next.end + bytes;
        if (bytes == 0) return;
        amount->magnitude = true;
        amount->scale = exponent;
        if (pieces.count == PIECES_MAX || !piece_next(scan, amount->end, &next)) return;
        pieces.piece[pieces.count++] = next.value;
    }
}

/* A unit behind a space: only such as cannot begin another word, and that end there. */
static bool unit_spaced(const struct scan *scan, size_t at, bool any, struct unit *unit)
{
    size_t begin = scan_spaces(scan, at);
    if (begin == at || !unit_find(scan, begin, unit)) return false;
    if ((unit->flags & UNIT_SPACED) == 0 && !any) return false;
    if ((unit->flags & (UNIT_ORDINAL | UNIT_CLOCK)) != 0) return false;
    if ((unit->flags & UNIT_SPACED) == 0) return !code_is_hangul(scan_code(scan, unit->end));
    return unit_word_ends(scan, unit->end);
}

/* `0.5p` are percentage points, `12p` is a page or so many of them. */
static bool points_read(const struct scan *scan, const struct amount *amount, struct unit *unit)
{
    size_t at = amount->end;
    if (!scan_is(scan, at, "p") && !scan_is(scan, at, "P")) return false;
    uint32_t behind = scan_code(scan, at + 1);
    if (code_is_latin(behind) || code_is_digit(behind) || behind == '-') return false;
    *unit = (struct unit){amount->number.decimals > 0 ? "PERCENT_POINT" : "쪽", at, at + 1, 0};
    return true;
}

bool amount_read(const struct scan *scan, size_t at, struct amount *amount)
{
    *amount = (struct amount){.begin = at, .unit = {.canonical = ""}};
    if (!number_read(scan, at, &amount->number)) return false;
    amount->value = amount->number.value;
    amount->end = amount->number.end;
    amount->overflow = amount->number.overflow;
    if (amount->overflow) return true;
    amount_scale(scan, amount);
    if (amount->value.exponent > DECIMAL_EXPONENT_MAX) amount->overflow = true;
    size_t more = amount->magnitude ? scan_spaces(scan, amount->end) : amount->end;
    if (scan_is(scan, more, "여") && !scan_is(scan, more, "여성") && !scan_is(scan, more, "여자")) {
        amount->more = true;
        amount->end = more + strlen("여");
    }
    struct unit unit;
    if (points_read(scan, amount, &unit) || unit_read(scan, amount->end, &unit) ||
        unit_spaced(scan, amount->end, amount->more || amount->magnitude, &unit)) {
        amount->unit = unit;
        amount->end = unit.end;
        amount->has_unit = true;
    }
    return true;
}
