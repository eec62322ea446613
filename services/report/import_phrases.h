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
#include "import_frames.h"
#include "import_labels.h"
#include "import_numerals.h"

enum { PHRASE_LABELS_MAX = 8 };

/* Bits that numerals do not set; numbered as sotong.slice.v1.Qualifier. */
enum phrase_qualifier {
    PHRASE_AVERAGE = 1 << 6,
    PHRASE_TOTAL = 1 << 7,
    PHRASE_INCREASE = 1 << 8,
    PHRASE_DECREASE = 1 << 9,
    PHRASE_MAXIMUM = 1 << 10,
    PHRASE_AMONG_OTHERS = 1 << 11,
};

struct phrase {
    int numeral; /* Index of the quantity. */
    struct label labels[PHRASE_LABELS_MAX];
    int label_count;
    int part_of;       /* Index of the quantity it is a part of, or FRAME_NONE. */
    int compared_with; /* Index of the quantity it is compared with, or FRAME_NONE. */
    int days;          /* Index of the date or period that speaks of it, or FRAME_NONE. */
    const char *per;   /* "" or 시간, 일, 주, 월, 분기, 반기, 년, 개. */
    unsigned qualifiers;
    bool days_are_as_of;     /* … and the number is that of its last day (`1월말 기준`). */
    int slash;               /* How many slashes stand before it in the run. */
    const char *counted_end; /* Behind the noun that the unit counts; NULL: there is none. */
    bool from_list; /* The values behind a label such as 분야별: parts of the number above. */
};

/* Goes through a run of text once; see import_frames.h. */
struct phrases {
    struct frames frames;
    int next;                /* Numeral. */
    const char *waiting_per; /* `1일` before `2회`. */
};

void phrases_init(struct phrases *phrases, struct text text, const struct numeral *numerals,
                  size_t count);

/* The next quantity with its labels; false at the end. */
bool phrases_next(struct phrases *phrases, struct phrase *phrase);
