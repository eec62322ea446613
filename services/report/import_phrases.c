#include "import_phrases.h"

#include <string.h>

void phrases_init(struct phrases *phrases, struct text text, const struct numeral *numerals,
                  size_t count)
{
    frames_init(&phrases->frames, text, numerals, count);
    phrases->next = 0;
    phrases->waiting_per = NULL;
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
    bool bare = part->unit[0] == '\0'; /* `3,200백만원(국비 1,600, 시비 1,600)` */
    if (!bare && is_unit(whole, "KRW") != is_unit(part, "KRW")) return false;
    return strcmp(whole->unit, part->unit) == 0 || whole->unit[0] == '\0' ||
           part->unit[0] == '\0' || (words_is_copies(whole->unit) && words_is_copies(part->unit));
}

/* A rate that stands bare behind an amount takes its name from it: 집행액, 집행률. */
static struct label rate_of(const struct frames *frames, const struct frame *frame)
{
    const struct label *amount = frame->last.length > 0 ? &frame->last : &frame->label;
    bool money =
        frame->previous != FRAME_NONE && is_unit(&frames->numerals[frame->previous], "KRW");
    return money && words_is_execution(label_text(amount)) ? label_of(text_from("집행률"))
                                                           : label_of(text_from("비율"));
}

/* A number of a list that stands behind an arrow is of the thing in the same place before it. */
static int take_series(struct frame *frame, struct label *noun)
{
    if (frame->series_next == FRAME_NONE) return FRAME_NONE;
    int place = frame->series_next++;
    if (place >= frame->series_count) {
        frame->series_next = FRAME_NONE;
        return FRAME_NONE;
    }
    if (noun->length == 0) *noun = frame->series_labels[place];
    return frame->series[place];
}

/* Chooses the last labels of a quantity from the words before and behind it. */
static void name(struct frames *frames, struct frame *frame, int index, struct phrase *phrase,
                 struct words_hint *hint)
{
    const struct numeral *numeral = &frames->numerals[index];
    struct label noun = frames_noun(frames, frame, numeral->begin, false, hint);
    bool labelled = frame->label.length > 0;
    if (hint->is_list) {
        /* `복지, 교통, 환경 등 12건` counts none of the three. */
        if (labelled)
            noun.length = 0;
        else
            noun = frames_noun(frames, frame, numeral->begin, true, &(struct words_hint){0});
    }
    struct label follower = words_follower(frames_behind(frames, index), hint);
    bool does = words_is_predicate(label_text(&follower));
    bool counts_noun = words_counts_noun(numeral->unit) && follower.length > 0 && !does;
    bool is_rate = is_unit(numeral, "PERCENT");
    int compared = take_series(frame, &noun);
    if (compared != FRAME_NONE) phrase->compared_with = compared;
    if (noun.length == 0 && is_rate && hint->is_compared) {
        noun = hint->comparison.length > 0 ? hint->comparison : label_of(text_from("증감률"));
    } else if (noun.length == 0 && follower.length == 0 && is_rate &&
               frame->previous != FRAME_NONE && frame->arrow == '\0') {
        noun = rate_of(frames, frame);
    }
    if (noun.length == 0 && frame->arrow != '\0') noun = frame->last;
    if (hint->is_share && frame->previous != FRAME_NONE) add(phrase, &frame->last);
    bool is_how = hint->is_adverbial && follower.length > 0 && !labelled;
    if (does && noun.length > 0 && !is_how) add(phrase, &follower);
    if (!(hint->is_adverbial && labelled)) add(phrase, &noun);
    bool needed = noun.length == 0 && !(labelled && frame->previous == FRAME_NONE);
    if (counts_noun || needed || is_how) add(phrase, &follower);
    phrase->counted_end = counts_noun ? hint->follower_end : NULL;
}

/* A date in a bracket behind: `친구수 107만명('20.3월)`, `총 10회 1,298명('11.11.~12)`; not one
 * that a number of its own follows. */
static int days_behind(const struct frames *frames, int index)
{
    int at = index + 1;
    while (at < frames->count && at < index + 3 && frames->numerals[at].kind == NUMERAL_QUANTITY)
        at++;
    if (at >= frames->count) return FRAME_NONE;
    const struct numeral *date = &frames->numerals[at];
    if ((date->kind != NUMERAL_DATE && date->kind != NUMERAL_PERIOD) || !date->has_days)
        return FRAME_NONE;
    size_t from = frames->numerals[index].end;
    struct text between = {frames->text.bytes + from, date->begin - from};
    ptrdiff_t open = text_find(between, text_from("("));
    if (open < 0 || (size_t)open + 3 < between.length) return FRAME_NONE;
    if (memchr(between.bytes, ',', (size_t)open) != NULL) return FRAME_NONE;
    if (memchr(between.bytes, ')', (size_t)open) != NULL) return FRAME_NONE;
    struct text rest = text_trim(text_cut(
        (struct text){frames->text.bytes + date->end, frames->text.length - date->end}, 30));
    static const char *const closings[] = {")",    ",",    "현재", "기준", "말",
                                           "까지", "부터", "예정", "~",    "중"};
    for (size_t i = 0; i < ARRAY_LENGTH(closings); i++) {
        if (text_starts_with(rest, text_from(closings[i]))) return at;
    }
    return FRAME_NONE;
}

static void days_of(struct frames *frames, struct phrase *phrase, int index)
{
    for (int depth = frames->depth; depth >= 0 && phrase->days == FRAME_NONE; depth--)
        phrase->days = frames->frames[depth].days;
    if (phrase->days == FRAME_NONE) phrase->days = days_behind(frames, index);
    if (phrase->days == FRAME_NONE) return;
    size_t end = frames->numerals[phrase->days].end;
    struct text rest =
        text_cut((struct text){frames->text.bytes + end, frames->text.length - end}, 18);
    /* `'20.1.23~4.13 현재` counts from the first day on. */
    size_t begin = frames->numerals[phrase->days].begin;
    struct text printed = {frames->text.bytes + begin, end - begin};
    if (text_find(printed, text_from("~")) >= 0) return;
    phrase->days_are_as_of =
        text_find(rest, text_from("기준")) >= 0 || text_find(rest, text_from("현재")) >= 0;
}

static void compare(struct frames *frames, struct frame *frame, struct phrase *phrase, int index,
                    const struct words_hint *hint)
{
    bool compared = frame->arrow == '>' || hint->is_compared;
    if (compared && phrase->compared_with == FRAME_NONE) phrase->compared_with = frame->previous;
    frame->arrow = '\0';
    if (index + 1 >= frames->count || frames->numerals[index + 1].kind != NUMERAL_QUANTITY) return;
    size_t from = frames->numerals[index].end;
    struct text between = {frames->text.bytes + from, frames->numerals[index + 1].begin - from};
    if (between.length < 16 && text_find(between, text_from("←")) >= 0)
        phrase->compared_with = index + 1;
}

/* The labels of the frames around the place, from the outermost. */
static void add_frames(const struct frames *frames, struct phrase *phrase)
{
    for (int depth = 0; depth <= frames->depth; depth++) {
        const struct frame *each = &frames->frames[depth];
        add(phrase, &each->above);
        add(phrase, &each->outer);
        struct label label = label_at_slash(&each->label, each->slash);
        add(phrase, &label);
        phrase->from_list |= words_is_division(label_text(&label));
    }
}

/* `1일 2회`: the first number only says per what the second counts. */
static const char *per_before(const struct frames *frames, int index)
{
    const struct numeral *numeral = &frames->numerals[index];
    if (index + 1 >= frames->count || numeral->low.units != 1 || numeral->low.exponent != 0)
        return NULL;
    const struct numeral *next = &frames->numerals[index + 1];
    if (next->kind != NUMERAL_QUANTITY) return NULL;
    struct text between =
        text_trim((struct text){frames->text.bytes + numeral->end, next->begin - numeral->end});
    if (between.length > 0 && !text_equal(between, text_from("평균"))) return NULL;
    static const char *const units[] = {"일", "주", "월", "년", "시간", "분기"};
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
        if (is_unit(numeral, units[i])) return units[i];
    }
    return NULL;
}

/* `is_led_to`: an arrow leads to the number. */
static void remember(struct frame *frame, int index, const struct label *named, size_t end,
                     bool is_led_to)
{
    if (frame->series_next == FRAME_NONE && !is_led_to) {
        if (frame->series_count == FRAME_SERIES_MAX) frame->series_count = 0;
        frame->series[frame->series_count] = index;
        frame->series_labels[frame->series_count++] = *named;
    }
    frame->last = *named;
    frame->previous = index;
    frame->previous_end = end;
    frame->has_quantity = true;
    frame->ordinal = FRAME_NONE;
    frame_segment(frame, end);
    frame->clause = end;
}

/* `7,185건(4.3, 최대)`: what the bracket right behind a number says of it, where it holds no number
 * of its own. */
static unsigned bracket_behind(const struct frames *frames, int index)
{
    const struct numeral *numeral = &frames->numerals[index];
    struct text text = frames->text;
    if (numeral->end >= text.length || text.bytes[numeral->end] != '(') return 0;
    const char *open = text.bytes + numeral->end;
    const char *close = memchr(open, ')', text.length - numeral->end);
    if (close == NULL) return 0;
    for (int i = index + 1; i < frames->count; i++) {
        if (text.bytes + frames->numerals[i].begin > close) break;
        if (frames->numerals[i].kind == NUMERAL_QUANTITY) return 0;
    }
    struct text within = {open, (size_t)(close - open)};
    bool largest =
        text_find(within, text_from("최대")) >= 0 || text_find(within, text_from("최고")) >= 0;
    return largest ? PHRASE_MAXIMUM : 0;
}

/* The list that a part stands in, up to its bracket's end, says that it does not name all: `청년
 * 30명, 원로 20명 등)`. */
static bool list_is_open(const struct frames *frames, int index)
{
    enum { LIST_BYTES_MAX = 300 };
    static const char *const words[] = {" 등)",  "명등)", "건등)", "개등)", "회등)", "원등)",
                                        "소등)", " 등 ",  " 등,",  "포함)", "포함 "};
    size_t begin = frames->numerals[index].end;
    struct text text = {frames->text.bytes + begin, frames->text.length - begin};
    text = text_cut(text, LIST_BYTES_MAX);
    ptrdiff_t close = text_find(text, text_from(")"));
    if (close < 0) return text_ends_with(text, text_from(" 등"));
    text.length = (size_t)close + 1;
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (text_find(text, text_from(words[i])) >= 0) return true;
    }
    return false;
}

/* Everything that is known of the quantity at the reader's place. */
static void describe(struct phrases *phrases, int index, struct phrase *phrase)
{
    struct frames *frames = &phrases->frames;
    struct frame *frame = frames_top(frames);
    const struct numeral *numeral = &frames->numerals[index];
    phrase->numeral = index;
    phrase->label_count = 0;
    phrase->part_of = phrase->compared_with = phrase->days = FRAME_NONE;
    phrase->from_list = phrase->days_are_as_of = false;
    frames_name(frames);
    add_frames(frames, phrase);
    struct words_hint hint = {0};
    int before = phrase->label_count;
    name(frames, frame, index, phrase, &hint);
    if (phrase->label_count == before && before == 0) add(phrase, &frame->last);
    struct label named = {.length = 0};
    if (phrase->label_count > 0) named = phrase->labels[phrase->label_count - 1];
    words_measure(label_text(&named), &hint);
    phrase->slash = frames->frames[0].slash;
    phrase->per = hint.per != NULL               ? hint.per
                  : phrases->waiting_per != NULL ? phrases->waiting_per
                                                 : "";
    phrases->waiting_per = NULL;
    phrase->qualifiers = hint.qualifiers | bracket_behind(frames, index);
    bool dated = frame->days != FRAME_NONE && frame->follows;
    if (frame->whole != FRAME_NONE && !dated && phrase->per[0] == '\0' &&
        may_be_part(&frames->numerals[frame->whole], numeral, &named)) {
        phrase->part_of = frame->whole;
        if (list_is_open(frames, index)) phrase->qualifiers |= PHRASE_AMONG_OTHERS;
    }
    bool is_led_to = frame->arrow == '>';
    compare(frames, frame, phrase, index, &hint);
    days_of(frames, phrase, index);
    const char *per = per_before(frames, index);
    if (per != NULL) {
        /* The words belong to the number that comes now. */
        phrases->waiting_per = per;
        frame_cut(frame, numeral->begin, numeral->end);
        return;
    }
    size_t end = numeral->end;
    if (phrase->counted_end != NULL) end = (size_t)(phrase->counted_end - frames->text.bytes);
    remember(frame, index, &named, end, is_led_to);
}

bool phrases_next(struct phrases *phrases, struct phrase *phrase)
{
    struct frames *frames = &phrases->frames;
    while (phrases->next < frames->count) {
        int index = phrases->next++;
        const struct numeral *numeral = &frames->numerals[index];
        frames_read(frames, numeral);
        struct frame *frame = frames_top(frames);
        switch (numeral->kind) {
        case NUMERAL_QUANTITY:
            describe(phrases, index, phrase);
            return true;
        case NUMERAL_DATE:
        case NUMERAL_PERIOD:
            if (numeral->has_days) frame->days = index;
            frame->days_in_bracket = false;
            frame_cut(frame, numeral->begin, numeral->end);
            break;
        case NUMERAL_TIME:
            frame_cut(frame, numeral->begin, numeral->end);
            break;
        case NUMERAL_ORDINAL:
            frame->ordinal = index;
            break;
        case NUMERAL_NAME:
        case NUMERAL_UNREAD:
            break;
        }
    }
    return false;
}
