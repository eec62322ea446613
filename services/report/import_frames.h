/* What is open at a place of a run of text: the line itself, and each bracket around the place. A
 * frame knows the words that the next number belongs to. Used by import_phrases.c alone. */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "import_labels.h"
#include "import_numerals.h"
#include "import_words.h"

enum {
    FRAMES_MAX = 4,
    FRAME_CUTS_MAX = 4,
    FRAME_SERIES_MAX = 4,
    FRAME_NONE = -1,
    FRAME_WINDOW_BYTES = 400, /* Words before a number that are looked at. */
};

struct frame {
    size_t begin;                   /* The bracket, */
    size_t behind;                  /* and the byte behind it. */
    size_t segment;                 /* Where the words begin that the next number belongs to, */
    size_t clause;                  /* and where they begin when commas do not part them. */
    size_t cuts[FRAME_CUTS_MAX][2]; /* Dates and brackets among them. */
    int cut_count;
    bool is_named;      /* The two labels below are set: only a bracket with a number needs them. */
    struct label above; /* What the number before the bracket counts, */
    struct label outer; /* and the words between the two, or before the bracket. */
    struct label label; /* Before a colon. */
    struct label last;  /* What the number before counts. */
    int slash;          /* How many slashes part the values so far. */
    int whole;          /* The quantity that the bracket or colon takes apart, or FRAME_NONE. */
    int previous;       /* The quantity before, in this frame. */
    size_t previous_end;
    int days; /* The date in this clause. */
    bool days_in_bracket;
    int ordinal; /* The last ordinal of this clause. */
    bool has_quantity;
    bool follows; /* The bracket stands behind a number. */
    char arrow;   /* '>', '<' or '~' stands before the next number. */
    /* `'18년 인지도 84%, 호감도 70.7% → '19년 86.6%, 73.3%`: the numbers before the arrow. */
    int series[FRAME_SERIES_MAX];
    struct label series_labels[FRAME_SERIES_MAX];
    int series_count;
    int series_next; /* Which of them the next number is compared with; FRAME_NONE: none. */
};

struct frames {
    struct text text;
    const struct numeral *numerals;
    int count;
    size_t offset;   /* Up to here the text is read. */
    size_t read_end; /* Where the last numeral ended. */
    struct frame frames[FRAMES_MAX];
    int depth;   /* Index of the innermost frame. */
    int ignored; /* Brackets open beyond FRAMES_MAX. */
};

void frames_init(struct frames *frames, struct text text, const struct numeral *numerals,
                 size_t count);

struct frame *frames_top(struct frames *frames);

/* Reads the text up to a numeral for brackets, colons and separators, and passes over it. */
void frames_read(struct frames *frames, const struct numeral *numeral);

/* The noun phrase before byte `end`. With whole_clause, commas do not part it. */
struct label frames_noun(const struct frames *frames, const struct frame *frame, size_t end,
                         bool whole_clause, struct words_hint *hint);

/* Sets the labels of all open brackets. */
void frames_name(struct frames *frames);

/* Words are read anew from offset on. */
void frame_segment(struct frame *frame, size_t offset);

/* Leaves bytes begin to end out of the words. */
void frame_cut(struct frame *frame, size_t begin, size_t end);

/* The words behind numeral `index`, up to the next number, bracket or separator. */
struct text frames_behind(const struct frames *frames, int index);
