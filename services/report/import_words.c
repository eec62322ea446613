#include "import_words.h"

#include <string.h>

#include "import_phrases.h"

/* Words before a number that say how it was counted. */
static const struct {
    const char *word;
    unsigned qualifiers;
    const char *per;
} counting_words[] = {
    {"총", PHRASE_TOTAL, NULL},
    {"합계", PHRASE_TOTAL, NULL},
    {"전체", 0, NULL},
    {"약", 0, NULL},
    {"금", 0, NULL},
    {"각", 0, "개"},
    {"최대", PHRASE_MAXIMUM, NULL},
    {"최고", PHRASE_MAXIMUM, NULL},
    {"최소", 0, NULL},
    {"평균", PHRASE_AVERAGE, NULL},
    {"누적", 0, NULL},
    {"누계", 0, NULL},
    {"매월", 0, "월"},
    {"매년", 0, "년"},
    {"매주", 0, "주"},
    {"매일", 0, "일"},
    {"월", 0, "월"},
    {"연", 0, "년"},
    {"년", 0, "년"},
    {"주", 0, "주"},
    {"일", 0, "일"},
    {"회", 0, "회"},
    {"분기", 0, "분기"},
    {"반기", 0, "반기"},
    {"분기별", 0, "분기"},
    {"반기별", 0, "반기"},
    {"월별", 0, "월"},
    {"연간", 0, "년"},
    {"월간", 0, NULL},
    {"일평균", PHRASE_AVERAGE, "일"},
    {"월평균", PHRASE_AVERAGE, "월"},
    {"연평균", PHRASE_AVERAGE, "년"},
    {"1일", 0, "일"},
    {"시간당", 0, "시간"},
    {"개별", 0, NULL},
    {"무려", 0, NULL},
    {"만", 0, NULL},
    {"등", 0, NULL},
    {"중", 0, NULL},
    {"및", 0, NULL},
    {"외", 0, NULL},
    {"내", 0, NULL},
    {"당", 0, "개"},
    {"대비", 0, NULL},
    {"동기대비", 0, NULL},
    {"전년대비", 0, NULL},
};

/* Endings of a word that is not part of the noun phrase behind it. */
static const char *const boundary_endings[] = {
    "별로", "담은",   "받은",   "같은",   "맞은",   "을",   "를",   "에",   "에서", "으로", "에게",
    "에는", "에서는", "하여",   "하고",   "하는",   "되는", "통해", "위해", "위한", "통한", "따른",
    "대한", "관한",   "등",     "맞춰",   "따라",   "대해", "이며", "으며", "하며", "또는", "까지",
    "부터", "이후",   "이용한", "활용한", "되어",   "해서", "라는", "있는", "없는", "된",   "보다",
    "처럼", "는",     "로서",   "로써",   "수준의", "토록", "도록", "하게", "시",
};

/* Particles at the end of the noun itself, longest first. */
static const char *const particles[] = {"에서는", "으로는", "에서", "에게",   "으로",
                                        "까지",   "부터",   "에는", "이라는", "을",
                                        "를",     "은",     "는",   "에",     "의"};

/* Nouns that end like a noun with a particle. */
static const char *const whole_nouns[] = {
    "회의", "협의", "심의", "강의", "결의", "논의", "문의", "제의", "건의", "동의",   "주의",
    "합의", "편의", "토의", "정의", "명의", "유의", "은",   "의",   "마을", "노을",   "가을",
    "을",   "에",   "는",   "신의", "질의", "이의", "하의", "상의", "수의", "서울은", "토론은"};

static const char *const predicates[] = {
    "실시", "추진", "운영", "선정", "제작", "개최", "설치", "발행", "배부", "배포", "제공",
    "집행", "참여", "노출", "조회", "발송", "구독", "접수", "선발", "위촉", "시행", "게시",
    "게재", "등록", "확보", "확대", "축소", "증가", "감소", "상승", "하락", "완료", "지원",
    "지급", "투입", "편성", "송출", "방영", "표출", "부착", "조성", "구축", "도입", "개설",
    "신설", "건립", "수립", "체결", "보유", "활용", "참석", "방문", "비치", "공급", "공개",
    "수행", "처리", "달성", "기록", "발생", "규모", "이상", "이하", "내외", "정도", "미만",
    "초과", "이내", "가량", "예정", "계획", "대상", "분량", "소요", "반영", "추가", "신규",
    "발굴", "양성", "모집", "출연", "편집", "점검", "관리", "고용", "채용",
};

/* Words that a date leaves behind, or that say how, at the beginning of a phrase. */
static const char *const opening_words[] = {
    "말",   "초",   "도",   "도에", "에",   "에는", "의",   "중",   "동안", "까지", "부터",
    "현재", "기준", "이후", "간",   "이상", "이하", "초과", "미만", "및",   "또는", "약"};

/* Words behind a number that say how it is meant. */
static const struct {
    const char *word;
    unsigned qualifiers;
} meaning_words[] = {
    {"이상", 0}, {"이하", 0},
    {"내외", 0}, {"정도", 0},
    {"미만", 0}, {"초과", 0},
    {"이내", 0}, {"가량", 0},
    {"예정", 0}, {"수준", 0},
    {"기준", 0}, {"현재", 0},
    {"중", 0},   {"등", 0},
    {"및", 0},   {"대비", 0},
    {"간", 0},   {"동안", 0},
    {"이후", 0}, {"이전", 0},
    {"까지", 0}, {"최대", PHRASE_MAXIMUM},
    {"씩", 0},   {"당", 0},
    {"전", 0},   {"후", 0},
    {"내", 0},   {"외", 0},
    {"만에", 0},
};

static const char *const noun_units[] = {"개", "여개", "개사", "종", "대", "가지"};
static const char *const copy_units[] = {"부", "개", "권", "장", "매", "종", "편", "점", "대"};
static const char *const executions[] = {"집행", "지출", "원인행위", "잔액", "이월", "지급"};

static bool in_list(struct text word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal(word, text_from(list[i]))) return true;
    }
    return false;
}

static bool contains_one(struct text text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_find(text, text_from(list[i])) >= 0) return true;
    }
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* The last word, and what stands before it. */
static struct text last_word(struct text text, struct text *before)
{
    text = text_trim(text);
    size_t begin = text.length;
    while (begin > 0 && !is_space(text.bytes[begin - 1]))
        begin--;
    *before = text_trim((struct text){text.bytes, begin});
    return (struct text){text.bytes + begin, text.length - begin};
}

static struct text first_word(struct text text, struct text *behind)
{
    text = text_trim(text);
    size_t end = 0;
    while (end < text.length && !is_space(text.bytes[end]))
        end++;
    *behind = text_trim((struct text){text.bytes + end, text.length - end});
    return (struct text){text.bytes, end};
}

static struct text without_particle(struct text text)
{
    struct text before;
    struct text word = last_word(text, &before);
    if (in_list(word, whole_nouns, ARRAY_LENGTH(whole_nouns))) return text;
    for (size_t i = 0; i < ARRAY_LENGTH(whole_nouns); i++) {
        if (strlen(whole_nouns[i]) >= 6 && text_ends_with(word, text_from(whole_nouns[i])))
            return text;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(particles); i++) {
        struct text particle = text_from(particles[i]);
        if (!text_ends_with(word, particle) || word.length < particle.length + 3) continue;
        text.length -= particle.length;
        return text;
    }
    return text;
}

/* `동기대비` → `동기대비 증감률` */
static struct label comparison_of(struct text word)
{
    static const char rate[] = " 증감률";
    struct label label = label_of(word);
    if (label.length + sizeof rate > LABEL_BYTES_MAX) return label;
    memcpy(label.bytes + label.length, rate, sizeof rate);
    label.length += sizeof rate - 1;
    return label;
}

/* Drops words such as 총 and 월 from the end, and remembers what they say. */
/* Drops the dots or dashes that lead to a number (`처리요구사항 등 ----- 총 25건`). */
static struct text without_leader(struct text text)
{
    text = text_trim(text);
    while (text.length > 0 && strchr("-.~:=", text.bytes[text.length - 1]) != NULL)
        text = text_trim((struct text){text.bytes, text.length - 1});
    return text;
}

struct text words_without_counting(struct text text, struct words_hint *hint)
{
    for (int dropped = 0; dropped < 6; dropped++) {
        text = without_leader(text);
        struct text before;
        struct text word = last_word(text, &before);
        bool found = false;
        if (text_equal(word, text_from("등")) && before.length > 0) hint->is_list = true;
        if (text_equal(word, text_from("중")) && before.length == 0) hint->is_share = true;
        if (word.length > 3 && text_ends_with(word, text_from("별")) && hint->per == NULL)
            hint->per = "개";
        for (size_t i = 0; i < ARRAY_LENGTH(counting_words) && !found; i++) {
            if (!text_equal(word, text_from(counting_words[i].word))) continue;
            hint->qualifiers |= counting_words[i].qualifiers;
            if (counting_words[i].per != NULL && hint->per == NULL)
                hint->per = counting_words[i].per;
            found = true;
        }
        if (text_ends_with(word, text_from("대비"))) {
            hint->is_compared = true;
            if (word.length > strlen("대비")) hint->comparison = comparison_of(word);
            found = true;
        }
        if (!found) break;
        text = before;
    }
    return text;
}

static int quote_balance(struct text word)
{
    int balance = 0;
    for (size_t offset = 0; offset < word.length;) {
        uint32_t point = text_next(word, &offset);
        balance += point == 0x300D || point == 0x2019 || point == 0x201D || point == 0x300F ||
                   point == ')';
        balance -= point == 0x300C || point == 0x2018 || point == 0x201C || point == 0x300E ||
                   point == '(';
    }
    return balance;
}

static bool is_boundary(struct text word)
{
    for (size_t i = 0; i < ARRAY_LENGTH(boundary_endings); i++) {
        struct text ending = text_from(boundary_endings[i]);
        if (!text_ends_with(word, ending)) continue;
        if (in_list(word, whole_nouns, ARRAY_LENGTH(whole_nouns))) return false;
        bool whole = word.length == ending.length;
        bool short_ending = ending.length == 3;
        /* `시` and `는` alone or in `도시` are nouns; as endings they need a verb before them. */
        if (strcmp(boundary_endings[i], "시") == 0) return false;
        if (whole && short_ending && strcmp(boundary_endings[i], "등") != 0) return false;
        if (short_ending && word.length < 6 && strcmp(boundary_endings[i], "등") != 0) return false;
        for (size_t n = 0; n < ARRAY_LENGTH(whole_nouns); n++) {
            if (strlen(whole_nouns[n]) >= 6 && text_ends_with(word, text_from(whole_nouns[n])))
                return false;
        }
        if (strcmp(boundary_endings[i], "등") == 0 && !whole) {
            static const char *const nouns[] = {"평등", "균등",   "초등",  "고등",
                                                "대등", "신호등", "가로등"};
            for (size_t n = 0; n < ARRAY_LENGTH(nouns); n++) {
                if (text_ends_with(word, text_from(nouns[n]))) return false;
            }
        }
        return true;
    }
    return false;
}

/* Where the noun phrase at the end begins: behind the last word that ends as an adverbial does.
 * With `skip`, that many such words are passed over. */
static struct text noun_at_end(struct text text, int skip)
{
    struct text rest = text;
    size_t begin = text.length;
    int quotes = 0;
    bool is_last = true;
    while (rest.length > 0) {
        struct text before;
        struct text word = last_word(rest, &before);
        if (!is_last && quotes <= 0 && is_boundary(word)) {
            if (skip == 0) break;
            skip--;
        }
        quotes += quote_balance(word);
        begin = (size_t)(word.bytes - text.bytes);
        rest = before;
        is_last = false;
    }
    return (struct text){text.bytes + begin, text.length - begin};
}

struct text words_unopened(struct text words)
{
    int depth = 0;
    for (size_t i = words.length; i > 0; i--) {
        char c = words.bytes[i - 1];
        depth += c == ')';
        if (c != '(') continue;
        if (depth == 0) return (struct text){words.bytes + i, words.length - i};
        depth--;
    }
    return words;
}

static bool is_word_of_doing(struct text word)
{
    static const char *const endings[] = {
        "맞춰",   "통해",     "통하여",   "위해",     "하여",     "하고",   "되어",   "따라",
        "해서",   "대상으로", "중심으로", "바탕으로", "기준으로", "목표로", "위주로", "통한",
        "위한",   "따른",     "대한",     "관한",     "활용한",   "보유한", "이용한", "포함한",
        "개발한", "제작한",   "운영한",   "참여한",   "정해"};
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        if (text_ends_with(word, text_from(endings[i]))) return true;
    }
    return false;
}

/* Of `시 유튜브 채널을 주제에 맞춰`: what was acted upon, `시 유튜브 채널`. */
static struct text object_of(struct text text)
{
    struct text rest = text;
    while (rest.length > 0) {
        struct text before;
        struct text word = last_word(rest, &before);
        if (word.length > 3 &&
            (text_ends_with(word, text_from("을")) || text_ends_with(word, text_from("를")))) {
            return noun_at_end(
                (struct text){text.bytes, (size_t)(word.bytes + word.length - text.bytes)}, 0);
        }
        rest = before;
    }
    return text;
}

static struct text without_opening(struct text text)
{
    for (int dropped = 0; dropped < 3; dropped++) {
        struct text behind;
        struct text word = first_word(text, &behind);
        if (behind.length == 0 || !in_list(word, opening_words, ARRAY_LENGTH(opening_words))) break;
        text = behind;
    }
    return text;
}

void words_measure(struct text label, struct words_hint *hint)
{
    static const struct {
        const char *word;
        const char *per;
    } means[] = {{"일평균", "일"}, {"일 평균", "일"}, {"월평균", "월"},   {"월 평균", "월"},
                 {"연평균", "년"}, {"연 평균", "년"}, {"시간당", "시간"}, {"1인당", "명"}};
    for (size_t i = 0; i < ARRAY_LENGTH(means); i++) {
        if (text_find(label, text_from(means[i].word)) >= 0 && hint->per == NULL)
            hint->per = means[i].per;
    }
    if (text_find(label, text_from("평균")) >= 0) hint->qualifiers |= PHRASE_AVERAGE;
}

/* The word says how, to whom or by what. */
static bool is_adverbial(struct text word)
{
    static const char *const endings[] = {"으로", "하여", "하고", "통해",
                                          "위해", "에서", "에게", "따라"};
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        if (text_ends_with(word, text_from(endings[i]))) return true;
    }
    return false;
}

/* A phrase that only says what was done, or begins in the middle of an adverbial. */
static bool needs_more(struct text noun)
{
    struct text behind;
    struct text first = first_word(noun, &behind);
    return words_is_predicate(noun) || (behind.length > 0 && is_word_of_doing(first));
}

struct label words_noun(struct text words, struct words_hint *hint)
{
    struct text text = words_without_counting(words, hint);
    if (text.length == 0) return (struct label){.length = 0};
    struct text before;
    struct text noun;
    text = without_opening(text);
    struct text last = last_word(text, &before);
    hint->is_adverbial = is_adverbial(last);
    if (is_word_of_doing(last)) {
        noun = object_of(text);
    } else {
        noun = noun_at_end(text, 0);
        for (int skip = 1; skip <= 4 && noun.length < text.length && needs_more(noun); skip++)
            noun = noun_at_end(text, skip);
    }
    noun = words_without_counting(without_particle(noun), hint);
    struct label label = label_of(noun);
    /* A single particle or mark names nothing. */
    bool has_letter = false;
    for (size_t offset = 0; offset < label.length && !has_letter;) {
        uint32_t point = text_next(label_text(&label), &offset);
        has_letter = point >= 0xAC00 || (point >= 'A' && point <= 'Z') ||
                     (point >= 'a' && point <= 'z') || (point >= 0x3400 && point <= 0x9FFF);
    }
    static const char *const stray[] = {"을", "를", "의", "로", "으로", "에", "와", "과", "이",
                                        "가", "씩", "은", "는", "도",   "간", "말", "초"};
    if (!has_letter || in_list(label_text(&label), stray, ARRAY_LENGTH(stray))) label.length = 0;
    return label;
}

static bool is_noun_that_sticks(struct text word)
{
    static const char *const endings[] = {
        "의",   "를",     "을",       "이",     "가",   "은",   "는",   "로",   "으로",
        "에",   "와",     "과",       "도",     "만",   "씩",   "당",   "여",   "간",
        "내",   "중",     "까지",     "부터",   "이상", "이하", "에서", "이며", "이고",
        "인",   "짜리",   "이상으로", "이하로", "정도", "내외", "미만", "이내", "초과",
        "에게", "이상의", "이하의",   "에는",   "보다", "↑",    "↓"};
    struct text bare = text_trim(word);
    if (bare.length < 6) return false;
    size_t offset = 0;
    if (text_next(bare, &offset) < 0xAC00) return false;
    return !in_list(bare, endings, ARRAY_LENGTH(endings));
}

struct label words_follower(struct text words, struct words_hint *hint)
{
    static const struct {
        const char *mark;
        unsigned qualifier;
    } changes[] = {{"↑", PHRASE_INCREASE},    {"↓", PHRASE_DECREASE},    {"증가", PHRASE_INCREASE},
                   {"상승", PHRASE_INCREASE}, {"감소", PHRASE_DECREASE}, {"하락", PHRASE_DECREASE},
                   {"증대", PHRASE_INCREASE}, {"축소", PHRASE_DECREASE}};
    struct text near = text_cut(words, 40);
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
        if (text_find(near, text_from(changes[i].mark)) >= 0)
            hint->qualifiers |= changes[i].qualifier;
    }
    /* What sticks to the number is a particle, or the noun itself (`26개사업`, `5개권역`). */
    if (words.length > 0 && !is_space(words.bytes[0])) {
        struct text rest;
        struct text stuck = first_word(words, &rest);
        if (is_noun_that_sticks(stuck)) {
            hint->follower_end = stuck.bytes + stuck.length;
            return label_of(without_particle(stuck));
        }
        words = rest;
    }
    for (int skipped = 0; skipped < 4 && words.length > 0; skipped++) {
        struct text behind;
        struct text word = first_word(words, &behind);
        bool meaning = false;
        struct text bare = without_particle(word);
        for (size_t i = 0; i < ARRAY_LENGTH(meaning_words) && !meaning; i++) {
            meaning = text_equal(word, text_from(meaning_words[i].word)) ||
                      text_equal(bare, text_from(meaning_words[i].word));
            if (meaning) hint->qualifiers |= meaning_words[i].qualifiers;
        }
        if (!meaning) break;
        words = behind;
    }
    struct text behind;
    struct text word = first_word(words, &behind);
    hint->follower_end = word.bytes + word.length;
    return label_of(without_particle(word));
}

bool words_is_predicate(struct text word)
{
    word = text_trim(word);
    if (memchr(word.bytes, ' ', word.length) != NULL) return false;
    if (in_list(word, predicates, ARRAY_LENGTH(predicates))) return true;
    if (word.length >= 9 && text_ends_with(word, text_from("화"))) return true;
    /* `제작·확산`, `공모·선정` */
    ptrdiff_t dot = text_find(word, text_from("·"));
    return dot > 0 &&
           in_list((struct text){word.bytes, (size_t)dot}, predicates, ARRAY_LENGTH(predicates));
}

bool words_ends_in_predicate(struct text words)
{
    struct text before;
    return words_is_predicate(last_word(words, &before));
}

bool words_counts_noun(const char *unit)
{
    return in_list(text_from(unit), noun_units, ARRAY_LENGTH(noun_units));
}

bool words_is_execution(struct text label)
{
    return contains_one(label, executions, ARRAY_LENGTH(executions));
}

bool words_is_division(struct text label)
{
    return text_ends_with(label, text_from("별")) || text_ends_with(label, text_from("구분"));
}

bool words_is_copies(const char *unit)
{
    return in_list(text_from(unit), copy_units, ARRAY_LENGTH(copy_units));
}
