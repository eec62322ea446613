/* budget: contracts, the rules of their methods, warnings, procedures. */
#include <stdio.h>

#include "contract.rpc.h"
#include "ctl_budget.h"
#include "ctl_terminal.h"
#include "ctl_words.h"

static const struct verb_column contract_columns[] = {
    {"계약", "name", SHOW_TEXT, false, COLUMN_KEPT},
    {"일자", "terms.contract_date", SHOW_TEXT, false, COLUMN_KEPT},
    {"방법", "terms.method", SHOW_TEXT, false, COLUMN_KEPT},
    {"종류", "terms.kind", SHOW_TEXT, false, COLUMN_EXTRA},
    {"금액(원)", "terms.amount_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"업체", "terms.vendor.name", SHOW_TEXT, false, COLUMN_SPARE},
    {"건명", "terms.title", SHOW_TEXT, false, COLUMN_ELASTIC},
    {"과목", "terms.line", SHOW_TEXT, false, COLUMN_SPARE},
    {"취소 사유", "withdrawn_reason", SHOW_TEXT, false, COLUMN_EXTRA},
};

static const struct verb_column warning_columns[] = {
    {"경고", "kind", SHOW_TEXT, false, COLUMN_KEPT},
    {"업체", "vendor.name", SHOW_TEXT, false, COLUMN_SPARE},
    {"건수", "contract_count", SHOW_TEXT, true, COLUMN_KEPT},
    {"전체", "total_count", SHOW_TEXT, true, COLUMN_EXTRA},
    {"금액(원)", "price_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"비중", "price_share", SHOW_TEXT, true, COLUMN_KEPT},
    {"내용", "message", SHOW_TEXT, false, COLUMN_ELASTIC},
};

static const struct verb_column procedure_columns[] = {
    {"절차", "name", SHOW_TEXT, false, COLUMN_KEPT},
    {"단계", "stage", SHOW_TEXT, false, COLUMN_KEPT},
    {"유찰", "failed_count", SHOW_TEXT, true, COLUMN_EXTRA},
    {"금액(원)", "amount_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"건명", "title", SHOW_TEXT, false, COLUMN_ELASTIC},
    {"과목", "line", SHOW_TEXT, false, COLUMN_SPARE},
    {"계약", "contract", SHOW_TEXT, false, COLUMN_KEPT},
};

/* What the rules say, and which methods they allow. */
static enum ctl_exit show_check(struct ctl *ctl, const ProtobufCMessage *message)
{
    const budget_check_contract_response *answer = (const budget_check_contract_response *)message;
    (void)printf("%s%s%s, 추정가격 %s원\n",
                 terminal_style(answer->allowed ? STYLE_GREEN : STYLE_RED),
                 answer->allowed ? "가능" : "불가", terminal_style(STYLE_PLAIN),
                 terminal_number(&ctl->arena, answer->price_won));
    for (size_t i = 0; i < answer->n_findings; i++)
        (void)printf("  %s: %s (%s)\n", answer->findings[i]->reason, answer->findings[i]->message,
                     answer->findings[i]->source);
    for (size_t i = 0; i < answer->n_allowed_methods; i++)
        (void)printf("%s%s%s", i == 0 ? "가능한 방법: " : ", ",
                     word_show(&ctl->arena, &sotong__budget__v1__contract_method__descriptor,
                               (int)answer->allowed_methods[i]),
                     i + 1 == answer->n_allowed_methods ? "\n" : "");
    return CTL_DONE;
}

#define TERMS                                                                                      \
    {"LINE", "terms.line", NULL, "lines/", VERB_ARGUMENT},                                         \
        {"AMOUNT", "terms.amount_won", NULL, NULL, VERB_ARGUMENT},                                 \
        {"TITLE", "terms.title", NULL, NULL, VERB_ARGUMENT},                                       \
        {"kind", "terms.kind", "goods|service|construction|advertising", NULL,                     \
         VERB_OPTION_REQUIRED},                                                                    \
        {"method", "terms.method", "METHOD", NULL, VERB_OPTION_REQUIRED},                          \
        {"vendor", "terms.vendor.code", "CODE", NULL, VERB_OPTION_REQUIRED},                       \
        {"vendor-name", "terms.vendor.name", "NAME", NULL, VERB_OPTION_REQUIRED},                  \
        {"vendor-class", "terms.vendor.vendor_class", "CLASS", NULL, VERB_OPTION},                 \
        {"tax", "terms.tax_basis", "included|none", NULL, VERB_OPTION},                            \
        {"estimated", "terms.estimated_won", "AMOUNT", NULL, VERB_OPTION},                         \
        {"date", "terms.contract_date", "DATE", NULL, VERB_TODAY},                                 \
        {"entry", "terms.entry", "ENTRY", "entries/", VERB_OPTION},                                \
    {                                                                                              \
        "procedure", "terms.procedure", "PROCEDURE", "procedures/", VERB_OPTION                    \
    }
#define SHOWS(field, of)                                                                           \
    .service = &budget_contract_service, .shown = (field), .columns = of,                          \
    .column_count = ARRAY_LENGTH(of)
#define NAMED(word, prefix)                                                                        \
    {                                                                                              \
        word, "name", NULL, prefix, VERB_ARGUMENT                                                  \
    }

static const struct verb verbs[] = {
    {.name = "check-contract",
     .summary = "asks whether the rules allow a contract, and by which methods (계약 방법)",
     .service = &budget_contract_service,
     .method = "CheckContract",
     .fields = {TERMS},
     .show = show_check},
    {.name = "record-contract",
     .summary = "records a contract",
     SHOWS("contract", contract_columns),
     .method = "RecordContract",
     .writes = true,
     .fields = {TERMS}},
    {.name = "withdraw-contract",
     .summary = "withdraws a contract",
     SHOWS("contract", contract_columns),
     .method = "WithdrawContract",
     .writes = true,
     .fields = {NAMED("CONTRACT", "contracts/"),
                {"reason", "reason", "TEXT", NULL, VERB_OPTION_REQUIRED}}},
    {.name = "contract",
     .summary = "one contract",
     SHOWS("contract", contract_columns),
     .method = "GetContract",
     .fields = {NAMED("CONTRACT", "contracts/")}},
    {.name = "contracts",
     .summary = "contracts",
     SHOWS("contracts", contract_columns),
     .method = "ListContracts",
     .fields = {{"line", "line", "LINE", "lines/", VERB_OPTION},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION},
                {"vendor", "vendor_code", "CODE", NULL, VERB_OPTION},
                {"method", "method", "METHOD", NULL, VERB_OPTION},
                {"from", "first_day", "DATE", NULL, VERB_OPTION},
                {"as-of", "as_of", "DATE", NULL, VERB_OPTION},
                {"known-at", "known_at", "INSTANT", NULL, VERB_OPTION},
                {"withdrawn", "withdrawn", NULL, NULL, VERB_FLAG}}},
    {.name = "contract-warnings",
     .summary = "concentration on a vendor, contracts that look split (편중·쪼개기)",
     SHOWS("warnings", warning_columns),
     .method = "ListContractWarnings",
     .fields = {{"as-of", "as_of", "DATE", NULL, VERB_OPTION_REQUIRED},
                {"from", "first_day", "DATE", NULL, VERB_OPTION},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION},
                {"known-at", "known_at", "INSTANT", NULL, VERB_OPTION},
                {"split-days", "split_days", "DAYS", NULL, VERB_OPTION}}},
    {.name = "open-procedure",
     .summary = "begins the procedure that leads to a contract",
     SHOWS("procedure", procedure_columns),
     .method = "OpenProcedure",
     .writes = true,
     .fields = {{"LINE", "line", NULL, "lines/", VERB_ARGUMENT},
                {"AMOUNT", "amount_won", NULL, NULL, VERB_ARGUMENT},
                {"TITLE", "title", NULL, NULL, VERB_ARGUMENT}}},
    {.name = "record-stage",
     .summary =
         "records a stage of a procedure: reviewed, noticed, failed, awarded, negotiating, …",
     SHOWS("procedure", procedure_columns),
     .method = "RecordStage",
     .writes = true,
     .fields = {NAMED("PROCEDURE", "procedures/"),
                {"STAGE", "stage", NULL, NULL, VERB_ARGUMENT},
                {"date", "day", "DATE", NULL, VERB_TODAY},
                {"note", "note", "TEXT", NULL, VERB_OPTION}}},
    {.name = "procedure",
     .summary = "one procedure",
     SHOWS("procedure", procedure_columns),
     .method = "GetProcedure",
     .fields = {NAMED("PROCEDURE", "procedures/")}},
    {.name = "procedures",
     .summary = "procedures",
     SHOWS("procedures", procedure_columns),
     .method = "ListProcedures",
     .fields = {{"line", "line", "LINE", "lines/", VERB_OPTION},
                {"open", "open", NULL, NULL, VERB_FLAG}}},
};

const struct verb_group budget_contracting = {"Contracts", verbs, ARRAY_LENGTH(verbs)};
