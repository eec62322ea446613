/* Domain to wire: the messages that handlers answer with, in the call's arena. All return NULL
 * where there is no memory. */
#pragma once

#include "base/decimal.h"
#include "budget.rpc.h"
#include "budget_events.h"
#include "budget_posting.h"
#include "budget_store.h"

/* A string as a message's field. protobuf-c's strings are not const; nothing writes to them. */
char *string_borrow(const char *string);

/* The instant of a request in epoch milliseconds; what lies outside the calendar is its nearest
 * end. False: it has none. */
NODISCARD bool instant_read(const protobuf_timestamp *message, int64_t *epoch_ms);

NODISCARD protobuf_timestamp *timestamp_message(struct arena *arena, int64_t epoch_ms);
NODISCARD budget_line *line_message(struct arena *arena, const struct line_record *line);
NODISCARD budget_entry *entry_message(struct arena *arena, const struct entry_record *entry);
/* An entry that a call posted; its texts are borrowed. */
NODISCARD budget_entry *posting_message(struct arena *arena, const struct posting_line *line,
                                        const struct posting *posting);
NODISCARD type_citation *citation_message(struct arena *arena, const struct citation *citation);
NODISCARD protobuf_timestamp *timestamp_message(struct arena *arena, int64_t epoch_ms);
NODISCARD type_quantity *percent_message(struct arena *arena, struct decimal percent);
NODISCARD budget_event *event_message(struct arena *arena, const struct event_record *event);
