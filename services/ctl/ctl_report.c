/* reconcile, compose, budget: what follows from the figures. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "budget.rpc.h"
#include "ctl.h"
#include "ctl_budget.h"
#include "ctl_terminal.h"
#include "report.rpc.h"

static void print_finding(struct ctl *ctl, const report_finding *finding)
{
    static const struct {
        const char *name;
        enum terminal_style style;
    } words[] = {
        [REPORT_FINDING_CERTAINTY_UNSPECIFIED] = {"?", STYLE_PLAIN},
        [REPORT_FINDING_CERTAINTY_CONTRADICTION] = {"CONTRADICTION", STYLE_RED},
        [REPORT_FINDING_CERTAINTY_ROUNDING] = {"ROUNDING", STYLE_DIM},
        [REPORT_FINDING_CERTAINTY_SCOPE] = {"SCOPE", STYLE_YELLOW},
    };
    size_t certainty = (size_t)finding->certainty < ARRAY_LENGTH(words) ? finding->certainty : 0;
    (void)printf("%s%s%s  %s%s%s → %s  %s(%s)%s\n", terminal_style(words[certainty].style),
                 words[certainty].name, terminal_style(STYLE_PLAIN), terminal_style(STYLE_BOLD),
                 terminal_line(&ctl->arena, finding->printed), terminal_style(STYLE_PLAIN),
                 terminal_line(&ctl->arena, finding->expected), terminal_style(STYLE_DIM),
                 finding->rule, terminal_style(STYLE_PLAIN));
    (void)printf("  %s\n", terminal_line(&ctl->arena, finding->explanation));
    for (size_t i = 0; i < finding->n_figures; i++) {
        const slice_figure *figure = finding->figures[i];
        (void)printf("  %sline %d%s  %s  %s\n", terminal_style(STYLE_DIM),
                     figure->citation == NULL ? 0 : figure->citation->line,
                     terminal_style(STYLE_PLAIN), terminal_line(&ctl->arena, figure->printed),
                     terminal_labels(&ctl->arena, figure->subject, figure->n_subject, 3));
    }
    (void)putchar('\n');
}

enum ctl_exit ctl_reconcile(struct ctl *ctl, const struct ctl_options *options)
{
    if (options->report == NULL) return ctl_usage("reconcile: say which report: --report ID");
    report_reconcile_report_request in = REPORT_RECONCILE_REPORT_REQUEST_INIT;
    in.report_id = ctl_borrowed(options->report);
    const struct rpc_options rpc = ctl_rpc_slow(ctl, "report");
    report_reconcile_report_response *answer = NULL;
    struct terminal_progress *progress = terminal_progress_start("reconciling");
    enum status status = report_client_reconcile_report(ctl->client, &rpc, &in, &answer);
    terminal_progress_stop(progress);
    if (status != OK) return ctl_failed(ctl, status);
    if (ctl->json) return ctl_print_json(ctl, &answer->base);
    size_t counts[4] = {0};
    for (size_t i = 0; i < answer->n_findings; i++) {
        print_finding(ctl, answer->findings[i]);
        if ((size_t)answer->findings[i]->certainty < ARRAY_LENGTH(counts)) {
            counts[answer->findings[i]->certainty]++;
        }
    }
    (void)printf("%zu contradictions, %zu of rounding, %zu of scope\n",
                 counts[REPORT_FINDING_CERTAINTY_CONTRADICTION],
                 counts[REPORT_FINDING_CERTAINTY_ROUNDING], counts[REPORT_FINDING_CERTAINTY_SCOPE]);
    for (size_t i = 0; i < answer->n_rules; i++) {
        (void)printf("  %s%-24s %d checked, %d held%s\n", terminal_style(STYLE_DIM),
                     answer->rules[i]->rule, answer->rules[i]->checked, answer->rules[i]->held,
                     terminal_style(STYLE_PLAIN));
    }
    return CTL_DONE;
}

/* Writes the composed report, rendered or as JSON, to standard output or to --output. */
static enum ctl_exit composed_write(struct ctl *ctl, const struct ctl_options *options,
                                    const report_compose_report_response *answer, bool json)
{
    FILE *file = options->output == NULL ? stdout : fopen(options->output, "wb");
    enum ctl_exit code = CTL_DONE;
    bool written = file != NULL;
    if (written && json) {
        code = ctl_write_json(ctl, &answer->base, file);
    } else if (written) {
        written = fputs(answer->rendered, file) >= 0;
    }
    if (file == stdout) return code; /* Whether that was written is seen at the end. */
    if (written && ferror(file) != 0) written = false;
    if (file != NULL && fclose(file) != 0) written = false;
    if (written) return code;
    (void)fprintf(stderr, "sotong: cannot write %s: %s\n", options->output, strerror(errno));
    return CTL_REFUSED;
}

enum ctl_exit ctl_compose(struct ctl *ctl, const struct ctl_options *options)
{
    if (options->as_of == NULL) return ctl_usage("compose: say for which day: --as-of 2020-03-31");
    const char *format = options->format == NULL ? "md" : options->format;
    if (ctl->json) format = "json";
    report_compose_report_request in = REPORT_COMPOSE_REPORT_REQUEST_INIT;
    in.as_of = ctl_borrowed(options->as_of);
    in.publisher = ctl_borrowed(options->publisher);
    if (strcmp(format, "md") == 0) {
        in.render_format = REPORT_RENDER_FORMAT_MARKDOWN;
    } else if (strcmp(format, "html") == 0) {
        in.render_format = REPORT_RENDER_FORMAT_HTML;
    } else if (strcmp(format, "json") != 0) {
        return ctl_usage("compose: the format is md, html or json, not %s", format);
    }
    const struct rpc_options rpc = ctl_rpc_slow(ctl, "report");
    report_compose_report_response *answer = NULL;
    struct terminal_progress *progress = terminal_progress_start("composing");
    enum status status = report_client_compose_report(ctl->client, &rpc, &in, &answer);
    terminal_progress_stop(progress);
    if (status != OK) return ctl_failed(ctl, status);
    return composed_write(ctl, options, answer, strcmp(format, "json") == 0);
}

static const char *rate_text(struct arena *arena, const type_quantity *rate)
{
    if (rate == NULL) return "–";
    char digits[DECIMAL_STRING_BYTES];
    decimal_format((struct decimal){rate->units, rate->exponent}, digits);
    return arena_printf(arena, "%s%%", digits);
}

static void print_comparison(struct ctl *ctl, const budget_get_comparison_response *answer)
{
    static const struct terminal_column columns[] = {
        {"천원", TERMINAL_LEFT, COLUMN_ELASTIC}, {"예산", TERMINAL_RIGHT, COLUMN_KEPT},
        {"전년", TERMINAL_RIGHT, COLUMN_KEPT},   {"증감", TERMINAL_RIGHT, COLUMN_KEPT},
        {"증감율", TERMINAL_RIGHT, COLUMN_KEPT},
    };
    struct terminal_table table;
    terminal_table_init(&table, &ctl->arena, columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < answer->n_rows; i++) {
        const budget_comparison_row *row = answer->rows[i];
        terminal_table_add(&table,
                           (const char *const[]){
                               arena_printf(&ctl->arena, "%*s%s", row->depth * 2, "", row->label),
                               terminal_thousands(&ctl->arena, row->budget_won),
                               terminal_thousands(&ctl->arena, row->previous_won),
                               terminal_thousands(&ctl->arena, row->change_won),
                               rate_text(&ctl->arena, row->change_rate)});
    }
    terminal_table_print(&table);
}

/* A year without commitments has no execution yet: its comparison with the year before is shown
 * instead of the empty table. */
static enum ctl_exit show_comparison(struct ctl *ctl, const struct ctl_options *options,
                                     const struct rpc_options *rpc,
                                     const budget_get_execution_response *nothing)
{
    budget_get_comparison_request in = BUDGET_GET_COMPARISON_REQUEST_INIT;
    in.as_of = ctl_borrowed(options->as_of);
    in.publisher = ctl_borrowed(options->publisher);
    budget_get_comparison_response *answer = NULL;
    enum status status = budget_client_get_comparison(ctl->client, rpc, &in, &answer);
    if (status != OK) return ctl_failed(ctl, status);
    if (ctl->json) {
        return ctl_print_json(ctl, answer->n_rows == 0 ? &nothing->base : &answer->base);
    }
    if (answer->n_rows == 0) {
        (void)fprintf(stderr, "sotong: nothing is recorded for %s\n", options->as_of);
        return CTL_DONE;
    }
    print_comparison(ctl, answer);
    return CTL_DONE;
}

enum ctl_exit ctl_budget(struct ctl *ctl, const struct ctl_options *options)
{
    if (options->verb != NULL) return budget_main(ctl, options->verb_count, options->verb);
    if (options->as_of == NULL) return ctl_usage("budget: say for which day: --as-of 2020-03-31");
    budget_get_execution_request in = BUDGET_GET_EXECUTION_REQUEST_INIT;
    in.as_of = ctl_borrowed(options->as_of);
    in.publisher = ctl_borrowed(options->publisher);
    const struct rpc_options rpc = ctl_rpc(ctl, "budget");
    budget_get_execution_response *answer = NULL;
    enum status status = budget_client_get_execution(ctl->client, &rpc, &in, &answer);
    if (status != OK) return ctl_failed(ctl, status);
    if (answer->n_rows == 0) return show_comparison(ctl, options, &rpc, answer);
    if (ctl->json) return ctl_print_json(ctl, &answer->base);
    static const struct terminal_column columns[] = {
        {"천원", TERMINAL_LEFT, COLUMN_ELASTIC},     {"예산현액", TERMINAL_RIGHT, COLUMN_KEPT},
        {"원인행위액", TERMINAL_RIGHT, COLUMN_KEPT}, {"집행액", TERMINAL_RIGHT, COLUMN_KEPT},
        {"집행률", TERMINAL_RIGHT, COLUMN_KEPT},
    };
    struct terminal_table table;
    terminal_table_init(&table, &ctl->arena, columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < answer->n_rows; i++) {
        const budget_execution_row *row = answer->rows[i];
        terminal_table_add(
            &table,
            (const char *const[]){
                arena_printf(&ctl->arena, "%*s%s", row->depth * 2, "", row->label),
                terminal_thousands(&ctl->arena, row->current_won),
                row->commitment_known ? terminal_thousands(&ctl->arena, row->committed_won) : "–",
                row->expenditure_known ? terminal_thousands(&ctl->arena, row->spent_won) : "–",
                rate_text(&ctl->arena, row->execution_rate)});
    }
    terminal_table_print(&table);
    return CTL_DONE;
}
