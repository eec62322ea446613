#include "ctl_budget.h"

#include <string.h>

#include "ctl_terminal.h"

static const struct verb_group *const groups[] = {&budget_reading,   &budget_writing,
                                                  &budget_reserving, &budget_contracting,
                                                  &budget_planning,  &budget_revenue};

static const struct verb *verb_find(const char *name)
{
    for (size_t g = 0; g < ARRAY_LENGTH(groups); g++) {
        for (size_t i = 0; i < groups[g]->count; i++) {
            if (strcmp(groups[g]->verbs[i].name, name) == 0) return &groups[g]->verbs[i];
        }
    }
    return NULL;
}

bool budget_is_verb(const char *word)
{
    return verb_find(word) != NULL;
}

/* What verbs have in common. */
static void print_words(void)
{
    (void)fputs(
        "\nWords\n"
        "  LINE       lines/2020-general-0103, or 2020-general-0103 alone\n"
        "  AMOUNT     won: 1500000, 1,500,000, 150만원\n"
        "  DATE       2020-04-13; without --date today in Seoul, or of what is corrected\n"
        "  INSTANT    2020-04-13T18:00:00+09:00, or a date for the end of that day in Seoul\n"
        "  DURATION   seconds, or 15m, 2h, 3d\n"
        "\nOptions of every verb\n"
        "  --json            the RPC's response as proto3 JSON, all pages\n"
        "  --limit NUMBER    of a list: no more than so many\n"
        "  --request-id ID   of what writes: the id of an earlier try, so that it happens once\n",
        stdout);
}

enum ctl_exit budget_print_verb(const char *name)
{
    const struct verb *verb = verb_find(name);
    if (verb == NULL)
        return ctl_usage("budget: there is no verb %s; see `sotong help budget`", name);
    verb_print_usage(verb);
    print_words();
    return CTL_DONE;
}

void budget_print_help(void)
{
    for (size_t g = 0; g < ARRAY_LENGTH(groups); g++) {
        (void)printf("%s%s%s%s\n", g == 0 ? "" : "\n", terminal_style(STYLE_BOLD),
                     groups[g]->heading, terminal_style(STYLE_PLAIN));
        for (size_t i = 0; i < groups[g]->count; i++)
            verb_print_usage(&groups[g]->verbs[i]);
    }
    print_words();
    (void)fputs(
        "\n`sotong budget export` and `sotong budget watch` are `sotong export` and `sotong "
        "watch`.\n",
        stdout);
}

enum ctl_exit budget_main(struct ctl *ctl, int argc, char **argv)
{
    const struct verb *verb = verb_find(argv[0]);
    if (verb == NULL)
        return ctl_usage("budget: there is no verb %s; see `sotong help budget`", argv[0]);
    return verb_main(ctl, verb, argc, argv);
}
