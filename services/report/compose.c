#include "compose.h"

#include <string.h>

#include "compose_tables.h"
#include "report_grid.h"
#include "report_records.h"

/* The chapters of a work report, in its order. */
enum chapter {
    CHAPTER_STATUS,
    CHAPTER_PROJECTS,
    CHAPTER_CURRENT,
    CHAPTER_AUDIT,
    CHAPTER_NONE, /* Of the report as paper: its contents. */
};
enum { CHAPTERS = 4, SECTIONS_SEARCHED_MAX = 64, ITEMS_FIRST = 8 };
enum { ISO_DATE_BYTES = 10, MONTH_OFFSET = 5 }; /* 2020-03-31, and where its month begins. */

/* Words of a chapter's heading in reports; a heading with none of them is one of projects. */
static const char *const status_words[] = {"일반현황", "기본현황", "조직현황", "조직및", NULL};
static const char *const current_words[] = {"현안", NULL};
static const char *const paper_words[] = {"목차", "차례", "순서", NULL};
static const char *const audit_words[] = {"감사", "지적사항", "처리요구", NULL};

/* Headings of chapters that are made from records even where no report prints them. */
static const char *const chapter_headings[CHAPTERS] = {
    [CHAPTER_STATUS] = "일반현황",
    [CHAPTER_PROJECTS] = "주요업무 추진현황",
    [CHAPTER_CURRENT] = "현안사항",
    [CHAPTER_AUDIT] = "행정사무감사 처리결과",
};

static enum chapter chapter_of(const type_citation *citation)
{
    if (citation == NULL || citation->n_section_path == 0) return CHAPTER_STATUS;
    struct text heading = text_from(citation->section_path[0]);
    if (label_is_one_of(heading, paper_words)) return CHAPTER_NONE;
    if (label_has_one_of(heading, audit_words)) return CHAPTER_AUDIT;
    if (label_has_one_of(heading, current_words)) return CHAPTER_CURRENT;
    if (label_has_one_of(heading, status_words)) return CHAPTER_STATUS;
    return CHAPTER_PROJECTS;
}

/* The document that is being built. */
struct draft {
    struct arena *arena;
    const struct compose_input *input;
    struct message_list sections;
    /* Parallel to the sections: the path that each stands for; NULL for those made from records. */
    const type_citation **paths;
    size_t path_capacity;
    enum chapter chapter;
    size_t chapter_first; /* The chapter's first section. */
    int base_depth;       /* Depth of the outermost heading of a report's path. */
};

static report_section *section_at(const struct draft *draft, size_t index)
{
    return (report_section *)(void *)draft->sections.items[index];
}

/* Appends a section. NULL: no memory. */
static report_section *section_add(struct draft *draft, const char *heading, int depth,
                                   const char *owner, const type_citation *path)
{
    struct arena *arena = draft->arena;
    report_section *section = arena_alloc(arena, sizeof *section);
    if (section == NULL) return NULL;
    *section = (report_section)REPORT_SECTION_INIT;
    section->heading = arena_copy(arena, heading, strlen(heading));
    section->owner = arena_copy(arena, owner, strlen(owner));
    section->depth = depth > COMPOSE_SECTION_DEPTH_MAX ? COMPOSE_SECTION_DEPTH_MAX : depth;
    if (section->heading == NULL || section->owner == NULL) return NULL;
    size_t index = draft->sections.count;
    if (index == draft->path_capacity) {
        void *grown = arena_grow(arena, draft->paths, index, &draft->path_capacity, sizeof(void *));
        if (grown == NULL) return NULL;
        draft->paths = grown;
    }
    if (message_list_add(arena, &draft->sections, &section->base) != OK) return NULL;
    draft->paths[index] = path;
    return section;
}

/* Appends to an array that only this function grows: its capacity doubles from ITEMS_FIRST, so the
 * count tells it. */
static enum status item_add(struct draft *draft, ProtobufCMessage ***items, size_t *count,
                            ProtobufCMessage *item)
{
    size_t capacity = *count == 0 ? 0 : ITEMS_FIRST;
    while (capacity < *count)
        capacity *= 2;
    struct message_list list = {*items, *count, capacity};
    enum status status = message_list_add(draft->arena, &list, item);
    if (status != OK) return status;
    *items = list.items;
    *count = list.count;
    return OK;
}

static enum status section_add_table(struct draft *draft, report_section *section,
                                     report_composed_table *table)
{
    if (section == NULL || table == NULL) return RESOURCE_EXHAUSTED;
    return item_add(draft, (ProtobufCMessage ***)(void *)&section->tables, &section->n_tables,
                    &table->base);
}

static enum status section_add_figure(struct draft *draft, report_section *section,
                                      slice_figure *figure)
{
    if (section == NULL) return RESOURCE_EXHAUSTED;
    return item_add(draft, (ProtobufCMessage ***)(void *)&section->figures, &section->n_figures,
                    &figure->base);
}

/* Two paths have the same first `length` headings. */
static bool same_headings(const type_citation *a, const type_citation *b, size_t length)
{
    if (a == NULL || b == NULL) return a == b;
    if (a->n_section_path < length || b->n_section_path < length) return false;
    for (size_t i = 0; i < length; i++) {
        if (strcmp(a->section_path[i], b->section_path[i]) != 0) return false;
    }
    return true;
}

static bool same_path(const type_citation *a, const type_citation *b)
{
    if (a == NULL || b == NULL) return a == b;
    return a->n_section_path == b->n_section_path && same_headings(a, b, a->n_section_path);
}

/* Chapters made from records have their own heading; in the others it is the report's. */
static size_t path_skip(enum chapter chapter)
{
    return chapter == CHAPTER_STATUS || chapter == CHAPTER_AUDIT ? 1 : 0;
}

/* Adds the headings of a path that the section before does not stand under. */
static report_section *headings_add(struct draft *draft, const type_citation *path,
                                    const char *owner)
{
    size_t skip = path_skip(draft->chapter);
    const type_citation *before = NULL;
    if (draft->sections.count > draft->chapter_first) {
        before = draft->paths[draft->sections.count - 1];
    }
    size_t shared = 0;
    while (before != NULL && shared < path->n_section_path &&
           same_headings(before, path, shared + 1)) {
        shared++;
    }
    if (shared < skip) shared = skip;
    report_section *section = NULL;
    for (size_t i = shared; i < path->n_section_path; i++) {
        bool last = i + 1 == path->n_section_path;
        section = section_add(draft, path->section_path[i], draft->base_depth + (int)(i - skip),
                              last ? owner : "", path);
        if (section == NULL) return NULL;
    }
    if (section != NULL) return section;
    /* The path is that of a heading above, or the chapter's own. */
    size_t length = path->n_section_path;
    const char *heading = length > skip ? path->section_path[length - 1] : "개요";
    int depth = draft->base_depth + (length > skip ? (int)(length - 1 - skip) : 0);
    return section_add(draft, heading, depth, owner, path);
}

/* Moves the last section to an earlier place. */
static void section_move(struct draft *draft, size_t to)
{
    size_t last = draft->sections.count - 1;
    ProtobufCMessage *section = draft->sections.items[last];
    const type_citation *path = draft->paths[last];
    for (size_t i = last; i > to; i--) {
        draft->sections.items[i] = draft->sections.items[i - 1];
        draft->paths[i] = draft->paths[i - 1];
    }
    draft->sections.items[to] = section;
    draft->paths[to] = path;
}

/* The section of this path and owner, made where there is none: behind that of another owner for
 * the same path, else at the end. NULL: no memory. */
static report_section *section_of(struct draft *draft, const type_citation *path, const char *owner)
{
    size_t searched = 0;
    const report_section *other = NULL;
    size_t behind = 0;
    for (size_t i = draft->sections.count; i > draft->chapter_first; i--) {
        report_section *section = section_at(draft, i - 1);
        if (searched++ == SECTIONS_SEARCHED_MAX) break;
        if (draft->paths[i - 1] == NULL || !same_path(draft->paths[i - 1], path)) continue;
        if (strcmp(section->owner, owner) == 0) return section;
        if (other == NULL && section->owner[0] != '\0') {
            other = section;
            behind = i;
        }
    }
    if (other == NULL) return headings_add(draft, path, owner);
    report_section *section = section_add(draft, other->heading, other->depth, owner, path);
    if (section != NULL) section_move(draft, behind);
    return section;
}

/* The days of whole quarters, halves and years; as MM-DD. */
static bool is_part_of_year(const char *first, const char *last)
{
    static const char *const begins[] = {"01-01", "04-01", "07-01", "10-01"};
    static const char *const ends[] = {"03-31", "06-30", "09-30", "12-31"};
    bool begun = false;
    bool ended = false;
    if (strlen(first) != ISO_DATE_BYTES || strlen(last) != ISO_DATE_BYTES) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(begins); i++) {
        begun = begun || strcmp(first + MONTH_OFFSET, begins[i]) == 0;
        ended = ended || strcmp(last + MONTH_OFFSET, ends[i]) == 0;
    }
    return begun && ended;
}

/* The day of the report was later than what the period speaks of: ISO dates compare as strings. Of
 * a quarter, half or year that had begun, the figure may have been its plan. */
static bool is_later(const struct draft *draft, const type_period *period)
{
    if (period == NULL) return false;
    const char *as_of = draft->input->as_of;
    if (period->kind_case == TYPE_PERIOD_KIND_CASE_AS_OF) {
        return strcmp(period->as_of, as_of) > 0;
    }
    if (period->kind_case != TYPE_PERIOD_KIND_CASE_INTERVAL) return false;
    const char *first = period->interval->first_day;
    const char *last = period->interval->last_day;
    if (strcmp(first, as_of) > 0) return true;
    return strcmp(last, as_of) > 0 && !is_part_of_year(first, last);
}

/* A plan is known before its time. */
static bool is_planned(const slice_figure *figure)
{
    for (size_t i = 0; i < figure->n_qualifiers; i++) {
        if (figure->qualifiers[i] == SLICE_QUALIFIER_PLANNED) return true;
    }
    return false;
}

/* A record was read from a row of this table. */
static bool cites_table(const type_citation *citation, const slice_table *table)
{
    if (citation == NULL || table->citation == NULL || table->n_rows == 0) return false;
    if (strcmp(citation->report_id, table->citation->report_id) != 0) return false;
    const slice_row *last = table->rows[table->n_rows - 1];
    int32_t end = last->n_cells > 0 ? last->cells[0]->line : 0;
    if (end < table->citation->line) end = table->citation->line;
    return citation->line >= table->citation->line && citation->line <= end;
}

/* The table is shown from records already: the ledger's or the staff's. */
static bool is_from_records(const struct draft *draft, const struct compose_report *report,
                            const slice_table *table)
{
    const struct compose_input *input = draft->input;
    for (size_t i = 0; i < input->execution_count; i++) {
        const budget_execution_row *row = input->execution[i];
        bool known = row->commitment_known || row->expenditure_known;
        if (known && cites_table(row->citation, table)) return true;
    }
    for (size_t i = 0; i < input->comparison_count; i++) {
        if (cites_table(input->comparison[i]->citation, table)) return true;
    }
    for (size_t i = 0; i < report->headcounts.count; i++) {
        const report_headcount *headcount = (const void *)report->headcounts.items[i];
        if (cites_table(headcount->citation, table)) return true;
    }
    return false;
}

static int32_t line_at(const type_citation *citation)
{
    return citation == NULL ? 0 : citation->line;
}

/* The report's own sections of the chapter: its figures outside tables, and its tables, merged in
 * the order of the text. */
static enum status items_add(struct draft *draft, const struct compose_report *report)
{
    static const type_citation no_citation = TYPE_CITATION_INIT;
    size_t f = 0, t = 0;
    enum status status = OK;
    while (status == OK) {
        slice_figure *figure =
            f < report->figures.count ? (slice_figure *)(void *)report->figures.items[f] : NULL;
        slice_table *table =
            t < report->tables.count ? (slice_table *)(void *)report->tables.items[t] : NULL;
        if (figure == NULL && table == NULL) break;
        bool take_table = table != NULL &&
                          (figure == NULL || line_at(table->citation) <= line_at(figure->citation));
        const type_citation *citation = take_table ? table->citation : figure->citation;
        if (citation == NULL) citation = &no_citation;
        bool belongs = chapter_of(citation) == draft->chapter;
        if (take_table) {
            t++;
            if (!belongs || is_later(draft, table->period)) continue;
            if (is_from_records(draft, report, table)) continue;
            status = section_add_table(draft, section_of(draft, citation, table->owner),
                                       composed_copy(draft->arena, table));
        } else {
            f++;
            /* A table shows its own figures. */
            if (!belongs || citation->table_row > 0) continue;
            if (is_later(draft, figure->period) && !is_planned(figure)) continue;
            status = section_add_figure(draft, section_of(draft, citation, figure->owner), figure);
        }
    }
    return status;
}

static enum status organization_add(struct draft *draft, const struct compose_report *report)
{
    if (report->units.count == 0 && report->summary[0] == '\0') return OK;
    bool several = draft->input->report_count > 1;
    const char *space = several && report->summary[0] != '\0' ? " " : "";
    bool noted = several || report->summary[0] != '\0';
    char *heading =
        arena_printf(draft->arena, "조직%s%s%s%s%s", noted ? " (" : "",
                     several ? report->publisher : "", space, report->summary, noted ? ")" : "");
    if (heading == NULL) return RESOURCE_EXHAUSTED;
    report_section *section = section_add(draft, heading, draft->base_depth, "report", NULL);
    if (section == NULL) return RESOURCE_EXHAUSTED;
    if (report->units.count == 0) return OK;
    return section_add_table(draft, section, composed_organization(draft->arena, report));
}

/* The staff's tables as they were printed. */
static enum status headcounts_add(struct draft *draft, const struct compose_report *report)
{
    report_section *section = NULL;
    enum status status = OK;
    for (size_t t = 0; status == OK && t < report->tables.count; t++) {
        const slice_table *table = (const void *)report->tables.items[t];
        bool cited = false;
        for (size_t i = 0; !cited && i < report->headcounts.count; i++) {
            const report_headcount *headcount = (const void *)report->headcounts.items[i];
            cited = cites_table(headcount->citation, table);
        }
        if (!cited || is_later(draft, table->period)) continue;
        if (section == NULL) {
            section = section_add(draft, "인력", draft->base_depth, "report", NULL);
        }
        status = section_add_table(draft, section, composed_copy(draft->arena, table));
    }
    return status;
}

/* Execution tables, one for each bureau of which commitments or expenditure are known. */
static enum status execution_add(struct draft *draft, report_section *section)
{
    const struct compose_input *input = draft->input;
    enum status status = OK;
    for (size_t first = 0, end; status == OK && first < input->execution_count; first = end) {
        bool used = false;
        for (end = first;
             end < input->execution_count &&
             strcmp(input->execution[end]->publisher, input->execution[first]->publisher) == 0;
             end++) {
            const budget_execution_row *row = input->execution[end];
            used = used || row->commitment_known || row->expenditure_known;
        }
        if (!used) continue;
        status =
            section_add_table(draft, section, composed_execution(draft->arena, input, first, end));
    }
    return status;
}

static enum status comparison_add(struct draft *draft, report_section *section)
{
    const struct compose_input *input = draft->input;
    enum status status = OK;
    for (size_t first = 0, end; status == OK && first < input->comparison_count; first = end) {
        for (end = first;
             end < input->comparison_count &&
             strcmp(input->comparison[end]->publisher, input->comparison[first]->publisher) == 0;
             end++) {
        }
        status =
            section_add_table(draft, section, composed_comparison(draft->arena, input, first, end));
    }
    return status;
}

/* The accounts of each bureau as a table. */
static enum status funds_add(struct draft *draft, report_section *section)
{
    const struct compose_input *input = draft->input;
    enum status status = OK;
    for (size_t first = 0, end; status == OK && first < input->fund_count; first = end) {
        end = first + 1;
        while (end < input->fund_count &&
               strcmp(input->funds[end]->publisher, input->funds[first]->publisher) == 0)
            end++;
        status = section_add_table(draft, section, composed_funds(draft->arena, input, first, end));
    }
    return status;
}

static enum status budget_add(struct draft *draft)
{
    const struct compose_input *input = draft->input;
    if (input->execution_count + input->comparison_count + input->fund_count == 0) return OK;
    report_section *section = section_add(draft, "예산", 2, "budget", NULL);
    if (section == NULL) return RESOURCE_EXHAUSTED;
    enum status status = execution_add(draft, section);
    if (status == OK) status = comparison_add(draft, section);
    return status == OK ? funds_add(draft, section) : status;
}

static enum status audit_add(struct draft *draft, const struct compose_report *report)
{
    if (report->findings.count == 0) return OK;
    report_section *section = section_add(draft, "조치내역", draft->base_depth, "report", NULL);
    enum status status =
        section_add_table(draft, section, composed_audit_totals(draft->arena, report));
    if (status != OK) return status;
    return section_add_table(draft, section, composed_findings(draft->arena, report));
}

/* Organisation, staff and budget, in the order of a work report. */
static enum status status_add(struct draft *draft)
{
    const struct compose_input *input = draft->input;
    enum status status = OK;
    draft->base_depth = 2;
    for (size_t i = 0; status == OK && i < input->report_count; i++) {
        status = organization_add(draft, &input->reports[i]);
        if (status == OK) status = headcounts_add(draft, &input->reports[i]);
    }
    return status == OK ? budget_add(draft) : status;
}

/* What one report adds to the chapter. */
static enum status report_add(struct draft *draft, const struct compose_report *report)
{
    enum status status = OK;
    draft->base_depth = (int)path_skip(draft->chapter) + 1;
    size_t before = draft->sections.count;
    if (draft->input->report_count > 1) {
        const char *name = report->publisher[0] != '\0' ? report->publisher : report->title;
        if (section_add(draft, name, draft->base_depth, "", NULL) == NULL) {
            return RESOURCE_EXHAUSTED;
        }
        draft->base_depth++;
    }
    size_t titled = draft->sections.count;
    size_t chapter_first = draft->chapter_first;
    draft->chapter_first = titled; /* Sections of another report are no place for this one. */
    if (draft->chapter == CHAPTER_AUDIT) status = audit_add(draft, report);
    if (status == OK) status = items_add(draft, report);
    draft->chapter_first = chapter_first;
    if (draft->sections.count == titled) draft->sections.count = before; /* It had nothing. */
    return status;
}

static enum status chapter_add(struct draft *draft, enum chapter chapter)
{
    size_t before = draft->sections.count;
    draft->chapter = chapter;
    draft->chapter_first = before;
    if (path_skip(chapter) > 0 &&
        section_add(draft, chapter_headings[chapter], 1, "", NULL) == NULL) {
        return RESOURCE_EXHAUSTED;
    }
    size_t headed = draft->sections.count;
    enum status status = chapter == CHAPTER_STATUS ? status_add(draft) : OK;
    for (size_t i = 0; status == OK && i < draft->input->report_count; i++) {
        status = report_add(draft, &draft->input->reports[i]);
    }
    if (draft->sections.count == headed) draft->sections.count = before;
    return status;
}

enum status compose_document(struct arena *arena, const struct compose_input *input,
                             report_document **out)
{
    struct draft draft = {.arena = arena, .input = input};
    enum status status = OK;
    for (int chapter = 0; status == OK && chapter < CHAPTERS; chapter++) {
        status = chapter_add(&draft, (enum chapter)chapter);
    }
    if (status != OK) return status;
    report_document *document = arena_alloc(arena, sizeof *document);
    if (document == NULL) return RESOURCE_EXHAUSTED;
    *document = (report_document)REPORT_DOCUMENT_INIT;
    const struct compose_report *latest =
        input->report_count > 0 ? &input->reports[input->report_count - 1] : NULL;
    const char *publisher = composed_publisher(input);
    const char *title =
        latest != NULL && input->report_count == 1 && publisher != NULL && latest->title[0] != '\0'
            ? latest->title
            : "주요업무보고";
    document->title = arena_copy(arena, title, strlen(title));
    document->as_of = arena_copy(arena, input->as_of, strlen(input->as_of));
    if (publisher == NULL) publisher = "";
    document->publisher = arena_copy(arena, publisher, strlen(publisher));
    if (document->title == NULL || document->as_of == NULL || document->publisher == NULL) {
        return RESOURCE_EXHAUSTED;
    }
    document->sections = (report_section **)(void *)draft.sections.items;
    document->n_sections = draft.sections.count;
    *out = document;
    return OK;
}
