/* prose-against-table: what a sentence says of a project's budget, its execution and the rate,
 * against the row of the budget table that it can only mean. */
#include <string.h>

#include "reconcile_case.h"
#include "reconcile_projects.h"

enum {
    NAME_SAME = 90,        /* Percent of likeness at which two names are one … */
    NAME_ALIKE = 60,       /* … and at which they may be, where the amounts say so too. */
    DIGITS_TELLING = 1000, /* A budget of four digits tells its project without a name, */
    DIGITS_MANY = 100,     /* one of three together with what was spent of it, */
    DIGITS_HINTING = 10,   /* one of two with a name. */
    CANDIDATES_MAX = 64,
    NAMES_MAX = 48,
    COMPARISONS_MAX = 100000, /* Of names, in one report; what is beyond is not compared. */
};

/* What a passage says of one project. */
struct statement {
    slice_figure *budget, *spent, *rate; /* The last two may be NULL. */
    const char *names[NAMES_MAX];        /* The labels and headings it stands under, folded. */
    size_t name_count;
};

static bool is_unit(const slice_figure *figure, const char *unit)
{
    return strcmp(figure->quantity->unit, unit) == 0;
}

static bool any_word(const char *label, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(label, words[i]) != NULL) return true;
    }
    return false;
}

static enum status read_statement(struct reconcile_case *self, const struct passage *passage,
                                  size_t at, struct statement *statement)
{
    static const char *const budget_words[] = {"사업비", "예산"};
    static const char *const spent_words[] = {"집행", "지출"};
    *statement = (struct statement){.budget = NULL};
    slice_figure *first = passage->figures[at];
    if (!is_unit(first, "KRW") || first->quantity_high != NULL) return OK;
    if (first->citation->table_row != 0 || first->quantity->units <= 0) return OK;
    const char *label = figure_label(self->arena, first);
    if (label == NULL) return RESOURCE_EXHAUSTED;
    if (!any_word(label, budget_words, ARRAY_LENGTH(budget_words))) return OK;
    if (any_word(label, spent_words, ARRAY_LENGTH(spent_words))) return OK;
    statement->budget = first;
    if (at + 1 >= passage->count || !is_unit(passage->figures[at + 1], "KRW")) return OK;
    label = figure_label(self->arena, passage->figures[at + 1]);
    if (label == NULL) return RESOURCE_EXHAUSTED;
    if (!any_word(label, spent_words, ARRAY_LENGTH(spent_words))) return OK;
    statement->spent = passage->figures[at + 1];
    bool rate = at + 2 < passage->count && is_unit(passage->figures[at + 2], "PERCENT");
    if (rate) statement->rate = passage->figures[at + 2];
    return OK;
}

static enum status read_names(struct reconcile_case *self, struct statement *statement)
{
    const slice_figure *figure = statement->budget;
    const type_citation *citation = figure->citation;
    size_t count = figure->n_subject + citation->n_section_path;
    statement->name_count = 0;
    for (size_t i = 0; i < count && i < NAMES_MAX; i++) {
        const char *text = i < figure->n_subject ? figure->subject[i]
                                                 : citation->section_path[i - figure->n_subject];
        const char *folded = label_fold(self->arena, text);
        if (folded == NULL) return RESOURCE_EXHAUSTED;
        statement->names[statement->name_count++] = folded;
    }
    return OK;
}

/* The best likeness of the project's name to what the statement stands under. */
static int likeness(const struct project *project, const struct statement *statement)
{
    int best = 0;
    for (size_t i = 0; i < statement->name_count; i++) {
        int found = name_likeness(project->label, statement->names[i]);
        if (found > best) best = found;
    }
    return best;
}

static bool agrees(struct number printed, struct number exact)
{
    struct range a, b;
    return number_range(printed, &a) && number_range(exact, &b) && ranges_meet(a, b);
}

static bool spent_agrees(const struct statement *statement, const struct project *project)
{
    if (statement->spent == NULL || !project->has_spent) return false;
    return agrees(number_from_figure(statement->spent), project->spent);
}

struct match {
    const struct project *project;
    int likeness;
    bool budget, spent; /* These agree. */
};

static bool match_better(const struct match *a, const struct match *b)
{
    int ranks[] = {a->budget + a->spent, b->budget + b->spent};
    if (ranks[0] != ranks[1]) return ranks[0] > ranks[1];
    return a->likeness > b->likeness;
}

/* The project whose budget is the printed one; *unique where no other is as good. */
static void match_by_budget(const struct projects *projects, const struct statement *statement,
                            struct match *best, bool *unique)
{
    struct range range;
    *best = (struct match){NULL, 0, false, false};
    *unique = true;
    if (!number_range(number_from_figure(statement->budget), &range)) return;
    size_t first = projects_from(projects, range.low);
    for (size_t i = first; i < projects->count && i - first < CANDIDATES_MAX; i++) {
        const struct project *project = &projects->rows[i];
        if (decimal_compare(project->budget.value, range.high) > 0) break;
        struct match match = {project, likeness(project, statement), true,
                              spent_agrees(statement, project)};
        bool better = best->project == NULL || match_better(&match, best);
        if (better)
            *unique = true;
        else if (!match_better(best, &match))
            *unique = false;
        if (better) *best = match;
    }
}

/* Names tell a project where its budget agrees; without them the digits must be too many to agree
 * by chance. */
static bool is_identified(const struct statement *statement, const struct match *match)
{
    struct number budget = number_from_figure(statement->budget);
    int64_t units = budget.value.units;
    if (match->likeness >= NAME_ALIKE && units >= DIGITS_HINTING) return true;
    if (statement->spent != NULL && match->spent && match->project->spent.value.units != 0) {
        int64_t spent = statement->spent->quantity->units;
        return units >= DIGITS_TELLING || (units >= DIGITS_MANY && spent >= DIGITS_HINTING);
    }
    struct decimal rounded;
    return statement->spent == NULL && units >= DIGITS_TELLING &&
           decimal_rescale(match->project->budget.value, budget.value.exponent, &rounded) &&
           decimal_compare(rounded, budget.value) == 0;
}

static enum status add_finding(struct reconcile_case *self, const struct statement *statement,
                               const struct project *project, slice_figure *doubted,
                               const struct claim *claim)
{
    slice_figure *figures[6] = {doubted};
    slice_figure *const own[] = {statement->rate, statement->spent, statement->budget};
    size_t count = 1, more;
    for (size_t i = 0; i < ARRAY_LENGTH(own); i++) {
        if (own[i] != NULL && own[i] != doubted) figures[count++] = own[i];
    }
    slice_figure *others[3];
    if (project_figures(self, project, others, &more) != OK) return RESOURCE_EXHAUSTED;
    memcpy(figures + count, others, more * sizeof(slice_figure *));
    struct claim whole = *claim;
    whole.figures = figures;
    whole.figure_count = count + more;
    return case_add(self, &whole);
}

/* A number that the table prints more finely: held when it is that number rounded. */
static enum status check_amount(struct reconcile_case *self, const struct statement *statement,
                                const struct project *project, slice_figure *printed,
                                struct number exact)
{
    struct decimal rounded;
    struct number number = number_from_figure(printed);
    if (!decimal_rescale(exact.value, number.value.exponent, &rounded)) return OK;
    case_count(self, true);
    bool vague =
        number_has(number, SLICE_QUALIFIER_ABOUT) || number_has(number, SLICE_QUALIFIER_MORE_THAN);
    if (vague || decimal_compare(rounded, number.value) == 0) return OK;
    const char *fine = number_print(self->arena, exact.value, exact.unit);
    const char *coarse = number_print(self->arena, rounded, exact.unit);
    if (fine == NULL || coarse == NULL) return RESOURCE_EXHAUSTED;
    struct claim claim = {
        .certainty = REPORT_FINDING_CERTAINTY_ROUNDING,
        .expected = coarse,
        .explanation = arena_printf(self->arena, "%s ≒ %s", fine, coarse),
    };
    return add_finding(self, statement, project, printed, &claim);
}

static enum status check_rate(struct reconcile_case *self, const struct statement *statement,
                              const struct project *project)
{
    if (statement->rate == NULL || !project->has_rate) return OK;
    struct number printed = number_from_figure(statement->rate);
    bool held = agrees(printed, project->rate);
    case_count(self, held);
    if (held) return OK;
    struct claim claim = {
        .certainty = REPORT_FINDING_CERTAINTY_CONTRADICTION,
        .expected = number_print(self->arena, project->rate.value, "PERCENT"),
        .explanation =
            sentence_rate(self->arena, project->spent, project->budget, project->rate.value),
    };
    return add_finding(self, statement, project, statement->rate, &claim);
}

/* The names say that it is this project, the amounts do not agree: the sentence may speak of
 * another day or of part of it. */
static enum status report_scope(struct reconcile_case *self, const struct statement *statement,
                                const struct project *project, slice_figure *doubted,
                                struct number exact)
{
    case_count(self, false);
    const char *fine = number_print(self->arena, exact.value, exact.unit);
    struct decimal rounded = exact.value;
    if (!decimal_rescale(exact.value, doubted->quantity->exponent, &rounded)) rounded = exact.value;
    const char *coarse = number_print(self->arena, rounded, exact.unit);
    if (fine == NULL || coarse == NULL) return RESOURCE_EXHAUSTED;
    struct claim claim = {
        .certainty = REPORT_FINDING_CERTAINTY_SCOPE,
        .expected = coarse,
        .explanation = arena_printf(self->arena, "%s ≠ %s", doubted->printed, fine),
    };
    return add_finding(self, statement, project, doubted, &claim);
}

static enum status check_identified(struct reconcile_case *self, const struct statement *statement,
                                    const struct match *match)
{
    const struct project *project = match->project;
    enum status status = check_amount(self, statement, project, statement->budget, project->budget);
    if (status != OK || statement->spent == NULL || !project->has_spent) return status;
    if (!match->spent)
        return report_scope(self, statement, project, statement->spent, project->spent);
    status = check_amount(self, statement, project, statement->spent, project->spent);
    if (status == OK) status = check_rate(self, statement, project);
    return status;
}

/* The heading or bullet that the statement stands directly under: its last name that is more than
 * the title of a paragraph. NULL: none. */
static const char *nearest_name(const struct statement *statement)
{
    static const char *const titles[] = {"사업비", "예산", "개요", "집행", "현황", "실적", "계획"};
    size_t labels = statement->budget->n_subject;
    if (labels > statement->name_count) labels = statement->name_count;
    for (size_t i = labels; i-- > 0;) {
        if (!any_word(statement->names[i], titles, ARRAY_LENGTH(titles)))
            return statement->names[i];
    }
    return NULL;
}

/* The one project that has this name; NULL for none or several. */
static const struct project *match_by_name(const struct projects *projects, const char *name)
{
    const struct project *found = NULL;
    int best = NAME_SAME - 1;
    for (size_t i = 0; i < projects->count; i++) {
        int alike = name_likeness(projects->rows[i].label, name);
        if (alike < best) continue;
        /* A longer name may speak of more than the project. */
        if (name_likeness(name, projects->rows[i].label) < NAME_ALIKE) continue;
        found = alike > best ? &projects->rows[i] : NULL;
        best = alike;
    }
    return found;
}

static enum status check_statement(struct reconcile_case *self, const struct projects *projects,
                                   const struct statement *statement, size_t *comparisons)
{
    struct match match;
    bool unique;
    match_by_budget(projects, statement, &match, &unique);
    if (match.project != NULL && unique && is_identified(statement, &match))
        return check_identified(self, statement, &match);
    /* A budget alone under a project's name may be that of a part of it. */
    if (match.project != NULL || statement->spent == NULL) return OK;
    const char *name = nearest_name(statement);
    *comparisons += projects->count;
    if (name == NULL || *comparisons > COMPARISONS_MAX) return OK;
    const struct project *project = match_by_name(projects, name);
    if (project == NULL || !project->has_spent) return OK;
    return report_scope(self, statement, project, statement->budget, project->budget);
}

enum status prose_table_check(struct reconcile_case *self)
{
    struct projects projects;
    struct passage passage;
    if (projects_read(self, &projects) != OK) return RESOURCE_EXHAUSTED;
    if (projects.count == 0) return OK;
    size_t comparisons = 0;
    for (size_t offset = 0; case_next_passage(self, &offset, &passage);) {
        for (size_t i = 0; i < passage.count; i++) {
            struct statement statement;
            enum status status = read_statement(self, &passage, i, &statement);
            if (status == OK && statement.budget != NULL) status = read_names(self, &statement);
            if (status == OK && statement.budget != NULL)
                status = check_statement(self, &projects, &statement, &comparisons);
            if (status != OK) return status;
        }
    }
    return OK;
}
