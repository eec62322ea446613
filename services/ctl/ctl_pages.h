/* Lists, whole: every page, from one owner or from all. */
#pragma once

#include "ctl.h"
#include "report.rpc.h"
#include "slice.rpc.h"

/* All figures or tables that the options ask for, in the order of the text, in one response.
 * Without --owner every service is asked. */
NODISCARD enum status ctl_all_figures(struct ctl *ctl, const struct ctl_options *options,
                                      slice_list_figures_response *all);
NODISCARD enum status ctl_all_tables(struct ctl *ctl, const struct ctl_options *options,
                                     slice_list_tables_response *all);

/* All numerals of a report. */
NODISCARD enum status ctl_all_tokens(struct ctl *ctl, const struct ctl_options *options,
                                     report_list_tokens_response *all);

/* All reports. */
NODISCARD enum status ctl_all_reports(struct ctl *ctl, report_list_reports_response *all);

/* Tells an empty list from an id that is none: OK for a report that was imported and for NULL.
 * NOT_FOUND: there is no such report; the run's fault says so. */
NODISCARD enum status ctl_report_known(struct ctl *ctl, const char *id);
