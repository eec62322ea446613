/* budget: non-tax revenue, assessed and collected. */
#include "ctl_budget.h"
#include "revenue.rpc.h"

static const struct verb_column class_columns[] = {
    {"세외수입", "name", SHOW_TEXT, false, COLUMN_KEPT},
    {"과목", "label", SHOW_TEXT, false, COLUMN_ELASTIC},
    {"종류", "kind", SHOW_TEXT, false, COLUMN_KEPT},
    {"기관", "publisher", SHOW_TEXT, false, COLUMN_EXTRA},
    {"근거", "legal_basis", SHOW_TEXT, false, COLUMN_SPARE},
};

static const struct verb_column record_columns[] = {
    {"기록", "name", SHOW_TEXT, false, COLUMN_KEPT},
    {"일자", "day", SHOW_TEXT, false, COLUMN_KEPT},
    {"구분", "action", SHOW_TEXT, false, COLUMN_KEPT},
    {"금액(원)", "amount_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"연도", "fiscal_year", SHOW_NUMBER, true, COLUMN_EXTRA},
    {"세외수입", "revenue_class", SHOW_TEXT, false, COLUMN_KEPT},
    {"정정", "corrects", SHOW_TEXT, false, COLUMN_SPARE},
    {"적요", "description", SHOW_TEXT, false, COLUMN_ELASTIC},
};

static const struct verb_column row_columns[] = {
    {"과목", "revenue_class.label", SHOW_TEXT, false, COLUMN_ELASTIC},
    {"부과(원)", "assessed_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"징수(원)", "collected_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"결손(원)", "written_off_won", SHOW_TEXT, true, COLUMN_EXTRA},
    {"미수(원)", "outstanding_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"징수율", "collection_rate", SHOW_TEXT, true, COLUMN_KEPT},
    {"이름", "revenue_class.name", SHOW_TEXT, false, COLUMN_SPARE},
};

#define SHOWS(field, of)                                                                           \
    .service = &budget_revenue_service, .shown = (field), .columns = of,                           \
    .column_count = ARRAY_LENGTH(of)
#define KNOWN_AT                                                                                   \
    {                                                                                              \
        "known-at", "known_at", "INSTANT", NULL, VERB_OPTION                                       \
    }

static const struct verb verbs[] = {
    {.name = "revenue",
     .summary =
         "non-tax revenue by class: assessed, collected, written off, outstanding (세외수입)",
     SHOWS("rows", row_columns),
     .method = "ListRevenue",
     .fields = {{"as-of", "as_of", "DATE", NULL, VERB_OPTION_REQUIRED},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION},
                KNOWN_AT}},
    {.name = "revenue-records",
     .summary = "what was assessed, collected and written off",
     SHOWS("records", record_columns),
     .method = "ListRevenueRecords",
     .fields = {{"class", "revenue_class", "CLASS", "revenueClasses/", VERB_OPTION},
                {"year", "fiscal_year", "YEAR", NULL, VERB_OPTION},
                {"as-of", "as_of", "DATE", NULL, VERB_OPTION},
                KNOWN_AT}},
    {.name = "record-revenue",
     .summary = "records revenue: assessed (부과), collected (징수), written-off (결손)",
     SHOWS("record", record_columns),
     .method = "RecordRevenue",
     .writes = true,
     .fields = {{"ACTION", "action", NULL, NULL, VERB_ARGUMENT},
                {"CLASS", "revenue_class", NULL, "revenueClasses/", VERB_ARGUMENT},
                {"AMOUNT", "amount_won", NULL, NULL, VERB_ARGUMENT},
                {"year", "fiscal_year", "YEAR", NULL, VERB_OPTION_REQUIRED},
                {"date", "day", "DATE", NULL, VERB_TODAY},
                {"corrects", "corrects", "RECORD", "revenueRecords/", VERB_OPTION},
                {"description", "description", "TEXT", NULL, VERB_OPTION}}},
    {.name = "create-revenue-class",
     .summary = "adds a class of revenue",
     SHOWS("revenue_class", class_columns),
     .method = "CreateRevenueClass",
     .writes = true,
     .fields = {{"CODE", "code", NULL, NULL, VERB_ARGUMENT},
                {"LABEL", "label", NULL, NULL, VERB_ARGUMENT},
                {"kind", "kind", "KIND", NULL, VERB_OPTION_REQUIRED},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION_REQUIRED},
                {"legal-basis", "legal_basis", "TEXT", NULL, VERB_OPTION}}},
};

const struct verb_group budget_revenue = {"Revenue", verbs, ARRAY_LENGTH(verbs)};
