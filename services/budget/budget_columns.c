#include "budget_columns.h"

#include <string.h>

struct column_name {
    enum column_role role;
    const char *name; /* Folded. The first name of a role is the one it is best known by. */
};

static const struct column_name column_names[] = {
    {COLUMN_CURRENT, "예산현액"},
    {COLUMN_CURRENT, "세출예산현액"},
    {COLUMN_CURRENT, "예산현액계"},
    {COLUMN_CURRENT, "최종예산액"},
    {COLUMN_CURRENT, "최종예산"},
    {COLUMN_CURRENT, "현예산액"},
    {COLUMN_CURRENT, "현액"},
    {COLUMN_CURRENT, "예산액"},
    {COLUMN_CURRENT, "예산"},
    {COLUMN_CURRENT, "세출예산액"},
    {COLUMN_CURRENT, "세출예산"},
    {COLUMN_CURRENT, "총예산액"},
    {COLUMN_CURRENT, "총예산"},
    {COLUMN_CURRENT, "예산총액"},
    {COLUMN_CURRENT, "본예산"},
    {COLUMN_CURRENT, "당초예산"},
    {COLUMN_CURRENT, "예산규모"},
    {COLUMN_COMMITTED, "원인행위액"},
    {COLUMN_COMMITTED, "지출원인행위액"},
    {COLUMN_COMMITTED, "원인행위금액"},
    {COLUMN_COMMITTED, "지출원인행위"},
    {COLUMN_COMMITTED, "원인행위"},
    {COLUMN_SPENT, "집행액"},
    {COLUMN_SPENT, "지출액"},
    {COLUMN_SPENT, "집행금액"},
    {COLUMN_SPENT, "지출금액"},
    {COLUMN_SPENT, "집행실적"},
    {COLUMN_SPENT, "실집행액"},
    {COLUMN_SPENT, "집행누계액"},
    {COLUMN_SPENT, "집행누계"},
    {COLUMN_SPENT, "지출누계"},
    {COLUMN_SPENT, "집행"},
    {COLUMN_SPENT, "지출"},
    {COLUMN_RATE, "집행률"},
    {COLUMN_RATE, "집행율"},
    {COLUMN_RATE, "지출률"},
    {COLUMN_RATE, "지출율"},
    {COLUMN_RATE, "집행비율"},
    {COLUMN_PREVIOUS, "전년도예산"},
    {COLUMN_PREVIOUS, "전년도예산액"},
    {COLUMN_PREVIOUS, "전년예산"},
    {COLUMN_PREVIOUS, "전년예산액"},
    {COLUMN_PREVIOUS, "전년도당초예산"},
    {COLUMN_PREVIOUS, "전년도본예산"},
    {COLUMN_PREVIOUS, "전년도최종예산"},
    {COLUMN_PREVIOUS, "예산액전년도"},
    {COLUMN_PREVIOUS, "예산전년도"},
    {COLUMN_PREVIOUS, "전년도"},
    {COLUMN_PREVIOUS, "전년"},
    {COLUMN_BUDGET, "금년도예산"},
    {COLUMN_BUDGET, "금년도예산액"},
    {COLUMN_BUDGET, "금년예산"},
    {COLUMN_BUDGET, "금년예산액"},
    {COLUMN_BUDGET, "올해예산"},
    {COLUMN_BUDGET, "올해예산액"},
    {COLUMN_BUDGET, "당해연도예산"},
    {COLUMN_BUDGET, "당해연도예산액"},
    {COLUMN_BUDGET, "예산액금년도"},
    {COLUMN_BUDGET, "예산금년도"},
    {COLUMN_BUDGET, "당해연도"},
    {COLUMN_BUDGET, "금년도"},
    {COLUMN_BUDGET, "금년"},
    {COLUMN_BUDGET, "올해"},
    {COLUMN_CHANGE, "증감"},
    {COLUMN_CHANGE, "증감액"},
    {COLUMN_CHANGE, "증감금액"},
    {COLUMN_CHANGE, "비교증감"},
    {COLUMN_CHANGE, "비교증감액"},
    {COLUMN_CHANGE, "증가액"},
    {COLUMN_CHANGE, "전년대비증감"},
    {COLUMN_CHANGE, "전년대비증감액"},
    {COLUMN_CHANGE_RATE, "증감율"},
    {COLUMN_CHANGE_RATE, "증감률"},
    {COLUMN_CHANGE_RATE, "증감비율"},
    {COLUMN_CHANGE_RATE, "증감%"},
    {COLUMN_CHANGE_RATE, "증가율"},
    {COLUMN_CHANGE_RATE, "증가률"},
    {COLUMN_CHANGE_RATE, "%"},
    {COLUMN_CHANGE_RATE, "비율"},
    {COLUMN_NUMBER, "연번"},
    {COLUMN_NUMBER, "순번"},
    {COLUMN_NUMBER, "번호"},
    {COLUMN_NUMBER, "no"},
    {COLUMN_NUMBER, "no."},
    {COLUMN_ITEM, "적요"},
    {COLUMN_ITEM, "집행내역"},
    {COLUMN_ITEM, "세부내역"},
    {COLUMN_ITEM, "지출내역"},
    {COLUMN_ITEM, "사용내역"},
    {COLUMN_ITEM, "내역"},
    {COLUMN_ITEM, "내용"},
    {COLUMN_ITEM, "사업명"},
    {COLUMN_ITEM, "항목"},
    {COLUMN_AMOUNT, "금액"},
    {COLUMN_AMOUNT, "사용액"},
    {COLUMN_AMOUNT, "사용금액"},
};

/* Names that a longer heading may end with (3월말 집행액). Of these the whole heading is data too,
 * so that 집행잔액 or 국비예산 are not taken for what they are not. */
static const struct column_name column_endings[] = {
    {COLUMN_CURRENT, "예산현액"},
    {COLUMN_COMMITTED, "원인행위액"},
    {COLUMN_SPENT, "집행액"},
    {COLUMN_SPENT, "집행금액"},
    {COLUMN_SPENT, "지출액"},
    {COLUMN_RATE, "집행률"},
    {COLUMN_RATE, "집행율"},
    {COLUMN_PREVIOUS, "전년도예산"},
    {COLUMN_PREVIOUS, "전년도예산액"},
    {COLUMN_CHANGE, "대비증감"},
    {COLUMN_CHANGE, "대비증감액"},
    {COLUMN_CHANGE_RATE, "대비증감률"},
    {COLUMN_CHANGE_RATE, "대비증감율"},
};

/* What may stand beside a year. */
static const char *const year_budgets[] = {
    "",         "예산",       "예산액",   "예산현액",   "본예산",   "본예산액",
    "당초예산", "당초예산액", "최종예산", "최종예산액", "세출예산", "세출예산액",
    "총예산",   "총예산액",   "예산안",   "예산(안)",
};

static const struct {
    const char *word;
    int32_t scale;
} money_words[] = {
    {"조원", 12},  {"십억원", 9}, {"억원", 8}, {"천만원", 7}, {"백만원", 6},
    {"십만원", 5}, {"만원", 4},   {"천원", 3}, {"원", 0},
};

static const char *const total_words[] = {"총합계", "합계", "총계", "소계", "누계", "계"};

bool money_scale(struct text note, int32_t *scale)
{
    for (size_t i = 0; i < ARRAY_LENGTH(money_words); i++) {
        if (text_find(note, text_from(money_words[i].word)) < 0) continue;
        *scale = money_words[i].scale;
        return true;
    }
    return false;
}

bool label_is_total(struct text folded)
{
    for (size_t i = 0; i < ARRAY_LENGTH(total_words); i++) {
        if (text_equal(folded, text_from(total_words[i]))) return true;
    }
    return false;
}

bool label_has_total(struct text folded)
{
    if (label_is_total(folded)) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(total_words); i++) {
        struct text word = text_from(total_words[i]);
        if (i + 1 == ARRAY_LENGTH(total_words)) break; /* 계 alone ends many other words. */
        if (text_starts_with(folded, word) || text_ends_with(folded, word)) return true;
    }
    return false;
}

const char *label_key(struct arena *arena, struct text folded)
{
    struct text rest = folded;
    for (size_t i = 0; i < ARRAY_LENGTH(total_words); i++) {
        struct text word = text_from(total_words[i]);
        bool alone = i + 1 == ARRAY_LENGTH(total_words); /* 계 begins and ends many other words. */
        if (alone ? !text_equal(folded, word) : folded.length < word.length) continue;
        if (text_starts_with(folded, word))
            rest = (struct text){folded.bytes + word.length, folded.length - word.length};
        else if (text_ends_with(folded, word))
            rest.length -= word.length;
        else
            continue;
        break;
    }
    struct text open = text_from("(");
    if (rest.length != folded.length && text_starts_with(rest, open) &&
        text_ends_with(rest, text_from(")")))
        rest = (struct text){rest.bytes + 1, rest.length - 2};
    return rest.length == 0 ? arena_copy(arena, "계", strlen("계"))
                            : arena_copy(arena, rest.bytes, rest.length);
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* The year at the offset (2012, '12 or ’12), with the 년 or 년도 behind it. 0: none. */
static int year_at(struct text text, size_t offset, size_t *length)
{
    static const char *const quotes[] = {"'", "’", "‘", "`"};
    static const char *const endings[] = {"년도", "연도", "회계연도", "년", ""};
    struct text rest = {text.bytes + offset, text.length - offset};
    size_t used = 0;
    int year = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(quotes) && used == 0; i++) {
        if (text_starts_with(rest, text_from(quotes[i]))) used = strlen(quotes[i]);
    }
    size_t digits = 0;
    while (used + digits < rest.length && digits < 5 && is_digit(rest.bytes[used + digits])) {
        year = year * 10 + (rest.bytes[used + digits] - '0');
        digits++;
    }
    if (digits == 2) {
        bool dated =
            text_starts_with((struct text){rest.bytes + used + digits, rest.length - used - digits},
                             text_from("년"));
        if (used == 0 && !dated) return 0;
        year += 2000;
    } else if (digits != 4 || year < 1900 || year > 2100) {
        return 0;
    }
    used += digits;
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        struct text tail = {rest.bytes + used, rest.length - used};
        if (!text_starts_with(tail, text_from(endings[i]))) continue;
        used += strlen(endings[i]);
        break;
    }
    *length = used;
    return year;
}

/* Leaves out what stands in brackets, the years and the marks of a heading that was folded. */
static char *heading_strip(struct arena *arena, struct text folded, struct column_heading *heading)
{
    static const char *const marks[] = {"△", "▲", "∆", "δ", "·", "ㆍ",
                                        "※", "*", "/", "-", "’", "'"};
    char *kept = arena_alloc(arena, folded.length + 1);
    if (kept == NULL) return NULL;
    size_t length = 0;
    int depth = 0;
    for (size_t at = 0; at < folded.length;) {
        size_t year_length = 0;
        int year = depth == 0 ? year_at(folded, at, &year_length) : 0;
        if (year > 0) {
            heading->year = year;
            at += year_length;
            continue;
        }
        size_t skipped = 0;
        for (size_t i = 0; i < ARRAY_LENGTH(marks) && skipped == 0; i++) {
            struct text rest = {folded.bytes + at, folded.length - at};
            if (text_starts_with(rest, text_from(marks[i]))) skipped = strlen(marks[i]);
        }
        size_t end = at;
        (void)text_next(folded, &end);
        char byte = folded.bytes[at];
        depth += byte == '(' || byte == '[';
        if (skipped == 0 && depth == 0) {
            memcpy(kept + length, folded.bytes + at, end - at);
            length += end - at;
        }
        if ((byte == ')' || byte == ']') && depth > 0) depth--;
        at = skipped > 0 ? at + skipped : end;
    }
    kept[length] = '\0';
    return kept;
}

static bool year_budget(struct text name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(year_budgets); i++) {
        if (text_equal(name, text_from(year_budgets[i]))) return true;
    }
    return false;
}

static void heading_name(struct text name, struct column_heading *heading)
{
    for (size_t i = 0; i < ARRAY_LENGTH(column_names); i++) {
        if (!text_equal(name, text_from(column_names[i].name))) continue;
        heading->role = column_names[i].role;
        heading->rank = (int)i;
        return;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(column_endings); i++) {
        if (!text_ends_with(name, text_from(column_endings[i].name))) continue;
        heading->role = column_endings[i].role;
        heading->rank = (int)(ARRAY_LENGTH(column_names) + i);
        return;
    }
}

enum status column_read(struct arena *arena, struct text heading, struct column_heading *out)
{
    struct column_heading read = {.role = COLUMN_OTHER};
    struct text folded;
    enum status status = text_fold(arena, heading, &folded);
    if (status != OK) return status;
    char *name = heading_strip(arena, folded, &read);
    if (name == NULL) return RESOURCE_EXHAUSTED;
    struct text stripped = text_from(name);
    heading_name(stripped, &read);
    if (read.year > 0 && year_budget(stripped)) {
        read.bare = stripped.length == 0;
        if (read.role != COLUMN_CURRENT) read.role = COLUMN_BUDGET;
    }
    ptrdiff_t bracket = text_find(folded, text_from("("));
    if (bracket >= 0) {
        struct text note = {folded.bytes + bracket, folded.length - (size_t)bracket};
        read.has_scale = money_scale(note, &read.scale);
    }
    *out = read;
    return OK;
}
