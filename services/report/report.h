/* The report service: imported reports and what is read from them (organisation, headcount, audit
 * findings), reconciling and composing. Its handlers are in report_handlers.c. */
#pragma once

#include "slice/slice.h"

struct report {
    struct slice slice; /* The part of every report that this service owns itself. */
};

/* The five owners of slices, in the order that reports of an import list them. `report` is the last
 * because its slice is committed together with the report itself. */
enum { REPORT_OWNERS = 5 };
extern const char *const report_owners[REPORT_OWNERS];
