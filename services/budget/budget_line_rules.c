#include "budget_line_rules.h"

#include <string.h>

#include "budget_tree.h"

static enum status refuse(struct refusal *refusal, const char *field, const char *message)
{
    *refusal = (struct refusal){.status = INVALID_ARGUMENT, .field = field};
    return fault_set(&refusal->fault, INVALID_ARGUMENT, "%s", message);
}

static enum status root_check(const struct line_draft *draft, struct refusal *refusal)
{
    if (draft->publisher[0] == '\0')
        return refuse(refusal, "publisher", "a line without a parent needs a bureau");
    if (draft->fiscal_year >= FISCAL_YEAR_MIN && draft->fiscal_year <= FISCAL_YEAR_MAX) return OK;
    return refuse(refusal, "fiscal_year", "a line without a parent needs a year, 1900 to 9999");
}

/* What the request says beside the parent must be the parent's. */
static enum status below_check(const struct line_draft *draft, const struct line_above *above,
                               struct refusal *refusal)
{
    if (draft->publisher[0] != '\0' && strcmp(draft->publisher, above->publisher) != 0)
        return refuse(refusal, "publisher", "is not the parent's");
    if (draft->fiscal_year != 0 && draft->fiscal_year != above->fiscal_year)
        return refuse(refusal, "fiscal_year", "is not the parent's");
    if (draft->fund[0] != '\0' && strcmp(draft->fund, above->fund) != 0)
        return refuse(refusal, "fund", "is not the parent's");
    if (above->depth + 1 < TREE_LEVELS_MAX) return OK;
    *refusal = (struct refusal){INVALID_ARGUMENT, "DEPTH", "parent", {""}};
    return fault_set(&refusal->fault, INVALID_ARGUMENT,
                     "%s stands at the last of the %d levels that the tree has", above->name,
                     TREE_LEVELS_MAX);
}

static enum status open_check(const struct line_draft *draft, const struct line_above *above,
                              bool year_closed, struct refusal *refusal)
{
    int32_t year = above == NULL ? draft->fiscal_year : above->fiscal_year;
    if (year_closed || (above != NULL && above->year_closed)) {
        *refusal = (struct refusal){FAILED_PRECONDITION, "YEAR_CLOSED", NULL, {""}};
        return fault_set(&refusal->fault, FAILED_PRECONDITION,
                         "fiscal year %d is closed; it takes no further lines", (int)year);
    }
    if (above == NULL || !above->closed) return OK;
    *refusal = (struct refusal){FAILED_PRECONDITION, "LINE_CLOSED", "parent", {""}};
    return fault_set(&refusal->fault, FAILED_PRECONDITION,
                     "%s is closed; it takes no further lines", above->name);
}

enum status line_draft_check(const struct line_draft *draft, const struct line_above *above,
                             bool year_closed, struct refusal *refusal)
{
    enum status status =
        above == NULL ? root_check(draft, refusal) : below_check(draft, above, refusal);
    if (status != OK) return status;
    if (draft->key[0] == '\0') return refuse(refusal, "label", "has nothing that could be read");
    if (draft->line_class < 0 || draft->line_class > LINE_CLASSES)
        return refuse(refusal, "line_class", "is no class of lines");
    return open_check(draft, above, year_closed, refusal);
}
