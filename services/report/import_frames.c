#include "import_frames.h"

#include <string.h>

static void frame_clear(struct frame *frame, size_t begin)
{
    memset(frame, 0, sizeof *frame);
    frame->whole = frame->previous = frame->days = frame->ordinal = frame->series_next = FRAME_NONE;
    frame->begin = begin;
    frame_segment(frame, begin);
    frame->clause = begin;
}

/* `[서울사랑] …`, `(방문) …`: what stands in brackets at the beginning is the label of the rest. */
static void read_tag(struct frames *frames)
{
    static const char *const pairs[][2] = {{"[", "]"}, {"(", ")"}, {"【", "】"}, {"〔", "〕"}};
    struct text text = frames->text;
    size_t begin = text.length - text_trim(text).length;
    if (begin > 0) begin = (size_t)(text_trim(text).bytes - text.bytes);
    struct text rest = {text.bytes + begin, text.length - begin};
    for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++) {
        struct text open = text_from(pairs[i][0]);
        if (!text_starts_with(rest, open)) continue;
        struct text inside = {rest.bytes + open.length, rest.length - open.length};
        ptrdiff_t close = text_find(inside, text_from(pairs[i][1]));
        if (close <= 0 || close > LABEL_BYTES_MAX / 2) return;
        size_t end = begin + open.length + (size_t)close + strlen(pairs[i][1]);
        if (frames->count > 0 && frames->numerals[0].begin < end) return;
        if (end >= text.length || memchr(inside.bytes, ':', (size_t)close) != NULL) return;
        struct frame *frame = &frames->frames[0];
        frame->above = label_of((struct text){inside.bytes, (size_t)close});
        frame_segment(frame, end);
        frame->clause = end;
        frames->offset = end;
        return;
    }
}

void frames_init(struct frames *frames, struct text text, const struct numeral *numerals,
                 size_t count)
{
    frames->text = text;
    frames->numerals = numerals;
    frames->count = (int)count;
    frames->offset = frames->read_end = 0;
    frames->depth = frames->ignored = 0;
    frame_clear(&frames->frames[0], 0);
    read_tag(frames);
}

struct frame *frames_top(struct frames *frames)
{
    return &frames->frames[frames->depth];
}

void frame_segment(struct frame *frame, size_t offset)
{
    frame->segment = offset;
    frame->cut_count = 0;
}

void frame_cut(struct frame *frame, size_t begin, size_t end)
{
    if (frame->cut_count == FRAME_CUTS_MAX) return;
    frame->cuts[frame->cut_count][0] = begin;
    frame->cuts[frame->cut_count][1] = end;
    frame->cut_count++;
}

/* The words from `begin` to `end`, what is cut left out; at most the last FRAME_WINDOW_BYTES. */
static struct text words_between(const struct frames *frames, const struct frame *frame,
                                 size_t begin, size_t end, char window[static FRAME_WINDOW_BYTES])
{
    if (end - begin > FRAME_WINDOW_BYTES) {
        begin = end - FRAME_WINDOW_BYTES;
        while (begin < end && ((unsigned char)frames->text.bytes[begin] & 0xC0) == 0x80)
            begin++;
    }
    size_t length = 0;
    for (size_t i = begin; i < end; i++) {
        bool left_out = false;
        for (int c = 0; c < frame->cut_count; c++)
            left_out |= i >= frame->cuts[c][0] && i < frame->cuts[c][1];
        if (!left_out) window[length++] = frames->text.bytes[i];
    }
    return text_trim((struct text){window, length});
}

struct label frames_noun(const struct frames *frames, const struct frame *frame, size_t end,
                         bool whole_clause, struct words_hint *hint)
{
    char window[FRAME_WINDOW_BYTES];
    size_t begin = whole_clause ? frame->clause : frame->segment;
    struct text words = words_between(frames, frame, begin, end, window);
    if (whole_clause) return label_of(words_without_counting(words, hint));
    struct label noun = words_noun(words, hint);
    /* `시민리포터 운영 : 제5기 120명` counts no fifth term. */
    if (frame->ordinal != FRAME_NONE) {
        const struct numeral *ordinal = &frames->numerals[frame->ordinal];
        struct text printed = {frames->text.bytes + ordinal->begin, ordinal->end - ordinal->begin};
        if (text_equal(label_text(&noun), text_trim(printed))) noun.length = 0;
    }
    return noun;
}

/* A bracket that begins with 총 sums up the whole clause before it. */
static bool sums_up(const struct frames *frames, size_t behind)
{
    struct text rest = {frames->text.bytes + behind, frames->text.length - behind};
    return text_starts_with(text_trim(text_cut(rest, 12)), text_from("총"));
}

/* An opening bracket: what stands before it is what it speaks of. */
static void frame_push(struct frames *frames, size_t at, size_t behind)
{
    if (frames->depth + 1 == FRAMES_MAX) {
        frames->ignored++;
        return;
    }
    const struct frame *outer = frames_top(frames);
    struct frame *frame = &frames->frames[++frames->depth];
    frame_clear(frame, behind);
    frame->begin = at;
    frame->behind = behind;
    frame->follows = outer->previous != FRAME_NONE && outer->previous_end <= at &&
                     outer->segment <= outer->previous_end;
    frame->whole = frame->follows ? outer->previous : FRAME_NONE;
}

void frames_name(struct frames *frames)
{
    for (int depth = 1; depth <= frames->depth; depth++) {
        struct frame *frame = &frames->frames[depth];
        if (frame->is_named) continue;
        const struct frame *outer = &frames->frames[depth - 1];
        struct words_hint hint = {0};
        bool whole = sums_up(frames, frame->behind);
        struct label noun = frames_noun(frames, outer, frame->begin, whole, &hint);
        if (frame->follows && words_ends_in_predicate(label_text(&noun))) noun.length = 0;
        frame->outer = noun;
        if (frame->follows || noun.length == 0) frame->above = outer->last;
        frame->is_named = true;
    }
}

/* `「명예시장」(15명) 및 「홍보대사」(37명)`: behind 및 begins something else. */
static bool joins_another(const struct frames *frames, size_t behind)
{
    struct text rest =
        text_cut((struct text){frames->text.bytes + behind, frames->text.length - behind}, 24);
    static const char *const closings[] = {"」", "』", "'", "’", "”", "]", " "};
    for (int skipped = 0; skipped < 4; skipped++) {
        for (size_t i = 0; i < ARRAY_LENGTH(closings); i++) {
            struct text closing = text_from(closings[i]);
            if (!text_starts_with(rest, closing)) continue;
            rest.bytes += closing.length;
            rest.length -= closing.length;
        }
    }
    static const char *const joints[] = {"및", "과 ", "와 ", "·"};
    for (size_t i = 0; i < ARRAY_LENGTH(joints); i++) {
        if (text_starts_with(rest, text_from(joints[i]))) return true;
    }
    return false;
}

static void frame_pop(struct frames *frames, size_t behind)
{
    if (frames->ignored > 0) {
        frames->ignored--;
        return;
    }
    if (frames->depth == 0) return;
    struct frame *inner = frames_top(frames);
    bool counted = inner->has_quantity;
    bool follows = inner->follows;
    int days = inner->days;
    size_t begin = inner->begin;
    const struct label *noun = inner->outer.length > 0 ? &inner->outer : &inner->above;
    frames->depth--;
    struct frame *frame = frames_top(frames);
    if (days != FRAME_NONE) {
        frame->days = days;
        frame->days_in_bracket = true;
    }
    if (counted && (follows || joins_another(frames, behind))) {
        frame_segment(frame, behind);
        if (frame->last.length == 0) frame->last = *noun;
    } else if (counted || days != FRAME_NONE) {
        frame_cut(frame, begin, behind);
    }
}

/* Between digits, a colon is a time's and a slash a date's; those lie within numerals, which are
 * passed over. Here every colon parts a label from its value, but for an address's. */
static void colon(struct frames *frames, size_t at, size_t behind)
{
    if (behind < frames->text.length && frames->text.bytes[behind] == '/') return;
    struct frame *frame = frames_top(frames);
    bool first = frame->label.length == 0 && !frame->has_quantity;
    char window[FRAME_WINDOW_BYTES];
    struct text words =
        words_between(frames, frame, first ? frame->clause : frame->segment, at, window);
    struct label label = label_of(words_unopened(words));
    bool of_number = frame->previous != FRAME_NONE && frame->segment <= frame->previous_end;
    if (of_number && (label.length == 0 || words_is_predicate(label_text(&label)))) {
        frame->whole = frame->previous;
        frame->above = frame->last;
    } else if (label.length > 0) {
        frame->label = label;
        frame->last.length = 0;
        frame->whole = frames->depth == 0 ? FRAME_NONE : frame->whole;
    } else {
        return;
    }
    frame->slash = 0;
    frame_segment(frame, behind);
    frame->clause = behind;
}

static void separator(struct frames *frames, size_t behind)
{
    struct frame *frame = frames_top(frames);
    frame_segment(frame, behind);
    if (frame->days_in_bracket) frame->days = FRAME_NONE;
    frame->days_in_bracket = false;
}

/* Does an arrow lead from all numbers of the list before it to as many behind it (`A 3명, B 5명 →
 * 4명, 6명`)? In `A 3명→4명, B 5명→6명` each leads to one of its own. */
static bool series_leads(const struct frames *frames, const struct frame *frame, size_t behind)
{
    if (frame->series_count < 2) return false;
    const char *unit = frames->numerals[frame->series[0]].unit;
    for (int i = 1; i < frame->series_count; i++) {
        if (strcmp(frames->numerals[frame->series[i]].unit, unit) != 0) return false;
    }
    int count = 0;
    int first = frame->series[frame->series_count - 1] + 1;
    for (int i = first; i < frames->count && i < first + 2 * FRAME_SERIES_MAX; i++) {
        const struct numeral *numeral = &frames->numerals[i];
        bool alike = numeral->kind == NUMERAL_QUANTITY && strcmp(numeral->unit, unit) == 0;
        count += alike && numeral->begin >= behind;
    }
    return count >= frame->series_count;
}

static void arrow(struct frames *frames, size_t behind, char direction)
{
    struct frame *frame = frames_top(frames);
    separator(frames, behind);
    frame->arrow = direction;
    frame->series_next = direction == '>' && series_leads(frames, frame, behind) ? 0 : FRAME_NONE;
    if (frame->series_next == FRAME_NONE) frame->series_count = 0;
}

/* A bullet within the run: what it says has nothing to do with what stood before. */
static void bullet(struct frames *frames, size_t behind)
{
    struct text text = frames->text;
    if (behind < text.length && text.bytes[behind] != ' ') return;
    frames->depth = 0;
    frames->ignored = 0;
    frame_clear(&frames->frames[0], behind);
}

/* Between values, or with a space behind it, a slash parts; between words it does not. */
static void slash(struct frames *frames, size_t at, size_t behind)
{
    struct frame *frame = frames_top(frames);
    frame->slash++;
    bool spaced = behind >= frames->text.length || frames->text.bytes[behind] == ' ';
    if (spaced || frames->read_end == at) separator(frames, behind);
}

static void read_point(struct frames *frames, uint32_t point, size_t at, size_t behind)
{
    switch (point) {
    case '(':
    case '[':
    case 0xFF08:
        frame_push(frames, at, behind);
        break;
    case ')':
    case ']':
    case 0xFF09:
        frame_pop(frames, behind);
        break;
    case ':':
    case 0xFF1A:
        colon(frames, at, behind);
        break;
    case ',':
    case ';':
    case 0x3001:
    case 0x3010: /* 【 */
    case 0x3011:
    case 0xFF0C:
        separator(frames, behind);
        break;
    case 0x25CB:
    case 0x25CF:
    case 0x25A1:
    case 0x25B6:
    case 0x25B7:
    case 0x203B:
        bullet(frames, behind);
        break;
    case '/':
        slash(frames, at, behind);
        break;
    case '~':
    case 0x223C:
    case 0xFF5E:
        if (frames_top(frames)->previous != FRAME_NONE) arrow(frames, behind, '~');
        break;
    case 0x2192:
    case 0x21D2:
    case 0x27A1:
    case 0x2794:
        arrow(frames, behind, '>');
        break;
    case 0x2190:
    case 0x21D0:
        arrow(frames, behind, '<');
        break;
    }
}

void frames_read(struct frames *frames, const struct numeral *numeral)
{
    while (frames->offset < numeral->begin) {
        size_t at = frames->offset;
        uint32_t point = text_next(frames->text, &frames->offset);
        read_point(frames, point, at, frames->offset);
    }
    if (frames->offset < numeral->end) frames->offset = numeral->end;
    frames->read_end = numeral->end;
}

struct text frames_behind(const struct frames *frames, int index)
{
    struct text text = frames->text;
    size_t begin = frames->numerals[index].end;
    size_t stop = text.length;
    if (index + 1 < frames->count) stop = frames->numerals[index + 1].begin;
    if (stop > begin + FRAME_WINDOW_BYTES) stop = begin + FRAME_WINDOW_BYTES;
    if (begin < stop && text.bytes[begin] == '(') {
        const char *close = memchr(text.bytes + begin, ')', stop - begin);
        if (close != NULL) begin = (size_t)(close - text.bytes) + 1;
    }
    size_t end = begin;
    while (end < stop && strchr("(),;:/[]~", text.bytes[end]) == NULL)
        end++;
    struct text words = text_cut((struct text){text.bytes + begin, stop - begin}, end - begin);
    for (size_t i = 0; i < words.length;) {
        size_t at = i;
        uint32_t point = text_next(words, &i);
        /* Arrows, bullets and CJK brackets. */
        bool ends = (point >= 0x2190 && point <= 0x21FF && point != 0x2191 && point != 0x2193) ||
                    (point >= 0x25A0 && point <= 0x25FF) || point == 0x27A1 || point == 0x203B ||
                    point == 0x3001 || point == 0x3011;
        if (!ends) continue;
        words.length = at;
        break;
    }
    if (text_starts_with(words, text_from("·"))) words.length = 0;
    return words;
}
