/* budget: plans of lines and their pace, grants in instalments. */
#include "ctl_budget.h"
#include "ctl_terminal.h"
#include "plan.rpc.h"

static const struct verb_column point_columns[] = {
    {"일자", "day", SHOW_TEXT, false, COLUMN_KEPT},
    {"계획률", "rate", SHOW_TEXT, true, COLUMN_KEPT},
    {"계획액(원)", "amount_won", SHOW_NONZERO, true, COLUMN_KEPT},
};

static const struct verb_column pace_columns[] = {
    {"과목", "label", SHOW_TEXT, false, COLUMN_ELASTIC},
    {"기준", "basis", SHOW_TEXT, false, COLUMN_EXTRA},
    {"실적(원)", "actual_won", SHOW_TEXT, true, COLUMN_EXTRA},
    {"실적률", "actual_rate", SHOW_TEXT, true, COLUMN_KEPT},
    {"계획(원)", "planned_won", SHOW_TEXT, true, COLUMN_EXTRA},
    {"미달(원)", "shortfall_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"지연", "behind", SHOW_MARK, false, COLUMN_KEPT},
    {"사유", "reason", SHOW_TEXT, false, COLUMN_SPARE},
    {"이름", "line", SHOW_TEXT, false, COLUMN_SPARE},
};

static const struct verb_column grant_columns[] = {
    {"보조금", "name", SHOW_TEXT, false, COLUMN_KEPT},
    {"수령자", "grantee.name", SHOW_TEXT, false, COLUMN_ELASTIC},
    {"총액(원)", "total_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"교부(원)", "paid_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"잔액(원)", "remaining_won", SHOW_TEXT, true, COLUMN_EXTRA},
    {"교부율", "paid_rate", SHOW_TEXT, true, COLUMN_KEPT},
    {"다음 회차", "next_instalment", SHOW_TEXT, false, COLUMN_KEPT},
    {"과목", "line", SHOW_TEXT, false, COLUMN_SPARE},
};

static const struct verb_column instalment_columns[] = {
    {"회차", "name", SHOW_TEXT, false, COLUMN_KEPT},
    {"기한", "due_day", SHOW_TEXT, false, COLUMN_KEPT},
    {"금액(원)", "amount_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"교부(원)", "paid_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"기입", "entry", SHOW_TEXT, false, COLUMN_KEPT},
    {"연체", "overdue", SHOW_MARK, false, COLUMN_KEPT},
};

static enum ctl_exit show_plan(struct ctl *ctl, const ProtobufCMessage *answer)
{
    static const struct verb points = {.columns = point_columns,
                                       .column_count = ARRAY_LENGTH(point_columns)};
    size_t count = 0;
    ProtobufCMessage **plan = message_items(&ctl->arena, answer, "plan", &count);
    if (count == 0) return CTL_DONE;
    (void)printf("%s, %s\n", message_string(plan[0], "line"),
                 message_show(&ctl->arena, plan[0], "basis", SHOW_TEXT));
    ProtobufCMessage **items = message_items(&ctl->arena, plan[0], "points", &count);
    verb_print(ctl, &points, items, count);
    return CTL_DONE;
}

static enum ctl_exit show_grant(struct ctl *ctl, const ProtobufCMessage *answer)
{
    static const struct verb grants = {.columns = grant_columns,
                                       .column_count = ARRAY_LENGTH(grant_columns)};
    static const struct verb instalments = {.columns = instalment_columns,
                                            .column_count = ARRAY_LENGTH(instalment_columns)};
    size_t count = 0;
    ProtobufCMessage **grant = message_items(&ctl->arena, answer, "grant", &count);
    if (count == 0) return CTL_DONE;
    verb_print(ctl, &grants, grant, count);
    ProtobufCMessage **items = message_items(&ctl->arena, grant[0], "instalments", &count);
    (void)putchar('\n');
    verb_print(ctl, &instalments, items, count);
    return CTL_DONE;
}

#define LINE                                                                                       \
    {                                                                                              \
        "LINE", "line", NULL, "lines/", VERB_ARGUMENT                                              \
    }
#define KNOWN_AT                                                                                   \
    {                                                                                              \
        "known-at", "known_at", "INSTANT", NULL, VERB_OPTION                                       \
    }

static const struct verb verbs[] = {
    {.name = "set-plan",
     .summary = "says how far a line shall be by which days: 2026-06-30=45%,2026-12-31=100%; "
                "without POINTS the plan ends (집행계획)",
     .service = &budget_plan_service,
     .method = "SetPlan",
     .writes = true,
     .fields = {LINE,
                {"POINTS", "points", NULL, NULL, VERB_ARGUMENT_OPTIONAL},
                {"basis", "basis", "committed|spent", NULL, VERB_OPTION}},
     .show = show_plan},
    {.name = "plan",
     .summary = "the plan of a line",
     .service = &budget_plan_service,
     .method = "GetPlan",
     .fields = {LINE, KNOWN_AT},
     .show = show_plan},
    {.name = "pace",
     .summary = "lines beside their plans; --behind: only those that lag (집행 부진)",
     .service = &budget_plan_service,
     .method = "ListPace",
     .fields = {{"as-of", "as_of", "DATE", NULL, VERB_OPTION_REQUIRED},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION},
                KNOWN_AT,
                {"behind", "behind", NULL, NULL, VERB_FLAG}},
     .shown = "rows",
     .columns = pace_columns,
     .column_count = ARRAY_LENGTH(pace_columns)},
    {.name = "pace-reason",
     .summary = "why a line lags: not-due, event, bid-balance, procedure, staff, other",
     .service = &budget_plan_service,
     .method = "SetPaceReason",
     .writes = true,
     .fields = {LINE,
                {"REASON", "reason", NULL, NULL, VERB_ARGUMENT},
                {"from", "first_day", "DATE", NULL, VERB_TODAY},
                {"until", "last_day", "DATE", NULL, VERB_OPTION},
                {"note", "note", "TEXT", NULL, VERB_OPTION}},
     .said = "kept"},
    {.name = "create-grant",
     .summary = "promises money in instalments, DATE=AMOUNT,… (보조금)",
     .service = &budget_plan_service,
     .method = "CreateGrant",
     .writes = true,
     .fields = {LINE,
                {"AMOUNT", "total_won", NULL, NULL, VERB_ARGUMENT},
                {"INSTALMENTS", "instalments", NULL, NULL, VERB_ARGUMENT},
                {"grantee", "grantee.code", "CODE", NULL, VERB_OPTION_REQUIRED},
                {"grantee-name", "grantee.name", "NAME", NULL, VERB_OPTION_REQUIRED},
                {"unit", "unit_won", "AMOUNT", NULL, VERB_OPTION}},
     .show = show_grant},
    {.name = "pay-instalment",
     .summary = "says which expenditure paid an instalment",
     .service = &budget_plan_service,
     .method = "PayInstalment",
     .writes = true,
     .fields = {{"INSTALMENT", "name", NULL, NULL, VERB_ARGUMENT},
                {"ENTRY", "entry", NULL, "entries/", VERB_ARGUMENT}},
     .show = show_grant},
    {.name = "grant",
     .summary = "one grant with its instalments",
     .service = &budget_plan_service,
     .method = "GetGrant",
     .fields = {{"GRANT", "name", NULL, "grants/", VERB_ARGUMENT},
                {"as-of", "as_of", "DATE", NULL, VERB_OPTION}},
     .show = show_grant},
    {.name = "grants",
     .summary = "grants",
     .service = &budget_plan_service,
     .method = "ListGrants",
     .fields = {{"line", "line", "LINE", "lines/", VERB_OPTION},
                {"as-of", "as_of", "DATE", NULL, VERB_OPTION}},
     .shown = "grants",
     .columns = grant_columns,
     .column_count = ARRAY_LENGTH(grant_columns)},
};

const struct verb_group budget_planning = {"Plans and grants", verbs, ARRAY_LENGTH(verbs)};
