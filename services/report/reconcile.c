#include "reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "reconcile_case.h"

/* The order of certainty in the answer. */
static int rank(report_finding_certainty certainty)
{
    if (certainty == REPORT_FINDING_CERTAINTY_CONTRADICTION) return 0;
    return certainty == REPORT_FINDING_CERTAINTY_SCOPE ? 1 : 2;
}

struct ranked {
    report_finding *finding;
    size_t position; /* Keeps the order of the rules for findings of one place. */
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int difference = rank(a->finding->certainty) - rank(b->finding->certainty);
    if (difference != 0) return difference;
    const type_citation *at = a->finding->figures[0]->citation;
    const type_citation *bt = b->finding->figures[0]->citation;
    if (at->line != bt->line) return at->line < bt->line ? -1 : 1;
    if (at->column != bt->column) return at->column < bt->column ? -1 : 1;
    return a->position < b->position ? -1 : a->position > b->position;
}

static enum status sort_findings(const struct reconcile_case *self)
{
    if (self->finding_count == 0) return OK;
    struct ranked *ranked = arena_calloc(self->arena, self->finding_count, sizeof *ranked);
    if (ranked == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < self->finding_count; i++)
        ranked[i] = (struct ranked){self->findings[i], i};
    qsort(ranked, self->finding_count, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < self->finding_count; i++)
        self->findings[i] = ranked[i].finding;
    return OK;
}

/* Rules that share a name are counted together. */
static report_rule_count *count_named(struct arena *arena, struct reconcile_output *output,
                                      const char *name)
{
    for (size_t i = 0; i < output->rule_count; i++) {
        if (strcmp(output->rules[i]->rule, name) == 0) return output->rules[i];
    }
    report_rule_count *count = arena_alloc(arena, sizeof *count);
    char *copy = arena_copy(arena, name, strlen(name));
    if (count == NULL || copy == NULL) return NULL;
    *count = (report_rule_count)REPORT_RULE_COUNT_INIT;
    count->rule = copy;
    output->rules[output->rule_count++] = count;
    return count;
}

enum status reconcile_run(struct arena *arena, const struct reconcile_input *input,
                          struct reconcile_output *output, struct fault *fault)
{
    struct reconcile_case self;
    *output = (struct reconcile_output){0};
    output->rules = arena_calloc(arena, reconcile_rule_count, sizeof(report_rule_count *));
    if (output->rules == NULL || case_open(&self, arena, input) != OK)
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory to reconcile %s", input->report_id);
    for (size_t i = 0; i < reconcile_rule_count; i++) {
        const struct reconcile_rule *rule = &reconcile_rules[i];
        self.rule = rule->name;
        self.checked = self.held = 0;
        enum status status = rule->check(&self);
        report_rule_count *count = count_named(arena, output, rule->name);
        if (status != OK || count == NULL)
            return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the rule %s on %s",
                             rule->name, input->report_id);
        count->checked += self.checked;
        count->held += self.held;
    }
    if (sort_findings(&self) != OK)
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory to order the findings of %s",
                         input->report_id);
    output->findings = self.findings;
    output->finding_count = self.finding_count;
    return OK;
}
