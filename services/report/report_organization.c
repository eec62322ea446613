#include <string.h>

#include "report_grid.h"
#include "report_records.h"

enum { UNIT_CODE_POINTS_MAX = 20, HEADING_BYTES_MAX = 80, LINES_WITHOUT_UNIT_MAX = 12 };

/* Headings below which a text lists its units. */
static const char *const start_words[] = {"주요기능", "조직", "기구", "업무분장", "담당업무", NULL};
static const char *const summary_words[] = {"조직", "기구", NULL};

/* Endings of a unit's name and its depth, longer before shorter. */
static const struct unit_ending {
    const char *ending;
    int depth;
} unit_endings[] = {
    {"담당관", 1}, {"추진단", 1}, {"사업소", 1}, {"센터", 1}, {"연구소", 1},
    {"사무소", 1}, {"팀", 2},     {"담당", 2},   {"과", 1},   {"단", 1},
};
/* Units that a summary counts. */
static const char *const summary_units[] = {"관", "국", "실",   "본부",   "단", "과",   "담당관",
                                            "팀", "부", "센터", "사업소", "소", "담당", NULL};

/* The depth of a unit with this name, or 0 where it is none. */
static int unit_depth(struct text name)
{
    size_t points = text_code_points(name);
    if (points < 3 || points > UNIT_CODE_POINTS_MAX) return 0;
    for (size_t i = 0; i < name.length; i++) {
        if (name.bytes[i] == ' ' || name.bytes[i] == '\t' || name.bytes[i] == '|') return 0;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(unit_endings); i++) {
        if (text_ends_with(name, text_from(unit_endings[i].ending))) return unit_endings[i].depth;
    }
    return 0;
}

static bool is_known(const struct message_list *units, struct text name, const char *parent)
{
    for (size_t i = 0; i < units->count; i++) {
        const report_organization_unit *unit = (const void *)units->items[i];
        if (text_equal(text_from(unit->label), name) && strcmp(unit->parent, parent) == 0) {
            return true;
        }
    }
    return false;
}

/* A unit to add; everything is borrowed. */
struct unit {
    struct text name;
    const char *parent;
    int depth;
    const char *as_of;
    const type_citation *citation;
};

static enum status unit_add(struct arena *arena, struct message_list *units,
                            const struct unit *unit, const char **label)
{
    report_organization_unit *out = arena_alloc(arena, sizeof *out);
    type_citation *citation = arena_alloc(arena, sizeof *citation);
    if (out == NULL || citation == NULL) return RESOURCE_EXHAUSTED;
    *citation = *unit->citation;
    *out = (report_organization_unit)REPORT_ORGANIZATION_UNIT_INIT;
    out->label = arena_copy(arena, unit->name.bytes, unit->name.length);
    out->parent = arena_copy(arena, unit->parent, strlen(unit->parent));
    out->as_of = arena_copy(arena, unit->as_of, strlen(unit->as_of));
    out->depth = unit->depth;
    out->citation = citation;
    if (out->label == NULL || out->parent == NULL || out->as_of == NULL) return RESOURCE_EXHAUSTED;
    if (label != NULL) *label = out->label;
    return message_list_add(arena, units, &out->base);
}

/* The next line of the text from *offset, without its end. */
static struct text line_next(struct text text, size_t *offset)
{
    const char *begin = text.bytes + *offset;
    const char *end = memchr(begin, '\n', text.length - *offset);
    size_t length = end == NULL ? text.length - *offset : (size_t)(end - begin);
    *offset += length + 1;
    return text_trim((struct text){begin, length});
}

/* Reading a list of units: where it stands. */
struct unit_list {
    bool open;
    int idle; /* Lines since the last unit. */
    const char *root, *department;
    type_citation citation;
};

static enum status line_read(struct arena *arena, const slice_slice_source *source,
                             struct unit_list *list, struct text line, struct message_list *units)
{
    struct text name;
    if (line.length > HEADING_BYTES_MAX) {
        if (++list->idle > LINES_WITHOUT_UNIT_MAX) list->open = false;
        return OK;
    }
    enum status status = text_compose(arena, line, &name);
    if (status != OK) return status == INVALID_ARGUMENT ? OK : status;
    if (label_is_one_of(name, start_words)) {
        list->open = true;
        list->idle = 0;
        list->department = list->root;
        return OK;
    }
    int depth = unit_depth(name);
    if (!list->open || depth == 0) {
        if (++list->idle > LINES_WITHOUT_UNIT_MAX) list->open = false;
        return OK;
    }
    list->idle = 0;
    const char *parent = depth == 1 ? list->root : list->department;
    if (is_known(units, name, parent) || units->count >= ORGANIZATION_UNITS_MAX) return OK;
    const struct unit unit = {name, parent, depth, source->as_of, &list->citation};
    return unit_add(arena, units, &unit, depth == 1 ? &list->department : NULL);
}

enum status organization_read(struct arena *arena, const slice_slice_source *source,
                              struct text text, struct message_list *units)
{
    struct unit_list list = {.root = source->publisher, .department = source->publisher};
    list.citation = (type_citation)TYPE_CITATION_INIT;
    list.citation.report_id = source->report_id;
    enum status status = OK;
    if (source->publisher[0] != '\0') {
        const struct unit root = {text_from(source->publisher), "", 0, source->as_of,
                                  &list.citation};
        status = unit_add(arena, units, &root, NULL);
    }
    size_t roots = units->count;
    for (size_t offset = 0; status == OK && offset < text.length;) {
        struct text line = line_next(text, &offset);
        list.citation.line++;
        if (line.length > 0) status = line_read(arena, source, &list, line, units);
    }
    if (units->count == roots) units->count = 0; /* A bureau alone is no organisation. */
    return status;
}

enum status organization_from_headcounts(struct arena *arena, const struct message_list *headcounts,
                                         struct message_list *units)
{
    enum status status = OK;
    for (size_t i = 0; status == OK && i < headcounts->count; i++) {
        const report_headcount *headcount = (const void *)headcounts->items[i];
        struct text name = text_from(headcount->department);
        if (unit_depth(name) != 1 || is_known(units, name, headcount->publisher)) continue;
        if (headcount->publisher[0] != '\0' &&
            !is_known(units, text_from(headcount->publisher), "")) {
            const struct unit root = {text_from(headcount->publisher), "", 0, headcount->as_of,
                                      headcount->citation};
            status = unit_add(arena, units, &root, NULL);
        }
        const struct unit unit = {name, headcount->publisher, 1, headcount->as_of,
                                  headcount->citation};
        if (status == OK) status = unit_add(arena, units, &unit, NULL);
    }
    return status;
}

enum status organization_summarize(struct arena *arena, const slice_figure *figure,
                                   struct organization_summary *summary)
{
    if (figure->quantity == NULL || figure->citation == NULL) return OK;
    if (figure->citation->table_row > 0 || figure->printed[0] == '\0') return OK;
    if (!label_is_one_of(text_from(figure->quantity->unit), summary_units)) return OK;
    bool labelled = false;
    for (size_t i = 0; i < figure->n_subject; i++) {
        labelled = labelled || label_is_one_of(text_from(figure->subject[i]), summary_words);
    }
    if (!labelled) return OK;
    if (summary->line != 0 && summary->line != figure->citation->line) return OK;
    char *joined = summary->line == 0
                       ? arena_printf(arena, "%s", figure->printed)
                       : arena_printf(arena, "%s %s", summary->summary, figure->printed);
    if (joined == NULL) return RESOURCE_EXHAUSTED;
    summary->line = figure->citation->line;
    summary->summary = joined;
    return OK;
}
