/* Messages by the words of a command line: fields set from text, and shown as text, by their
 * descriptors. */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/status.h"

/* How a field is shown. */
enum message_style {
    SHOW_TEXT,      /* As its type is: words of enums, local times, numbers with separators. */
    SHOW_LABEL,     /* Indented by the message's `depth`. */
    SHOW_THOUSANDS, /* Won in 천원. */
    SHOW_NUMBER,    /* Without separators, such as a year. */
    SHOW_NONZERO,   /* As SHOW_TEXT; nothing for 0. */
    SHOW_MARK,      /* ✓ where it is true. */
};

/* Sets the fields at a path from a text; several paths are separated by spaces. `terms.vendor.code`
 * goes through messages, which are made where they are missing; `entries[1].line` through the items
 * of a list; a list of values takes them between commas.
 *
 * Amounts (fields named *_won) take separators and units: 1,500,000, 150만원, 12백만원. Durations
 * in seconds (*_seconds) take s, m, h, d. Enums take the value's name without its prefix or the
 * word of the field for it; instants RFC 3339, or a civil date for the end of that day in Seoul.
 *
 * INVALID_ARGUMENT: the text has another form; the fault says which is wanted. */
NODISCARD enum status message_set(struct arena *arena, ProtobufCMessage *message, const char *paths,
                                  const char *text, struct fault *fault);

/* A field as text in the arena, "" where it is not set. */
const char *message_show(struct arena *arena, const ProtobufCMessage *message, const char *path,
                         enum message_style style);

/* The messages of a list field, or the one message of a field; *count is 0 where there is none. */
ProtobufCMessage **message_items(struct arena *arena, const ProtobufCMessage *message,
                                 const char *field, size_t *count);

/* Appends the items of `from` to those of `to`, of the same type, which has none but from this
 * function. False: no memory. */
NODISCARD bool message_append(struct arena *arena, ProtobufCMessage *to,
                              const ProtobufCMessage *from, const char *field);

/* A string field's value; "" where there is no such field. */
const char *message_string(const ProtobufCMessage *message, const char *field);
