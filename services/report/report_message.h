/* Messages in arenas: copies that outlive what they were read from, and the bytes that the store
 * keeps. */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

/* The message's bytes, in the arena. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status message_pack(struct arena *arena, const ProtobufCMessage *message,
                                   struct text *bytes);

/* A message of bytes that message_pack made. RESOURCE_EXHAUSTED: no memory. DATA_LOSS: the bytes
 * are not such a message. */
NODISCARD enum status message_unpack(struct arena *arena,
                                     const ProtobufCMessageDescriptor *descriptor,
                                     struct text bytes, ProtobufCMessage **out);

/* A copy, with everything within it in the arena. */
NODISCARD enum status message_copy(struct arena *arena, const ProtobufCMessage *message,
                                   ProtobufCMessage **out);

/* A growing array of messages of one type in an arena. */
struct message_list {
    ProtobufCMessage **items;
    size_t count;
    size_t capacity;
};

/* Appends a message that is in the arena already. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status message_list_add(struct arena *arena, struct message_list *list,
                                       ProtobufCMessage *message);
