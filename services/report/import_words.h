/* Korean words around a number: which of them name what is counted, which only say how. The words
 * themselves are tables in import_words.c. */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "import_labels.h"

/* What the words that are no name say of the number. Starts cleared. */
struct words_hint {
    unsigned qualifiers;     /* enum phrase_qualifier */
    const char *per;         /* NULL: nothing. */
    bool is_compared;        /* 대비 */
    struct label comparison; /* `동기대비 증감률`, where the word says with what. */
    bool is_list;            /* The words end with 등 behind several. */
    bool is_share;           /* `1,038억원 중 226억원` */
    bool is_adverbial; /* The noun says how or to whom: the words behind the number say what. */
    const char *follower_end; /* Behind the noun that words_follower found. */
};

/* The noun phrase at the end of the words before a number, particles and counting words (총, 약, 월
 * …) taken off; empty where there is none. */
struct label words_noun(struct text words, struct words_hint *hint);

/* The words without 총, 약, 월 … at their end. */
struct text words_without_counting(struct text words, struct words_hint *hint);

/* What a label itself says of its number: a mean, per day. */
void words_measure(struct text label, struct words_hint *hint);

/* The first noun of the words behind a number; empty where there is none. */
struct label words_follower(struct text words, struct words_hint *hint);

/* A word that says what was done, not to what: 실시, 선정, 제작 … */
bool words_is_predicate(struct text word);

/* The last word is such a word. */
bool words_ends_in_predicate(struct text words);

/* A unit whose thing is named behind it: `65개 매체`. */
bool words_counts_noun(const char *unit);

/* Money that was spent, or the like, of a sum: no part that adds up to it. */
bool words_is_execution(struct text label);

/* A label that announces parts: 분야별, 유형별. */
bool words_is_division(struct text label);

/* Units of printed or made things, which may add up with one another: 부, 권, 개 … */
bool words_is_copies(const char *unit);

/* The words behind the last bracket that opens without closing. */
struct text words_unopened(struct text words);
