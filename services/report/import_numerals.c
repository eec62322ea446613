#include "import_numerals.h"

#include <string.h>

#include "import_qualifiers.h"
#include "import_readers.h"
#include "import_units.h"

enum { TAG_BYTES_MAX = 1024, ROMAN_LETTERS_MAX = 5, BULLETS_MAX = 16 };

/* The first that takes a run of digits decides; quantity_read() takes every run. */
static scan_reader *const readers[] = {
    markup_read,     english_date_read, phone_read,    name_read, prefixed_read,
    date_read,       address_read,      heading_read,  time_read, ordinal_read,
    glued_name_read, fraction_read,     quantity_read,
};

/* The numerals found so far. */
struct found {
    struct arena *arena;
    struct numeral *items;
    size_t count, capacity;
};

static enum status found_add(struct found *found, struct numeral numeral)
{
    if (found->count == found->capacity) {
        struct numeral *items = arena_grow(found->arena, found->items, found->count,
                                           &found->capacity, sizeof *found->items);
        if (items == NULL) return RESOURCE_EXHAUSTED;
        found->items = items;
    }
    found->items[found->count++] = numeral;
    return OK;
}

/* Numbers of one character: circled, bracketed, Roman. */
static bool code_is_number(uint32_t code)
{
    return (code >= 0x2460 && code <= 0x249B) || (code >= 0x24EA && code <= 0x24FF) ||
           (code >= 0x2776 && code <= 0x2793) || (code >= 0x2160 && code <= 0x217F) ||
           (code >= 0x3251 && code <= 0x325F) || (code >= 0x32B1 && code <= 0x32BF);
}

static bool code_is_bullet(uint32_t code)
{
    static const char bullets[] = "-*#>|+oㅇ–—•·‧∙・ㆍ●○◦〇◯❍□■☐☑▢▪▫▶▷►◆◇◈※└├┗┣⇒→➡⇨☞◎★☆❏❑❒✓✔★♣▣▤◑◐"
                                  "△▲▽▼<〈《『「【[({（";
    size_t offset = 0;
    struct text text = {bullets, sizeof bullets - 1};
    while (offset < text.length) {
        if (text_next(text, &offset) == code) return true;
    }
    return false;
}

static bool code_opens(uint32_t code)
{
    return code == '(' || code == '[' || code == '<' || code == 0x3008 || code == 0x300A ||
           code == 0x300C || code == 0x300E || code == 0x3010 || code == 0xFF08;
}

/* Finds where the line's text begins, behind white space, bullets and opening brackets. */
static void start_find(struct scan *scan)
{
    size_t at = 0;
    for (int marks = 0; at < scan->line.length && marks < BULLETS_MAX;) {
        uint32_t code = scan_code(scan, at);
        bool space = code_is_space(code) || code == '\t';
        if (!space && !code_is_bullet(code)) break;
        size_t next = scan_next(scan, at);
        /* A letter is a bullet only with a space behind it. */
        if ((code == 'o' || code == 0x3147) && !code_is_space(scan_code(scan, next))) break;
        if (!space && !code_opens(code)) scan->bulleted = true;
        if (!space) marks++;
        at = next;
    }
    scan->start = at;
}

/* ▲ in front of a word somewhere on the line: there it is a bullet everywhere. */
static bool triangles_are_bullets(const struct scan *scan)
{
    static const char triangle[] = "▲";
    const char *at = scan->line.bytes;
    const char *end = at + scan->line.length;
    while (at != NULL && at < end) {
        at = memmem(at, (size_t)(end - at), triangle, sizeof triangle - 1);
        if (at == NULL) return false;
        at += sizeof triangle - 1;
        size_t behind = scan_spaces(scan, (size_t)(at - scan->line.bytes));
        if (code_is_hangul(scan_code(scan, behind))) return true;
    }
    return false;
}

/* Where the HTML tag that begins at the offset ends; 0: it is none. */
static size_t tag_end(const struct scan *scan, size_t at)
{
    static const char *const tags[] = {
        "td", "tr",  "th",  "table", "thead", "tbody", "tfoot",  "p",        "br",   "input",
        "ul", "ol",  "li",  "div",   "span",  "img",   "a",      "i",        "u",    "b",
        "h1", "h2",  "h3",  "h4",    "h5",    "h6",    "col",    "colgroup", "font", "strong",
        "em", "sub", "sup", "hr",    "del",   "s",     "center", "label",    NULL};
    size_t name = at + 1;
    if (scan_is(scan, name, "/")) name++;
    size_t end = name;
    while (end < scan->line.length && end - name < 9 &&
           (code_is_latin((unsigned char)scan->line.bytes[end]) ||
            (end > name && code_is_digit((unsigned char)scan->line.bytes[end])))) {
        end++;
    }
    size_t length = 0;
    for (const char *const *tag = tags; *tag != NULL && length == 0; tag++) {
        if (strlen(*tag) == end - name && scan_is(scan, name, *tag)) length = end - name;
    }
    if (length == 0) return 0;
    for (; end < scan->line.length && end - at < TAG_BYTES_MAX; end++) {
        if (scan->line.bytes[end] == '>') return end + 1;
        if (scan->line.bytes[end] == '<') return 0;
    }
    return 0;
}

/* Where the address that begins at the offset ends; 0: it is none. */
static size_t link_end(const struct scan *scan, size_t at)
{
    static const char *const schemes[] = {"http://", "https://", "www.", "ftp://", "mailto:", NULL};
    size_t bytes = scan_any(scan, at, schemes);
    if (bytes == 0 || (at > 0 && code_is_latin(scan_code_before(scan, at)))) return 0;
    size_t end = at + bytes;
    while (end < scan->line.length) {
        unsigned char byte = (unsigned char)scan->line.bytes[end];
        if (byte <= ' ' || byte >= 0x7F || strchr("<>\"'()[]{}|", byte) != NULL) break;
        end++;
    }
    while (end > at && strchr(".,;:", scan->line.bytes[end - 1]) != NULL) {
        end--;
    }
    return end;
}

/* The first digit or number character from an offset on; end when there is none. */
static size_t digit_find(const struct scan *scan, size_t at, size_t end)
{
    int digit;
    while (at < end && scan_digit(scan, at, &digit) == 0 && !code_is_number(scan_code(scan, at))) {
        at = scan_next(scan, at);
    }
    return at;
}

/* A heading's Roman number in Latin letters: `I.`, `II .`, `IV.`. Returns its end, or 0. */
static size_t latin_roman_end(const struct scan *scan)
{
    size_t end = scan->start;
    if (scan->bulleted) return 0;
    while (end < scan->line.length && end - scan->start < ROMAN_LETTERS_MAX &&
           strchr("IVX", scan->line.bytes[end]) != NULL) {
        end++;
    }
    if (end == scan->start || end - scan->start == ROMAN_LETTERS_MAX) return 0;
    size_t point = scan_spaces(scan, end);
    if (!scan_is(scan, point, ".")) return 0;
    uint32_t behind = scan_code(scan, point + 1);
    if (code_is_latin(behind) || code_is_digit(behind)) return 0; /* I.SEOUL.U */
    return point + 1;
}

static struct numeral plain_numeral(enum numeral_kind kind, size_t begin, size_t end)
{
    return (struct numeral){.kind = kind, .begin = begin, .end = end, .unit = ""};
}

/* Reads the digits inside markup or an address: a tag's are a name each, an address is one. */
static enum status region_read(struct scan *scan, size_t begin, size_t end, bool whole,
                               struct found *found)
{
    enum status status = OK;
    size_t at = digit_find(scan, begin, end);
    if (at == end) return OK;
    if (whole) return found_add(found, plain_numeral(NUMERAL_NAME, begin, end));
    while (at < end && status == OK) {
        size_t run = at;
        while (run < end && digit_find(scan, run, end) == run) {
            run = scan_next(scan, run);
        }
        status = found_add(found, plain_numeral(NUMERAL_NAME, at, run));
        at = digit_find(scan, run, end);
    }
    return status;
}

/* Reads the run of digits at the offset and remembers it. */
static enum status run_read(struct scan *scan, size_t at, struct found *found)
{
    struct numeral numeral = plain_numeral(NUMERAL_UNREAD, at, at);
    int digit;
    size_t end = at;
    size_t bytes;
    while ((bytes = scan_digit(scan, end, &digit)) > 0) {
        end += bytes;
    }
    if (end - at > SCAN_RUN_BYTES_MAX) {
        numeral.end = end;
    } else {
        for (size_t i = 0; i < ARRAY_LENGTH(readers) && !readers[i](scan, at, &numeral); i++) {
        }
    }
    if (numeral.end < end) numeral.end = end; /* No reader may leave a part of the run. */
    if (numeral.kind == NUMERAL_DATE || numeral.kind == NUMERAL_PERIOD) {
        numeral.qualifiers = qualifiers_read(scan, numeral.begin, numeral.end) & NUMERAL_PLANNED;
    }
    if (numeral.kind == NUMERAL_ORDINAL && at == scan->start) scan->headed = true;
    scan->chronicle = numeral.kind == NUMERAL_DATE;
    return found_add(found, numeral);
}

/* Reads what begins at the offset, if a numeral does; *end is where to go on. */
static enum status step_read(struct scan *scan, size_t at, struct found *found, size_t *end)
{
    int digit;
    unsigned char byte = (unsigned char)scan->line.bytes[at];
    size_t before = found->count;
    enum status status = OK;
    *end = scan_next(scan, at);
    if (byte == '(') scan->brackets++;
    if (byte == ')' && scan->brackets > 0) scan->brackets--;
    if (scan_digit(scan, at, &digit) > 0) {
        status = run_read(scan, at, found);
    } else if (byte == '<' || byte == 'h' || byte == 'w' || byte == 'f' || byte == 'm') {
        size_t region = byte == '<' ? tag_end(scan, at) : link_end(scan, at);
        if (region == 0) return OK;
        *end = region;
        status = region_read(scan, at, region, byte != '<', found);
    } else if (byte >= 0x80 && code_is_number(scan_code(scan, at))) {
        size_t behind = *end;
        bool roman = scan_code(scan, at) >= 0x2160 && scan_code(scan, at) <= 0x217F;
        size_t point = scan_spaces(scan, behind);
        if (roman && at == scan->start && scan_is(scan, point, ".")) behind = point + 1;
        struct whole part; /* Ⅰ-1 */
        if (roman && at == scan->start && scan_is(scan, behind, "-") &&
            whole_read(scan, behind + 1, &part))
            behind = part.end;
        status = found_add(found, plain_numeral(NUMERAL_ORDINAL, at, behind));
        if (at == scan->start) scan->headed = true;
    }
    if (status != OK || found->count == before) return status;
    scan->previous = &found->items[found->count - 1];
    scan->floor = scan->previous->end;
    if (*end < scan->floor) *end = scan->floor;
    return OK;
}

/* Skips characters that nothing of interest begins with: most of a text. */
static size_t plain_skip(const struct scan *scan, size_t at)
{
    static const char marks[] = "<()hwfm";
    while (at < scan->line.length) {
        unsigned char byte = (unsigned char)scan->line.bytes[at];
        if (byte >= 0xEA && byte <= 0xED) { /* The lead byte of a Hangul syllable. */
            at += 3;
            continue;
        }
        if (byte >= 0x80 || (byte >= '0' && byte <= '9')) break;
        if (memchr(marks, byte, sizeof marks - 1) != NULL) break;
        at++;
    }
    return at < scan->line.length ? at : scan->line.length;
}

enum status numerals_read(struct arena *arena, struct text line,
                          const struct numeral_context *context, struct numeral **numerals,
                          size_t *count)
{
    struct scan scan = {.arena = arena, .line = line, .context = context};
    struct found found = {.arena = arena};
    enum status status = OK;
    start_find(&scan);
    scan.triangle_bullets = triangles_are_bullets(&scan);
    size_t at = 0;
    size_t roman = latin_roman_end(&scan);
    if (roman > 0) {
        status = found_add(&found, plain_numeral(NUMERAL_ORDINAL, scan.start, roman));
        if (status != OK) return status;
        at = scan.floor = roman;
        scan.headed = true;
        scan.previous = found.items;
    }
    while ((at = plain_skip(&scan, at)) < line.length && status == OK) {
        size_t end;
        status = step_read(&scan, at, &found, &end);
        at = end;
    }
    if (status != OK) return status;
    if (arena_exhausted(arena)) return RESOURCE_EXHAUSTED;
    *numerals = found.items;
    *count = found.count;
    return OK;
}

/* Reads one unit of a note: `천원`, `백만원`, `명`, `㎡`, `만 명`. */
static bool note_unit_read(const struct scan *scan, size_t at, bool guess, struct unit *unit,
                           int32_t *exponent)
{
    size_t begin = scan_spaces(scan, at);
    begin = scan_spaces(scan, begin + magnitude_find(scan, begin, exponent));
    bool known = unit_find(scan, begin, unit) && !code_is_hangul(scan_code(scan, unit->end));
    return known || (guess && unit_read(scan, begin, unit));
}

static bool unit_is_proportion(const struct unit *unit)
{
    return strncmp(unit->canonical, "PERCENT", strlen("PERCENT")) == 0;
}

/* A note without the word 단위: nothing but a unit, in brackets unless it is one of money or a
 * proportion, so that a heading such as 부서 is none. */
static bool note_read_bare(const struct scan *scan, struct unit *unit, int32_t *exponent)
{
    static const char *const closing[] = {")", "]", "）", NULL};
    size_t at = scan_spaces(scan, 0);
    bool bracket = scan_is(scan, at, "(") || scan_is(scan, at, "[") || scan_is(scan, at, "（");
    if (bracket) at = scan_next(scan, at);
    if (!note_unit_read(scan, at, false, unit, exponent)) return false;
    size_t end = scan_spaces(scan, unit->end);
    if (bracket) return scan_any(scan, end, closing) > 0 || scan_is(scan, end, ",");
    bool telling = unit_is_proportion(unit) || strcmp(unit->canonical, "KRW") == 0;
    return telling && (end >= scan->line.length || scan_is(scan, end, ","));
}

bool numerals_unit_note(struct arena *arena, struct text note, const char **unit, int32_t *exponent)
{
    const struct numeral_context context = {0};
    struct scan scan = {.arena = arena, .line = note, .context = &context};
    struct unit read = {.canonical = ""};
    int32_t power = 0;
    bool found = false;
    ptrdiff_t label = text_find(note, text_from("단위"));
    if (label < 0) {
        found = note_read_bare(&scan, &read, &power);
    } else {
        /* The first unit that is no proportion; a proportion when there is none. */
        for (size_t at = (size_t)label + strlen("단위"); at < note.length;) {
            struct unit next;
            int32_t scale;
            if (!note_unit_read(&scan, at, true, &next, &scale)) {
                at = scan_next(&scan, at);
                continue;
            }
            if (!found || unit_is_proportion(&read)) {
                read = next;
                power = scale;
            }
            found = true;
            if (!unit_is_proportion(&next)) break;
            at = next.end;
        }
    }
    if (!found) return false;
    *unit = read.canonical;
    *exponent = power;
    return true;
}
