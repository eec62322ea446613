/* Questions about a .proto file, asked of its descriptor: what it declares, what it extends. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "google/protobuf/descriptor.pb-c.h"
#include "rpc/rpc.h"

typedef Google__Protobuf__FileDescriptorProto rpc_descriptor;

/* Unpacks a file's descriptor into the arena. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_descriptor_read(const struct rpc_file *file, struct arena *arena,
                                          const rpc_descriptor **out);

/* Whether the file declares this full name: a message, enum, value, field, oneof, extension,
 * service or method. */
bool rpc_descriptor_declares(const rpc_descriptor *file, const char *symbol);

/* Whether the file declares a message of this full name. */
bool rpc_descriptor_has_message(const rpc_descriptor *file, const char *name);

/* Calls visit for each extension of the message with this full name that the file declares. */
void rpc_descriptor_extensions(const rpc_descriptor *file, const char *extended,
                               void (*visit)(void *context, int32_t number), void *context);
