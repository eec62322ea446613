#include "import_phrases.h"

#include <string.h>

#include "import_words.h"

enum { WINDOW_BYTES = 400 /* Words before a number that are looked at. */ };

void phrases_init(struct phrases *phrases, struct text text, const struct numeral *numerals,
                  size_t count)
{
    memset(phrases, 0, offsetof(struct phrases, frames));
    phrases->text = text;
    phrases->numerals = numerals;
    phrases->count = (int)count;
    phrases->depth = 0;
    phrases->ignored = 0;
    memset(&phrases->frames[0], 0, sizeof phrases->frames[0]);
    phrases->frames[0].whole = PHRASE_NONE;
    phrases->frames[0].previous = PHRASE_NONE;
    phrases->frames[0].days = PHRASE_NONE;
}

static struct phrase_frame *top(struct phrases *phrases)
{
    return &phrases->frames[phrases->depth];
}

static void segment_begin(struct phrase_frame *frame, size_t offset)
{
    frame->segment = offset;
    frame->cut_count = 0;
}

static void cut(struct phrase_frame *frame, size_t begin, size_t end)
{
    if (frame->cut_count == PHRASE_CUTS_MAX) return;
    frame->cuts[frame->cut_count][0] = begin;
    frame->cuts[frame->cut_count][1] = end;
    frame->cut_count++;
}

/* The words from the segment's beginning to `end`, dates left out; at most the last WINDOW_BYTES.
 */
static struct text words_before(const struct phrases *phrases, const struct phrase_frame *frame,
                                size_t end, char window[static WINDOW_BYTES])
{
    size_t begin = frame->segment;
    if (end - begin > WINDOW_BYTES) {
        begin = end - WINDOW_BYTES;
        while (begin < end && ((unsigned char)phrases->text.bytes[begin] & 0xC0) == 0x80)
            begin++;
    }
    size_t length = 0;
    for (size_t i = begin; i < end; i++) {
        bool left_out = false;
        for (int c = 0; c < frame->cut_count; c++)
            left_out |= i >= frame->cuts[c][0] && i < frame->cuts[c][1];
        if (!left_out) window[length++] = phrases->text.bytes[i];
    }
    return text_trim((struct text){window, length});
}

static struct label phrase_before(const struct phrases *phrases, const struct phrase_frame *frame,
                                  size_t end, struct words_hint *hint)
{
    char window[WINDOW_BYTES];
    return words_noun(words_before(phrases, frame, end, window), hint);
}

/* An opening bracket: what stands before it is what it speaks of. */
static void frame_push(struct phrases *phrases, size_t at, size_t behind)
{
    if (phrases->depth + 1 == PHRASE_FRAMES_MAX) {
        phrases->ignored++;
        return;
    }
    struct phrase_frame *outer = top(phrases);
    struct words_hint hint = {0};
    struct label noun = phrase_before(phrases, outer, at, &hint);
    struct phrase_frame *frame = &phrases->frames[++phrases->depth];
    memset(frame, 0, sizeof *frame);
    frame->whole = frame->previous = frame->days = PHRASE_NONE;
    frame->begin = at;
    bool follows = outer->previous != PHRASE_NONE && outer->previous_end <= at &&
                   outer->segment <= outer->previous_end;
    frame->whole = follows ? outer->previous : PHRASE_NONE;
    if (follows && words_is_predicate(label_text(&noun))) noun.length = 0;
    frame->outer = noun;
    if (follows || noun.length == 0) frame->above = outer->last;
    segment_begin(frame, behind);
}

static void frame_pop(struct phrases *phrases, size_t behind)
{
    if (phrases->ignored > 0) {
        phrases->ignored--;
        return;
    }
    if (phrases->depth == 0) return;
    struct phrase_frame *inner = top(phrases);
    bool counted = inner->has_quantity;
    int days = inner->days;
    size_t begin = inner->begin;
    struct label noun = inner->outer.length > 0 ? inner->outer : inner->above;
    phrases->depth--;
    struct phrase_frame *frame = top(phrases);
    if (days != PHRASE_NONE) frame->days = days;
    if (counted) {
        segment_begin(frame, behind);
        if (frame->last.length == 0) frame->last = noun;
    } else if (days != PHRASE_NONE) {
        cut(frame, begin, behind);
    }
}

/* Between digits, a colon is a time's and a slash a date's; those lie within numerals, which are
 * skipped. Here every colon parts a label from its value, but for an address's. */
static void colon(struct phrases *phrases, size_t at, size_t behind)
{
    if (behind < phrases->text.length && phrases->text.bytes[behind] == '/') return;
    struct phrase_frame *frame = top(phrases);
    char window[WINDOW_BYTES];
    struct text words = words_before(phrases, frame, at, window);
    struct label label = label_of(words_unopened(words));
    if (label.length == 0) return;
    bool of_number = frame->previous != PHRASE_NONE && frame->segment <= frame->previous_end;
    frame->label = label;
    frame->whole = of_number ? frame->previous : frame->whole;
    frame->last.length = 0;
    frame->slash = 0;
    segment_begin(frame, behind);
}

static void separator(struct phrases *phrases, size_t behind)
{
    struct phrase_frame *frame = top(phrases);
    segment_begin(frame, behind);
    frame->days = PHRASE_NONE;
}

/* A bullet within the run: what it says has nothing to do with what stood before. */
static void bullet(struct phrases *phrases, size_t behind)
{
    struct text text = phrases->text;
    if (behind < text.length && text.bytes[behind] != ' ') return;
    phrases->depth = 0;
    phrases->ignored = 0;
    struct phrase_frame *frame = &phrases->frames[0];
    memset(frame, 0, sizeof *frame);
    frame->whole = frame->previous = frame->days = PHRASE_NONE;
    segment_begin(frame, behind);
}

static bool is_wide_space(const struct phrases *phrases, size_t at)
{
    return at >= phrases->text.length || phrases->text.bytes[at] == ' ';
}

/* Reads the text up to `end` for brackets, colons and separators. */
static void read_to(struct phrases *phrases, size_t end)
{
    struct text text = phrases->text;
    while (phrases->offset < end) {
        size_t at = phrases->offset;
        uint32_t point = text_next(text, &phrases->offset);
        size_t behind = phrases->offset;
        switch (point) {
        case '(':
        case '[':
        case 0xFF08:
            frame_push(phrases, at, behind);
            break;
        case ')':
        case ']':
        case 0xFF09:
            frame_pop(phrases, behind);
            break;
        case ':':
        case 0xFF1A:
            colon(phrases, at, behind);
            break;
        case ',':
        case ';':
        case 0x3001:
        case 0xFF0C:
            separator(phrases, behind);
            break;
        case 0x25CB:
        case 0x25CF:
        case 0x25A1:
        case 0x25B6:
        case 0x25B7:
        case 0x203B:
            bullet(phrases, behind);
            break;
        case '/':
            top(phrases)->slash++;
            if (is_wide_space(phrases, behind) || top(phrases)->previous_end == at)
                separator(phrases, behind);
            break;
        case 0x2192:
        case 0x21D2:
        case 0x27A1:
        case 0x2794:
            separator(phrases, behind);
            top(phrases)->arrow = '>';
            break;
        case 0x2190:
        case 0x21D0:
            separator(phrases, behind);
            top(phrases)->arrow = '<';
            break;
        }
    }
}

static void add(struct phrase *phrase, const struct label *label)
{
    if (label->length == 0 || phrase->label_count == PHRASE_LABELS_MAX) return;
    if (phrase->label_count > 0 &&
        text_equal(label_text(&phrase->labels[phrase->label_count - 1]), label_text(label))) {
        return;
    }
    phrase->labels[phrase->label_count++] = *label;
}

static bool is_unit(const struct numeral *numeral, const char *unit)
{
    return strcmp(numeral->unit, unit) == 0;
}

/* May the second be a part of the first? Things of the same kind, and neither money spent nor a
 * rate. */
static bool may_be_part(const struct numeral *whole, const struct numeral *part,
                        const struct label *label)
{
    if (is_unit(part, "PERCENT") || is_unit(whole, "PERCENT")) return false;
    if (words_is_execution(label_text(label))) return false;
    if (is_unit(whole, "KRW") != is_unit(part, "KRW")) return false;
    return strcmp(whole->unit, part->unit) == 0 || whole->unit[0] == '\0' ||
           part->unit[0] == '\0' || (words_is_copies(whole->unit) && words_is_copies(part->unit));
}

/* Of `용역기간/용역금액 : 6개월 / 120백만원`, the label that belongs to the value. */
static struct label label_at_slash(const struct label *label, int slash)
{
    struct text text = label_text(label);
    int part = 0;
    size_t begin = 0;
    for (size_t i = 0; i <= text.length; i++) {
        if (i < text.length && text.bytes[i] != '/') continue;
        if (part == slash) return label_of((struct text){text.bytes + begin, i - begin});
        part++;
        begin = i + 1;
    }
    return *label;
}

/* The end of the words behind a number: the next number, bracket or separator. */
static struct text words_behind(const struct phrases *phrases, int index)
{
    size_t begin = phrases->numerals[index].end;
    size_t stop = phrases->text.length;
    if (index + 1 < phrases->count) stop = phrases->numerals[index + 1].begin;
    if (stop > begin + WINDOW_BYTES) stop = begin + WINDOW_BYTES;
    size_t end = begin;
    while (end < stop && strchr("(),;:/[]", phrases->text.bytes[end]) == NULL)
        end++;
    struct text words =
        text_cut((struct text){phrases->text.bytes + begin, stop - begin}, end - begin);
    static const char *const arrows[] = {"→", "←", "⇒", "➡", "·", "、"};
    for (size_t i = 0; i < ARRAY_LENGTH(arrows); i++) {
        ptrdiff_t at = text_find(words, text_from(arrows[i]));
        bool dot = strcmp(arrows[i], "·") == 0;
        if (at >= 0 && (!dot || at == 0)) words.length = (size_t)at;
    }
    return words;
}

/* A rate that stands bare behind an amount takes its name from it: 집행액, 집행률. */
static struct label rate_of(const struct phrases *phrases, const struct phrase_frame *frame)
{
    const struct label *amount = frame->last.length > 0 ? &frame->last : &frame->label;
    bool money =
        frame->previous != PHRASE_NONE && is_unit(&phrases->numerals[frame->previous], "KRW");
    return money && words_is_execution(label_text(amount)) ? label_of(text_from("집행률"))
                                                           : label_of(text_from("비율"));
}

/* Chooses the last labels of a quantity from the words before and behind it. */
static void name(struct phrases *phrases, struct phrase_frame *frame, int index,
                 struct phrase *phrase, struct words_hint *hint)
{
    const struct numeral *numeral = &phrases->numerals[index];
    struct label noun = phrase_before(phrases, frame, numeral->begin, hint);
    struct text behind = words_behind(phrases, index);
    struct label follower = words_follower(behind, hint);
    bool counts_noun = words_counts_noun(numeral->unit) && follower.length > 0 &&
                       !words_is_predicate(label_text(&follower));
    if (noun.length == 0 && follower.length == 0 && is_unit(numeral, "PERCENT") &&
        frame->previous != PHRASE_NONE && frame->arrow == '\0') {
        noun = rate_of(phrases, frame);
    }
    if (noun.length == 0 && frame->arrow != '\0') noun = frame->last;
    add(phrase, &noun);
    if (counts_noun || noun.length == 0) add(phrase, &follower);
}

static void days_of(struct phrases *phrases, struct phrase *phrase, int index)
{
    for (int depth = phrases->depth; depth >= 0 && phrase->days == PHRASE_NONE; depth--)
        phrase->days = phrases->frames[depth].days;
    if (phrase->days != PHRASE_NONE) return;
    /* A date in the bracket right behind: `친구수 107만명('20.3월)`. */
    if (index + 1 >= phrases->count) return;
    const struct numeral *next = &phrases->numerals[index + 1];
    if (next->kind != NUMERAL_DATE && next->kind != NUMERAL_PERIOD) return;
    size_t from = phrases->numerals[index].end;
    struct text between = {phrases->text.bytes + from, next->begin - from};
    ptrdiff_t open = text_find(between, text_from("("));
    if (open < 0 || (size_t)open + 3 < between.length) return;
    if (memchr(between.bytes, ',', (size_t)open) != NULL) return;
    phrase->days = index + 1;
}

static void compare(struct phrases *phrases, struct phrase_frame *frame, struct phrase *phrase,
                    int index, const struct words_hint *hint)
{
    if (frame->arrow == '>' && frame->previous != PHRASE_NONE)
        phrase->compared_with = frame->previous;
    if (hint->is_compared && frame->previous != PHRASE_NONE)
        phrase->compared_with = frame->previous;
    frame->arrow = '\0';
    if (index + 1 >= phrases->count || phrases->numerals[index + 1].kind != NUMERAL_QUANTITY)
        return;
    size_t from = phrases->numerals[index].end;
    struct text between = {phrases->text.bytes + from, phrases->numerals[index + 1].begin - from};
    if (between.length < 16 && text_find(between, text_from("←")) >= 0)
        phrase->compared_with = index + 1;
}

/* Everything that is known of the quantity at the reader's place. */
static void describe(struct phrases *phrases, int index, struct phrase *phrase)
{
    struct phrase_frame *frame = top(phrases);
    const struct numeral *numeral = &phrases->numerals[index];
    phrase->numeral = index;
    phrase->label_count = 0;
    phrase->part_of = phrase->compared_with = phrase->days = PHRASE_NONE;
    for (int depth = 0; depth <= phrases->depth; depth++) {
        struct phrase_frame *each = &phrases->frames[depth];
        add(phrase, &each->above);
        add(phrase, &each->outer);
        struct label label = label_at_slash(&each->label, each->slash);
        add(phrase, &label);
        phrase->from_list |= words_is_division(label_text(&label));
    }
    struct words_hint hint = {0};
    int before = phrase->label_count;
    name(phrases, frame, index, phrase, &hint);
    struct label named = phrase->label_count > 0 ? phrase->labels[phrase->label_count - 1]
                                                 : (struct label){.length = 0};
    if (phrase->label_count == before && before == 0) {
        add(phrase, &frame->last);
        named = frame->last;
    }
    phrase->per = hint.per == NULL ? "" : hint.per;
    phrase->qualifiers = hint.qualifiers;
    if (frame->whole != PHRASE_NONE &&
        may_be_part(&phrases->numerals[frame->whole], numeral, &named) && phrase->per[0] == '\0') {
        phrase->part_of = frame->whole;
    }
    compare(phrases, frame, phrase, index, &hint);
    days_of(phrases, phrase, index);
    frame->last = named;
    frame->previous = index;
    frame->previous_end = numeral->end;
    frame->has_quantity = true;
    segment_begin(frame, numeral->end);
}

bool phrases_next(struct phrases *phrases, struct phrase *phrase)
{
    while (phrases->next < phrases->count) {
        int index = phrases->next++;
        const struct numeral *numeral = &phrases->numerals[index];
        read_to(phrases, numeral->begin);
        if (phrases->offset < numeral->end) phrases->offset = numeral->end;
        struct phrase_frame *frame = top(phrases);
        switch (numeral->kind) {
        case NUMERAL_QUANTITY:
            phrase->from_list = false;
            describe(phrases, index, phrase);
            return true;
        case NUMERAL_DATE:
        case NUMERAL_PERIOD:
            if (numeral->has_days) frame->days = index;
            cut(frame, numeral->begin, numeral->end);
            break;
        case NUMERAL_TIME:
            cut(frame, numeral->begin, numeral->end);
            break;
        case NUMERAL_ORDINAL:
        case NUMERAL_NAME:
        case NUMERAL_UNREAD:
            break;
        }
    }
    return false;
}
