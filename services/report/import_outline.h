/* Stage 2 of the import: what each line is, and under which headings and bullets it stands.
 *
 * Levels nest by the kind of mark first and by indentation second: `Ⅲ.` > `1.` > a number that
 * stands alone above its title > `□` > a short line above a list > `①` in a list > `○` > `-` > `·`.
 * At most IMPORT_NESTING_MAX are held; what lies deeper stands beside the last one. */
#pragma once

#include <stdbool.h>

#include "base/date.h"
#include "base/text.h"
#include "import.h"
#include "import_labels.h"
#include "import_marks.h"
#include "import_numerals.h"
#include "import_sections.h"

enum outline_kind {
    OUTLINE_BLANK,
    OUTLINE_HEADING,
    OUTLINE_BULLET,
    OUTLINE_CAPTION, /* `<…>` */
    OUTLINE_NOTE,    /* Unit or as-of note alone on its line. */
    OUTLINE_TABS,
    OUTLINE_PIPES,
    OUTLINE_HTML,
    OUTLINE_RULE,   /* Dashes only. */
    OUTLINE_NUMBER, /* A number alone: the next line is its title. */
    OUTLINE_PLAIN,
};

struct outline_line {
    enum outline_kind kind;
    enum outline_rank rank; /* Of a heading or bullet. */
    int indent;             /* Columns before the mark. */
    size_t mark;            /* Byte of the mark, */
    size_t content;         /* and of what follows it. */
    int number;             /* That it begins with; 0: none. */
    bool is_list_item;      /* A numbered line in a run of them: contents, steps. */
    bool ends_with_page;    /* … whose last number is a page. */
    bool is_remark;         /* `※`, `*`: nothing below it is a part of it. */
    bool continues;         /* Plain text directly below a bullet: it goes on. */
};

struct outline_entry {
    enum outline_rank rank;
    int indent;
    bool is_heading;
    struct label label;
    bool has_days; /* The heading speaks of a time. */
    struct numeral_days days;
    int line;
    bool is_restored; /* A section whose heading is lost: it has no line of its own. */
};

struct outline {
    struct outline_entry entries[IMPORT_NESTING_MAX];
    int count;
    bool number_waits; /* A number stood alone on the line before. */
    struct sections sections;
    enum outline_kind before_kind;
    struct text before; /* The last line that was not blank: its beginning, copied. */
    char before_bytes[LABEL_BYTES_MAX];
    int blank_before; /* Blank lines since. */
};

/* The lines around one, as far as they decide what it is. */
struct outline_around {
    struct text next; /* The next line that is not blank; empty at the end. */
    int blank_after;  /* Blank lines before it. */
};

void outline_init(struct outline *outline);

/* Says what the line is. The outline's stack does not change. */
struct outline_line outline_classify(const struct outline *outline, struct text line,
                                     const struct outline_around *around);

/* Takes a heading or bullet onto the stack, above which nothing of its rank or below is left. Its
 * label is made from content, which is clean of markup. Returns the entry. */
struct outline_entry *outline_push(struct outline *outline, const struct outline_line *line,
                                   struct text content, int number);

/* Takes the top entry off again: a remark heads nothing. */
void outline_pop(struct outline *outline);

/* Remembers the line for the next one's classification; call it for every line. */
void outline_advance(struct outline *outline, const struct outline_line *line, struct text text);
