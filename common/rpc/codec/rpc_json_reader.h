/* What the two halves of the JSON reader share: rpc_json_read.c walks objects and arrays,
 * rpc_json_value.c reads what stands in them. */
#pragma once

#include "any.rpc.h"
#include "field_mask.rpc.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_field.h"
#include "rpc/codec/rpc_json.h"
#include "rpc/codec/rpc_json_scan.h"
#include "rpc/codec/rpc_json_text.h"

enum json_frame_kind {
    JSON_FRAME_MESSAGE,
    JSON_FRAME_ANY,
    JSON_FRAME_LIST,
    JSON_FRAME_MAP,
    JSON_FRAME_SKIPPED_OBJECT, /* The value of a field that is not known. */
    JSON_FRAME_SKIPPED_ARRAY,
};

/* An object or array that is being read. */
struct json_frame {
    enum json_frame_kind kind;
    bool first;     /* Nothing of it has been read. */
    unsigned depth; /* How deep its message is nested; the root is 0. */
    const struct rpc_message *type;
    ProtobufCMessage *message;             /* The message, or the one that holds the list. */
    const ProtobufCFieldDescriptor *field; /* The field at hand, or that of the list. */
    union {
        struct {                 /* Of a message. */
            uint64_t seen_first; /* One bit for each of the first 64 fields, */
            uint64_t *seen;      /* and for the others, where there are more. */
            unsigned next_field; /* Where to look first: fields mostly come in order. */
            protobuf_any *any;
            const struct rpc_message *inner_type;
            ProtobufCMessage *inner; /* What the Any holds. */
        };
        struct { /* Of a list or map. */
            void *items;
            size_t count, capacity;
            struct text key;
        };
    };
};

struct json_reader {
    struct arena *arena;
    struct json_scan scan;
    struct json_frame frames[2 * RPC_DEPTH_MAX + 2]; /* A message and a list for each level. */
    size_t frame_count;
    const struct rpc_json_reading *reading;
};

/* Fail the reading: with a message that begins with the path, the line and the column; because the
 * arena is full; because the token is not `what`; because of a byte that belongs to no character.
 */
enum status json_refuse(const struct json_reader *reader, size_t at, const char *format, ...)
    PRINTF_LIKE(3, 4);
enum status json_no_memory(const struct json_reader *reader);
enum status json_expected(const struct json_reader *reader, const struct json_token *token,
                          const char *what);
enum status json_not_utf8(const struct json_reader *reader, ptrdiff_t at);

/* Finds the field whose name stands at *at as the writer writes it, at the frame's next field or
 * behind it, and moves *at behind the colon. False: none. */
bool json_find_plain(const struct json_reader *reader, const struct json_frame *frame, size_t *at,
                     unsigned *index);

/* Reads a string, integer or bool that stands at `at` in its plainest form, and moves the scan
 * behind it. False: it is another; nothing changed. */
bool json_take_plain(struct json_reader *reader, size_t at, ProtobufCType type, void *slot);

/* Reads a value that is not a message. */
NODISCARD enum status json_read_scalar(struct json_reader *reader, const struct json_token *token,
                                       const ProtobufCFieldDescriptor *field, void *slot);

/* Of an enum whose name is not known, where that is to be ignored: nothing is to be stored. */
#define JSON_NOTHING NOT_FOUND

/* Reads the key of a map from a name. */
NODISCARD enum status json_read_key(struct json_reader *reader, const struct json_token *token,
                                    const ProtobufCFieldDescriptor *field, void *slot);

NODISCARD enum status json_read_field_mask(struct json_reader *reader,
                                           const struct json_token *token, struct text text,
                                           protobuf_field_mask *mask);

/* No key may stand in a map twice. */
NODISCARD enum status json_check_keys(struct json_reader *reader, const struct json_frame *frame,
                                      size_t at);

/* The index of the field with this name, original or lowerCamelCase; n_fields: none. */
unsigned json_find_field(const ProtobufCMessageDescriptor *descriptor, struct text name,
                         unsigned first);

/* An item of a list or map is whole. */
void json_count_item(struct json_frame *frame);
