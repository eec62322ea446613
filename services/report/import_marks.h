/* The marks and numbers that lines of Korean reports begin with. Used by import_outline.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* How far up a line stands: the smaller, the more general. */
enum outline_rank {
    RANK_PART,    /* Ⅲ. */
    RANK_CHAPTER, /* 1. */
    RANK_SECTION, /* a lone number, ① */
    RANK_BLOCK,   /* □ ■ ◇ */
    RANK_TITLE,   /* a short line above a list */
    RANK_ITEM,    /* ① and 1. in a list */
    RANK_CIRCLE,  /* ○ ● */
    RANK_DASH,    /* - */
    RANK_DOT,     /* · ▶ ※ and the rest */
};

struct mark {
    uint32_t point;
    enum outline_rank rank;
};

enum number_form {
    NUMBER_NONE,
    NUMBER_ROMAN,    /* Ⅲ., III., II . */
    NUMBER_DOT,      /* 1. */
    NUMBER_CIRCLED,  /* ① */
    NUMBER_BRACKET,  /* 1), (1) */
    NUMBER_SYLLABLE, /* 가. */
};

/* A number that a line begins with. */
struct leading {
    enum number_form form;
    int number;
    size_t end; /* Byte behind the number and its dot. */
};

/* The mark at offset, or NULL; *behind: the byte behind it. */
const struct mark *mark_at(struct text text, size_t offset, size_t *behind);

/* The first mark of a line, Markdown's dash before another mark left out. */
const struct mark *mark_first(struct text text, size_t *behind);

/* The number at offset; NUMBER_NONE: there is none. */
struct leading leading_of(struct text text, size_t offset);

/* The number that a line begins with, a dash before it left out. */
struct leading leading_of_line(struct text line);

/* The number at the very end of a line of contents, or -1. */
int mark_page(struct text line);

/* White space as reports have it. */
bool mark_is_space(uint32_t point);

/* The offset behind white space. */
size_t mark_skip(struct text text, size_t offset);

/* The code point at offset; 0 at the end. */
uint32_t mark_point(struct text text, size_t offset);
