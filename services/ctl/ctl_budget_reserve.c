/* budget: money is set aside, and committed or given back. */
#include "ctl_budget.h"
#include "reservation.rpc.h"

static const struct verb_column columns[] = {
    {"예약", "name", SHOW_TEXT, false, COLUMN_KEPT},
    {"상태", "state", SHOW_TEXT, false, COLUMN_KEPT},
    {"금액(원)", "amount_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"확정(원)", "posted_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"과목", "line", SHOW_TEXT, false, COLUMN_KEPT},
    {"대상", "subject", SHOW_TEXT, false, COLUMN_ELASTIC},
    {"기입", "entry", SHOW_TEXT, false, COLUMN_SPARE},
    {"만료", "expire_time", SHOW_TEXT, false, COLUMN_EXTRA},
};

#define SHOWS(field)                                                                               \
    .service = &budget_reservation_service, .shown = (field), .columns = columns,                  \
    .column_count = ARRAY_LENGTH(columns)
#define RESERVATION                                                                                \
    {                                                                                              \
        "RESERVATION", "name", NULL, "reservations/", VERB_ARGUMENT                                \
    }

static const struct verb verbs[] = {
    {.name = "reserve",
     .summary = "sets money of a line aside (예약), for 15 minutes unless --for says how long",
     SHOWS("reservation"),
     .method = "CreateReservation",
     .writes = true,
     .fields = {{"LINE", "line", NULL, "lines/", VERB_ARGUMENT},
                {"AMOUNT", "amount_won", NULL, NULL, VERB_ARGUMENT},
                {"for", "lifetime_seconds", "DURATION", NULL, VERB_OPTION},
                {"subject", "subject", "TEXT", NULL, VERB_OPTION}}},
    {.name = "post-reservation",
     .summary = "commits what was set aside, or AMOUNT of it; the rest is free again",
     SHOWS("reservation"),
     .method = "PostReservation",
     .writes = true,
     .fields = {RESERVATION,
                {"AMOUNT", "amount_won", NULL, NULL, VERB_ARGUMENT_OPTIONAL},
                {"date", "effective_date", "DATE", NULL, VERB_OPTION},
                {"description", "description", "TEXT", NULL, VERB_OPTION}}},
    {.name = "release",
     .summary = "gives back what was set aside",
     SHOWS("reservation"),
     .method = "ReleaseReservation",
     .writes = true,
     .fields = {RESERVATION}},
    {.name = "reservations",
     .summary = "reservations, oldest first",
     SHOWS("reservations"),
     .method = "ListReservations",
     .fields = {{"line", "line", "LINE", "lines/", VERB_OPTION},
                {"state", "state", "open|posted|released|expired", NULL, VERB_OPTION},
                {"subject", "subject", "TEXT", NULL, VERB_OPTION}}},
    {.name = "reservation",
     .summary = "one reservation",
     SHOWS("reservation"),
     .method = "GetReservation",
     .fields = {RESERVATION}},
};

const struct verb_group budget_reserving = {"Reservations", verbs, ARRAY_LENGTH(verbs)};
