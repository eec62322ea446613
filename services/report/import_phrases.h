/* What a number in running text counts: the words around it.
 *
 *   `접수현황 : 79명(청년 37명, 장애인 23명)`    → 접수현황; 접수현황/청년; 접수현황/장애인
 *   `사업비 : 6,983백만원 (집행액 : 695백만원, 9.95%)` → 사업비; 사업비/집행액; 사업비/집행률
 *   `주요 일간지 등 65개 매체(1~2월)`              → 매체, of January to February
 *
 * The reader goes through a run of text once, from left to right, and holds one frame for each open
 * bracket. */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "import_labels.h"
#include "import_numerals.h"

enum {
    PHRASE_LABELS_MAX = 6,
    PHRASE_FRAMES_MAX = 4,
    PHRASE_CUTS_MAX = 4,
    PHRASE_NONE = -1,
};

/* Bits that numerals do not set; numbered as sotong.slice.v1.Qualifier. */
enum phrase_qualifier {
    PHRASE_AVERAGE = 1 << 6,
    PHRASE_TOTAL = 1 << 7,
    PHRASE_INCREASE = 1 << 8,
    PHRASE_DECREASE = 1 << 9,
    PHRASE_MAXIMUM = 1 << 10,
};

struct phrase {
    int numeral; /* Index of the quantity. */
    struct label labels[PHRASE_LABELS_MAX];
    int label_count;
    int part_of;       /* Index of the quantity it is a part of, or PHRASE_NONE. */
    int compared_with; /* Index of the quantity it is compared with, or PHRASE_NONE. */
    int days;          /* Index of the date or period that speaks of it, or PHRASE_NONE. */
    const char *per;   /* "" or 시간, 일, 주, 월, 분기, 반기, 년, 개. */
    unsigned qualifiers;
    bool from_list; /* The values behind a label such as 분야별: parts of the number above. */
};

/* What is open at a place of the text: the line itself, or a bracket. */
struct phrase_frame {
    size_t segment;                  /* Where the words begin that the next number belongs to. */
    size_t cuts[PHRASE_CUTS_MAX][2]; /* Dates among them. */
    int cut_count;
    struct label label; /* Before a colon. */
    struct label above; /* What the number before the bracket counts, */
    struct label outer; /* and the words between the two, or before the bracket. */
    struct label last;  /* What the number before counts. */
    int slash;          /* How many slashes part the values so far. */
    int whole;          /* The quantity that the bracket or colon takes apart. */
    int previous;       /* The quantity before, in this frame. */
    size_t previous_end;
    int days; /* The date in this clause. */
    bool has_quantity;
    size_t begin;
    char arrow; /* '>' or '<' stands before the next number. */
};

struct phrases {
    struct text text;
    const struct numeral *numerals;
    int count;
    int next;      /* Numeral. */
    size_t offset; /* Up to here the text is read. */
    struct phrase_frame frames[PHRASE_FRAMES_MAX];
    int depth;   /* Index of the innermost frame. */
    int ignored; /* Brackets open beyond PHRASE_FRAMES_MAX. */
};

void phrases_init(struct phrases *phrases, struct text text, const struct numeral *numerals,
                  size_t count);

/* The next quantity with its labels; false at the end. */
bool phrases_next(struct phrases *phrases, struct phrase *phrase);
