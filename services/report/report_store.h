/* The report service's tables: one function for each statement. Writing functions run inside a
 * transaction of the caller. Results are in the arena; without other notice the errors are those of
 * db_run and db_query. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "db/db.h"
#include "report.rpc.h"
#include "report_message.h"

/* An imported report without its counts. */
struct report_row {
    const char *report_id;
    const char *digest;
    const char *title;
    const char *publisher;
    const char *as_of;
    const char *basis; /* The first day that its tables speak of, at most as_of. */
    int32_t line_count;
    bool facts_only;
    int64_t imported_ms; /* When its import began; 0: not known. */
};

/* Some numerals of a report: the bytes of a ListTokensResponse. */
struct report_token_block {
    int64_t block; /* From 0. */
    struct text tokens;
};

/* A report. NOT_FOUND: there is none. */
NODISCARD enum status report_get(struct db *db, struct arena *arena, const char *report_id,
                                 struct report_row *row);

/* At most `limit` reports behind the one of this date and id; `as_of` empty: from the first. */
NODISCARD enum status report_list(struct db *db, struct arena *arena, const char *as_of,
                                  const char *report_id, int limit, struct report_row **rows,
                                  size_t *count);

/* The latest report up to a day of each publisher, oldest first; `as_of` empty: the latest,
 * `publisher` empty: of all. */
NODISCARD enum status report_latest(struct db *db, struct arena *arena, const char *as_of,
                                    const char *publisher, struct report_row **rows, size_t *count);
NODISCARD enum status report_put(struct db *db, const struct report_row *row);

/* The begun import of a report. NOT_FOUND: none. */
NODISCARD enum status report_import_get(struct db *db, struct arena *arena, const char *report_id,
                                        const char **digest, const char **as_of, int64_t *begun_ms);
NODISCARD enum status report_import_put(struct db *db, const char *report_id, const char *digest,
                                        const char *as_of);
NODISCARD enum status report_import_delete(struct db *db, const char *report_id);

/* What each owner holds: lists of report_owner_count, report_kind_count, report_remark. */
NODISCARD enum status report_owner_list(struct db *db, struct arena *arena, const char *report_id,
                                        struct message_list *owners);
NODISCARD enum status report_owner_put(struct db *db, const char *report_id, int position,
                                       const report_owner_count *owner);
NODISCARD enum status report_kind_list(struct db *db, struct arena *arena, const char *report_id,
                                       struct message_list *kinds);
NODISCARD enum status report_kind_put(struct db *db, const char *report_id,
                                      const report_kind_count *kind);
NODISCARD enum status report_remark_list(struct db *db, struct arena *arena, const char *report_id,
                                         struct message_list *remarks);
NODISCARD enum status report_remark_put(struct db *db, const char *report_id, int position,
                                        const report_remark *remark);
NODISCARD enum status report_token_block_put(struct db *db, const char *report_id,
                                             const struct report_token_block *block);

/* Removes what a new reading replaces: kinds, remarks, numerals, organisation units. */
NODISCARD enum status report_reading_delete(struct db *db, const char *report_id);

/* Numerals from a block on: report_token_block_next until NOT_FOUND, then db_end. */
NODISCARD enum status report_token_blocks(struct db *db, struct db_rows *rows,
                                          const char *report_id, int64_t block);
NODISCARD enum status report_token_block_next(struct db_rows *rows,
                                              struct report_token_block *block);

/* The tables of records, each row one message. */
enum report_records {
    REPORT_HEADCOUNTS,         /* report_headcount */
    REPORT_AUDIT_FINDINGS,     /* report_audit_finding */
    REPORT_ORGANIZATION_UNITS, /* report_organization_unit */
};
enum { REPORT_RECORDS_COUNT = 3 };

/* The records of a report in the order of the text. DATA_LOSS: a stored message is broken. */
NODISCARD enum status report_records_list(struct db *db, struct arena *arena,
                                          enum report_records records, const char *report_id,
                                          struct message_list *list);

/* Replaces the records of a report. */
NODISCARD enum status report_records_put(struct db *db, struct arena *arena,
                                         enum report_records records, const char *report_id,
                                         const struct message_list *list);
NODISCARD enum status report_records_count(struct db *db, int64_t *count);

/* "" where a report has no summary. */
NODISCARD enum status report_summary_get(struct db *db, struct arena *arena, const char *report_id,
                                         const char **summary);
NODISCARD enum status report_summary_put(struct db *db, const char *report_id, const char *summary);
