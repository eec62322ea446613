#include "import_words.h"

#include <string.h>

#include "import_phrases.h"

/* A literal and its length: the lists below are gone through for every number. */
#define WORD(literal)                                                                              \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

/* Words before a number that say how it was counted. */
static const struct {
    struct text word;
    unsigned qualifiers;
    const char *per;
} counting_words[] = {
    {WORD("총"), PHRASE_TOTAL, NULL},
    {WORD("합계"), PHRASE_TOTAL, NULL},
    {WORD("전체"), 0, NULL},
    {WORD("약"), 0, NULL},
    {WORD("금"), 0, NULL},
    {WORD("각"), 0, "개"},
    {WORD("최대"), PHRASE_MAXIMUM, NULL},
    {WORD("최고"), PHRASE_MAXIMUM, NULL},
    {WORD("최소"), 0, NULL},
    {WORD("평균"), PHRASE_AVERAGE, NULL},
    {WORD("누적"), 0, NULL},
    {WORD("누계"), 0, NULL},
    {WORD("매월"), 0, "월"},
    {WORD("매년"), 0, "년"},
    {WORD("매주"), 0, "주"},
    {WORD("매일"), 0, "일"},
    {WORD("월"), 0, "월"},
    {WORD("연"), 0, "년"},
    {WORD("년"), 0, "년"},
    {WORD("주"), 0, "주"},
    {WORD("일"), 0, "일"},
    {WORD("회"), 0, "회"},
    {WORD("분기"), 0, "분기"},
    {WORD("반기"), 0, "반기"},
    {WORD("분기별"), 0, "분기"},
    {WORD("반기별"), 0, "반기"},
    {WORD("월별"), 0, "월"},
    {WORD("연간"), 0, "년"},
    {WORD("월간"), 0, NULL},
    {WORD("일평균"), PHRASE_AVERAGE, "일"},
    {WORD("월평균"), PHRASE_AVERAGE, "월"},
    {WORD("연평균"), PHRASE_AVERAGE, "년"},
    {WORD("1일"), 0, "일"},
    {WORD("시간당"), 0, "시간"},
    {WORD("개별"), 0, NULL},
    {WORD("무려"), 0, NULL},
    {WORD("만"), 0, NULL},
    {WORD("등"), 0, NULL},
    {WORD("중"), 0, NULL},
    {WORD("및"), 0, NULL},
    {WORD("외"), 0, NULL},
    {WORD("내"), 0, NULL},
    {WORD("당"), 0, "개"},
    {WORD("대비"), 0, NULL},
    {WORD("동기대비"), 0, NULL},
    {WORD("전년대비"), 0, NULL},
};

/* Endings of a word that is not part of the noun phrase behind it. */
static const struct text boundary_endings[] = {
    WORD("별로"),   WORD("담은"), WORD("받은"), WORD("같은"), WORD("맞은"), WORD("을"),
    WORD("를"),     WORD("에"),   WORD("에서"), WORD("으로"), WORD("에게"), WORD("에는"),
    WORD("에서는"), WORD("하여"), WORD("하고"), WORD("하는"), WORD("되는"), WORD("통해"),
    WORD("위해"),   WORD("위한"), WORD("통한"), WORD("따른"), WORD("대한"), WORD("관한"),
    WORD("등"),     WORD("맞춰"), WORD("따라"), WORD("대해"), WORD("이며"), WORD("으며"),
    WORD("하며"),   WORD("또는"), WORD("까지"), WORD("부터"), WORD("이후"), WORD("이용한"),
    WORD("활용한"), WORD("되어"), WORD("해서"), WORD("라는"), WORD("있는"), WORD("없는"),
    WORD("된"),     WORD("보다"), WORD("처럼"), WORD("는"),   WORD("로서"), WORD("로써"),
    WORD("수준의"), WORD("토록"), WORD("도록"), WORD("하게"), WORD("시"),
};

/* Particles at the end of the noun itself, longest first. */
static const struct text particles[] = {WORD("에서는"), WORD("으로는"), WORD("에서"), WORD("에게"),
                                        WORD("으로"),   WORD("까지"),   WORD("부터"), WORD("에는"),
                                        WORD("이라는"), WORD("을"),     WORD("를"),   WORD("은"),
                                        WORD("는"),     WORD("에"),     WORD("의")};

/* Nouns that end like a noun with a particle. */
static const struct text whole_nouns[] = {
    WORD("회의"), WORD("협의"),   WORD("심의"),  WORD("강의"), WORD("결의"), WORD("논의"),
    WORD("문의"), WORD("제의"),   WORD("건의"),  WORD("동의"), WORD("주의"), WORD("합의"),
    WORD("편의"), WORD("토의"),   WORD("정의"),  WORD("명의"), WORD("유의"), WORD("은"),
    WORD("의"),   WORD("마을"),   WORD("노을"),  WORD("가을"), WORD("을"),   WORD("에"),
    WORD("는"),   WORD("신의"),   WORD("질의"),  WORD("이의"), WORD("하의"), WORD("상의"),
    WORD("수의"), WORD("서울은"), WORD("토론은")};

static const struct text predicates[] = {
    WORD("실시"), WORD("추진"), WORD("운영"), WORD("선정"), WORD("제작"), WORD("개최"),
    WORD("설치"), WORD("발행"), WORD("배부"), WORD("배포"), WORD("제공"), WORD("집행"),
    WORD("참여"), WORD("노출"), WORD("조회"), WORD("발송"), WORD("구독"), WORD("접수"),
    WORD("선발"), WORD("위촉"), WORD("시행"), WORD("게시"), WORD("게재"), WORD("등록"),
    WORD("확보"), WORD("확대"), WORD("축소"), WORD("증가"), WORD("감소"), WORD("상승"),
    WORD("하락"), WORD("완료"), WORD("지원"), WORD("지급"), WORD("투입"), WORD("편성"),
    WORD("송출"), WORD("방영"), WORD("표출"), WORD("부착"), WORD("조성"), WORD("구축"),
    WORD("도입"), WORD("개설"), WORD("신설"), WORD("건립"), WORD("수립"), WORD("체결"),
    WORD("보유"), WORD("활용"), WORD("참석"), WORD("방문"), WORD("비치"), WORD("공급"),
    WORD("공개"), WORD("수행"), WORD("처리"), WORD("달성"), WORD("기록"), WORD("발생"),
    WORD("규모"), WORD("이상"), WORD("이하"), WORD("내외"), WORD("정도"), WORD("미만"),
    WORD("초과"), WORD("이내"), WORD("가량"), WORD("예정"), WORD("계획"), WORD("대상"),
    WORD("분량"), WORD("소요"), WORD("반영"), WORD("추가"), WORD("신규"), WORD("발굴"),
    WORD("양성"), WORD("모집"), WORD("출연"), WORD("편집"), WORD("점검"), WORD("관리"),
    WORD("고용"), WORD("채용"),
};

/* Words that a date leaves behind, or that say how, at the beginning of a phrase. */
static const struct text opening_words[] = {
    WORD("말"),   WORD("초"),   WORD("도"),   WORD("도에"), WORD("에"),   WORD("에는"),
    WORD("의"),   WORD("중"),   WORD("동안"), WORD("까지"), WORD("부터"), WORD("현재"),
    WORD("기준"), WORD("이후"), WORD("간"),   WORD("이상"), WORD("이하"), WORD("초과"),
    WORD("미만"), WORD("및"),   WORD("또는"), WORD("약")};

/* Words behind a number that say how it is meant. */
static const struct {
    struct text word;
    unsigned qualifiers;
} meaning_words[] = {
    {WORD("이상"), 0},
    {WORD("이하"), 0},
    {WORD("내외"), 0},
    {WORD("정도"), 0},
    {WORD("미만"), 0},
    {WORD("초과"), 0},
    {WORD("이내"), 0},
    {WORD("가량"), 0},
    {WORD("예정"), 0},
    {WORD("수준"), 0},
    {WORD("기준"), 0},
    {WORD("현재"), 0},
    {WORD("중"), 0},
    {WORD("등"), 0},
    {WORD("및"), 0},
    {WORD("대비"), 0},
    {WORD("간"), 0},
    {WORD("동안"), 0},
    {WORD("이후"), 0},
    {WORD("이전"), 0},
    {WORD("까지"), 0},
    {WORD("최대"), PHRASE_MAXIMUM},
    {WORD("씩"), 0},
    {WORD("당"), 0},
    {WORD("전"), 0},
    {WORD("후"), 0},
    {WORD("내"), 0},
    {WORD("외"), 0},
    {WORD("만에"), 0},
    {WORD("증"), PHRASE_INCREASE},
    {WORD("감"), PHRASE_DECREASE},
};

static const struct text noun_units[] = {WORD("개"), WORD("여개"), WORD("개사"),
                                         WORD("종"), WORD("대"),   WORD("가지")};
static const struct text copy_units[] = {WORD("부"), WORD("개"), WORD("권"), WORD("장"), WORD("매"),
                                         WORD("종"), WORD("편"), WORD("점"), WORD("대")};
static const struct text executions[] = {WORD("집행"), WORD("지출"), WORD("원인행위"),
                                         WORD("잔액"), WORD("이월"), WORD("지급")};

static bool in_list(struct text word, const struct text *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal(word, list[i])) return true;
    }
    return false;
}

static bool contains_one(struct text text, const struct text *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_find(text, list[i]) >= 0) return true;
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
        if (whole_nouns[i].length >= 6 && text_ends_with(word, whole_nouns[i])) return text;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(particles); i++) {
        struct text particle = particles[i];
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
            if (!text_equal(word, counting_words[i].word)) continue;
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
        struct text ending = boundary_endings[i];
        if (!text_ends_with(word, ending)) continue;
        if (in_list(word, whole_nouns, ARRAY_LENGTH(whole_nouns))) return false;
        bool whole = word.length == ending.length;
        bool short_ending = ending.length == 3;
        /* `시` and `는` alone or in `도시` are nouns; as endings they need a verb before them. */
        if (text_equal(ending, text_from("시"))) return false;
        if (whole && short_ending && !text_equal(ending, text_from("등"))) return false;
        if (short_ending && word.length < 6 && !text_equal(ending, text_from("등"))) return false;
        for (size_t n = 0; n < ARRAY_LENGTH(whole_nouns); n++) {
            if (whole_nouns[n].length >= 6 && text_ends_with(word, whole_nouns[n])) return false;
        }
        if (text_equal(ending, text_from("등")) && !whole) {
            static const struct text nouns[] = {WORD("평등"),  WORD("균등"), WORD("초등"),
                                                WORD("고등"),  WORD("대등"), WORD("신호등"),
                                                WORD("가로등")};
            for (size_t n = 0; n < ARRAY_LENGTH(nouns); n++) {
                if (text_ends_with(word, nouns[n])) return false;
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
    static const struct text endings[] = {
        WORD("맞춰"),     WORD("통해"),     WORD("통하여"),   WORD("위해"),   WORD("하여"),
        WORD("하고"),     WORD("되어"),     WORD("따라"),     WORD("해서"),   WORD("대상으로"),
        WORD("중심으로"), WORD("바탕으로"), WORD("기준으로"), WORD("목표로"), WORD("위주로"),
        WORD("통한"),     WORD("위한"),     WORD("따른"),     WORD("대한"),   WORD("관한"),
        WORD("활용한"),   WORD("보유한"),   WORD("이용한"),   WORD("포함한"), WORD("개발한"),
        WORD("제작한"),   WORD("운영한"),   WORD("참여한"),   WORD("정해")};
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        if (text_ends_with(word, endings[i])) return true;
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
    bool may = text_find(label, text_from("평균")) >= 0 || text_find(label, text_from("당")) >= 0;
    for (size_t i = 0; may && i < ARRAY_LENGTH(means); i++) {
        if (text_find(label, text_from(means[i].word)) >= 0 && hint->per == NULL)
            hint->per = means[i].per;
    }
    if (text_find(label, text_from("평균")) >= 0) hint->qualifiers |= PHRASE_AVERAGE;
}

/* The word says how, to whom or by what. */
static bool is_adverbial(struct text word)
{
    static const struct text endings[] = {WORD("으로"), WORD("하여"), WORD("하고"), WORD("통해"),
                                          WORD("위해"), WORD("에서"), WORD("에게"), WORD("따라")};
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        if (text_ends_with(word, endings[i])) return true;
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
    static const struct text stray[] = {
        WORD("을"),   WORD("를"),   WORD("의"),   WORD("로"),   WORD("으로"), WORD("에"),
        WORD("와"),   WORD("과"),   WORD("이"),   WORD("가"),   WORD("씩"),   WORD("은"),
        WORD("는"),   WORD("도"),   WORD("간"),   WORD("말"),   WORD("초"),   WORD("까지"),
        WORD("부터"), WORD("에게"), WORD("에서"), WORD("마다"), WORD("당"),   WORD("회당"),
        WORD("로서"), WORD("로써"), WORD("에는"), WORD("보다")};
    if (!has_letter || in_list(label_text(&label), stray, ARRAY_LENGTH(stray))) label.length = 0;
    return label;
}

static bool is_noun_that_sticks(struct text word)
{
    static const struct text endings[] = {
        WORD("의"),     WORD("를"),   WORD("을"),     WORD("이"),     WORD("가"),
        WORD("은"),     WORD("는"),   WORD("로"),     WORD("으로"),   WORD("에"),
        WORD("와"),     WORD("과"),   WORD("도"),     WORD("만"),     WORD("씩"),
        WORD("당"),     WORD("여"),   WORD("간"),     WORD("내"),     WORD("중"),
        WORD("까지"),   WORD("부터"), WORD("이상"),   WORD("이하"),   WORD("에서"),
        WORD("이며"),   WORD("이고"), WORD("인"),     WORD("짜리"),   WORD("이상으로"),
        WORD("이하로"), WORD("정도"), WORD("내외"),   WORD("미만"),   WORD("이내"),
        WORD("초과"),   WORD("에게"), WORD("이상의"), WORD("이하의"), WORD("에는"),
        WORD("보다"),   WORD("↑"),    WORD("↓")};
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
    for (size_t i = 0; near.length >= 3 && i < ARRAY_LENGTH(changes); i++) {
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
            meaning =
                text_equal(word, meaning_words[i].word) || text_equal(bare, meaning_words[i].word);
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
