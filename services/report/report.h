/* The report service: imported reports and what is read from them (organisation, headcount, audit
 * findings), reconciling and composing. Its handlers are in report_handlers.c. */
#pragma once

#include "service_list.h"
#include "slice/slice.h"

struct report {
    struct slice slice; /* The part of every report that this service owns itself. */
};

/* Every service owns a slice of every report. This one's is committed together with the report. */
enum { REPORT_OWNERS = SERVICE_COUNT };
