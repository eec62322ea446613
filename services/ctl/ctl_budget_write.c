/* budget: entries are posted, lines made and closed. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "breakdown.rpc.h"
#include "budget.rpc.h"
#include "ctl_budget.h"
#include "ctl_terminal.h"
#include "ledger.rpc.h"
#include "rpc/codec/rpc_json.h"

/* What an entry names and what corrections have left of it. */
struct corrected {
    const budget_entry *entry; /* NULL: the line has no such entry. */
    int64_t left_won;
};

static enum status corrected_find(struct ctl *ctl, const budget_new_entry *correction,
                                  struct corrected *found)
{
    static const struct verb listing = {
        .service = &budget_budget_service, .method = "ListEntries", .shown = "entries"};
    budget_list_entries_request request = BUDGET_LIST_ENTRIES_REQUEST_INIT;
    ProtobufCMessage *answer = NULL;
    request.line = correction->line;
    enum status status = verb_call(ctl, &listing, &request.base, 0, &answer);
    if (status != OK) return status;
    const budget_list_entries_response *list = (const budget_list_entries_response *)answer;
    *found = (struct corrected){.entry = NULL};
    for (size_t i = 0; i < list->n_entries; i++) {
        const budget_entry *entry = list->entries[i];
        bool itself = strcmp(entry->name, correction->corrects) == 0;
        if (itself) found->entry = entry;
        if (itself || strcmp(entry->corrects, correction->corrects) == 0)
            found->left_won += entry->amount_won;
    }
    return OK;
}

/* A correction has the kind of what it takes back, and where the command line does not say, its
 * date and all that is left of its amount. */
static enum ctl_exit correct_prepare(struct ctl *ctl, ProtobufCMessage *message)
{
    budget_post_entries_request *request = (budget_post_entries_request *)message;
    budget_new_entry *correction = request->entries[0];
    struct corrected found;
    enum status status = corrected_find(ctl, correction, &found);
    if (status != OK) return ctl_failed(ctl, status);
    if (found.entry == NULL) {
        (void)fprintf(stderr, "sotong: %s has no entry %s (NOT_FOUND)\n", correction->line,
                      correction->corrects);
        return CTL_REFUSED;
    }
    if (found.entry->corrects[0] != '\0')
        return ctl_usage("budget correct: %s is a correction itself; post anew what is right",
                         correction->corrects);
    if (found.entry->kind == BUDGET_ENTRY_KIND_TRANSFER_IN ||
        found.entry->kind == BUDGET_ENTRY_KIND_TRANSFER_OUT)
        return ctl_usage("budget correct: %s is one side of a transfer; move the amount back, or "
                         "correct both sides with post-file",
                         correction->corrects);
    correction->kind = found.entry->kind;
    correction->carry_over_type = found.entry->carry_over_type;
    correction->origin_year = found.entry->origin_year;
    if (correction->effective_date[0] == '\0')
        correction->effective_date = found.entry->effective_date;
    if (correction->amount_won == 0) correction->amount_won = found.left_won;
    return CTL_DONE;
}

static enum ctl_exit transfer_prepare(struct ctl *ctl, ProtobufCMessage *message)
{
    (void)ctl;
    const budget_post_entries_request *request = (const budget_post_entries_request *)message;
    if (strcmp(request->entries[0]->line, request->entries[1]->line) == 0)
        return ctl_usage("budget transfer: both are %s", request->entries[0]->line);
    return CTL_DONE;
}

/* Reads a PostEntriesRequest as JSON into the request, whose id so far is the file's path. */
static enum ctl_exit file_prepare(struct ctl *ctl, ProtobufCMessage *message)
{
    enum { FILE_BYTES_MAX = 4 << 20 };
    budget_post_entries_request *request = (budget_post_entries_request *)message;
    const char *path = request->request_id;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (file == NULL) {
        (void)fprintf(stderr, "sotong: cannot open %s: %s\n", path, strerror(errno));
        return CTL_REFUSED;
    }
    char *bytes = arena_alloc(&ctl->arena, FILE_BYTES_MAX);
    size_t length = bytes == NULL ? 0 : fread(bytes, 1, FILE_BYTES_MAX, file);
    bool whole = bytes != NULL && ferror(file) == 0 && feof(file) != 0;
    if (file != stdin) (void)fclose(file);
    if (!whole) return ctl_usage("budget post-file: %s cannot be read, or is over 4 MiB", path);
    ProtobufCMessage *read = NULL;
    enum status status =
        rpc_json_read(&ctl->arena, (struct text){bytes, length}, &budget_post_entries_request_type,
                      false, &read, &ctl->fault);
    if (status != OK) return ctl_usage("budget post-file: %s: %s", path, ctl->fault.message);
    *request = *(budget_post_entries_request *)read;
    return CTL_DONE;
}

#define ENTRY_TAIL                                                                                 \
    {"date", "entries[0].effective_date", "DATE", NULL, VERB_TODAY},                               \
    {                                                                                              \
        "description", "entries[0].description", "TEXT", NULL, VERB_OPTION                         \
    }
#define ENTRY_LINE                                                                                 \
    {                                                                                              \
        "LINE", "entries[0].line", NULL, "lines/", VERB_ARGUMENT                                   \
    }
#define ENTRY_AMOUNT                                                                               \
    {                                                                                              \
        "AMOUNT", "entries[0].amount_won", NULL, NULL, VERB_ARGUMENT                               \
    }
#define POSTS                                                                                      \
    .service = &budget_ledger_service, .method = "PostEntries", .shown = "entries",                \
    .columns = entry_columns, .column_count = ENTRY_COLUMNS, .writes = true

static const struct verb verbs[] = {
    {.name = "commit",
     .summary = "posts a commitment (원인행위)",
     POSTS,
     .fields = {ENTRY_LINE,
                ENTRY_AMOUNT,
                {"COMMITMENT", "entries[0].kind", NULL, NULL, VERB_FIXED},
                ENTRY_TAIL}},
    {.name = "spend",
     .summary = "posts an expenditure (집행)",
     POSTS,
     .fields = {ENTRY_LINE,
                ENTRY_AMOUNT,
                {"EXPENDITURE", "entries[0].kind", NULL, NULL, VERB_FIXED},
                ENTRY_TAIL}},
    {.name = "post",
     .summary =
         "posts an entry of any kind: appropriation (예산), supplementary (추경), carry-over "
         "(이월), commitment (원인행위), release (원인행위취소), expenditure (집행), refund (반납)",
     POSTS,
     .fields = {{"KIND", "entries[0].kind", NULL, NULL, VERB_ARGUMENT},
                ENTRY_LINE,
                ENTRY_AMOUNT,
                ENTRY_TAIL,
                {"carry-over", "entries[0].carry_over_type", "express|accidental|continuing", NULL,
                 VERB_OPTION},
                {"origin-year", "entries[0].origin_year", "YEAR", NULL, VERB_OPTION}}},
    {.name = "post-file",
     .summary = "posts up to 1,000 entries, all or none: {\"entries\": [{\"line\": …, \"kind\": "
                "\"ENTRY_KIND_COMMITMENT\", \"amountWon\": …, \"effectiveDate\": …}, …]}; - reads "
                "standard input",
     POSTS,
     .fields = {{"FILE", "request_id", NULL, NULL, VERB_ARGUMENT}},
     .prepare = file_prepare},
    {.name = "transfer",
     .summary = "moves budget from one line to another (전용)",
     POSTS,
     .fields = {{"FROM", "entries[0].line", NULL, "lines/", VERB_ARGUMENT},
                {"TO", "entries[1].line", NULL, "lines/", VERB_ARGUMENT},
                {"AMOUNT", "entries[0].amount_won entries[1].amount_won", NULL, NULL,
                 VERB_ARGUMENT},
                {"TRANSFER_OUT", "entries[0].kind", NULL, NULL, VERB_FIXED},
                {"TRANSFER_IN", "entries[1].kind", NULL, NULL, VERB_FIXED},
                {"date", "entries[0].effective_date entries[1].effective_date", "DATE", NULL,
                 VERB_TODAY},
                {"description", "entries[0].description entries[1].description", "TEXT", NULL,
                 VERB_OPTION}},
     .prepare = transfer_prepare},
    {.name = "correct",
     .summary =
         "takes an entry of a line back, in part or, without AMOUNT, what is left of it (정정)",
     POSTS,
     .fields = {{"ENTRY", "entries[0].corrects", NULL, "entries/", VERB_ARGUMENT},
                ENTRY_LINE,
                {"AMOUNT", "entries[0].amount_won", NULL, NULL, VERB_ARGUMENT_OPTIONAL},
                {"date", "entries[0].effective_date", "DATE", NULL, VERB_OPTION},
                {"description", "entries[0].description", "TEXT", NULL, VERB_OPTION}},
     .prepare = correct_prepare},
    {.name = "create-line",
     .summary = "adds a line below another, or with --publisher and --year a root",
     .service = &budget_ledger_service,
     .method = "CreateLine",
     .writes = true,
     .fields = {{"LABEL", "label", NULL, NULL, VERB_ARGUMENT},
                {"parent", "parent", "LINE", "lines/", VERB_OPTION},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION},
                {"year", "fiscal_year", "YEAR", NULL, VERB_OPTION},
                {"fund", "fund", "FUND", NULL, VERB_OPTION},
                {"class", "line_class", "project|basic-expenses|staff|returns", NULL, VERB_OPTION}},
     .shown = "line",
     .columns = line_columns,
     .column_count = LINE_COLUMNS},
    {.name = "classify-line",
     .summary = "says what a line's money is for: project, basic-expenses, staff, returns",
     .service = &budget_breakdown_service,
     .method = "SetLineClass",
     .writes = true,
     .fields = {{"LINE", "name", NULL, "lines/", VERB_ARGUMENT},
                {"CLASS", "line_class", NULL, NULL, VERB_ARGUMENT}},
     .shown = "line",
     .columns = line_columns,
     .column_count = LINE_COLUMNS},
    {.name = "close-line",
     .summary = "closes a line and those below it",
     .service = &budget_ledger_service,
     .method = "CloseLine",
     .writes = true,
     .fields = {{"LINE", "name", NULL, "lines/", VERB_ARGUMENT}},
     .shown = "line",
     .columns = line_columns,
     .column_count = LINE_COLUMNS},
    {.name = "close-year",
     .summary = "closes a bureau's fiscal year (회계연도 마감)",
     .service = &budget_ledger_service,
     .method = "CloseYear",
     .writes = true,
     .fields = {{"YEAR", "fiscal_year", NULL, NULL, VERB_ARGUMENT},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION_REQUIRED}},
     .said = "closed"},
};

const struct verb_group budget_writing = {"Writing", verbs, ARRAY_LENGTH(verbs)};
