/* The leaves of proto3 JSON: strings, numbers, base64, instants and durations. */
#pragma once

#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

/* Appends the text in quotes, escaped. */
NODISCARD enum status rpc_json_put_string(struct buffer *out, struct text text);

/* Appends bytes as base64 in quotes, padded. */
NODISCARD enum status rpc_json_put_bytes(struct buffer *out, const uint8_t *bytes, size_t length);

/* Appends an integer, without quotes. */
NODISCARD enum status rpc_json_put_integer(struct buffer *out, int64_t value);
NODISCARD enum status rpc_json_put_unsigned(struct buffer *out, uint64_t value);

/* The same in quotes, as JSON has all of 64 bits. */
NODISCARD enum status rpc_json_put_quoted(struct buffer *out, int64_t value);
NODISCARD enum status rpc_json_put_unsigned_quoted(struct buffer *out, uint64_t value);

/* Appends the shortest form that reads back as the same number; NaN and infinities in quotes. */
NODISCARD enum status rpc_json_put_double(struct buffer *out, double value);
NODISCARD enum status rpc_json_put_float(struct buffer *out, float value);

/* Appends `"2020-03-31T00:00:00Z"`, with 0, 3, 6 or 9 digits of a second. OUT_OF_RANGE: before the
 * year 1 or after 9999, or nanos beyond a second. */
NODISCARD enum status rpc_json_put_timestamp(struct buffer *out, int64_t seconds, int32_t nanos);

/* Appends `"1.500s"`. OUT_OF_RANGE: more than 10,000 years, or signs that differ. */
NODISCARD enum status rpc_json_put_duration(struct buffer *out, int64_t seconds, int32_t nanos);

/* Appends a path of a FieldMask in lowerCamelCase: `page_size` -> `pageSize`. OUT_OF_RANGE: a path
 * that would not read back as the same. */
NODISCARD enum status rpc_json_put_mask_path(struct buffer *out, const char *path);

/* The other way. False: another form, or out of range. */
NODISCARD bool rpc_json_get_timestamp(struct text text, int64_t *seconds, int32_t *nanos);
NODISCARD bool rpc_json_get_duration(struct text text, int64_t *seconds, int32_t *nanos);

/* Decodes base64 of either alphabet, padded or not, into `bytes`, which has room for three bytes of
 * every four characters begun. False: another character, or a length that cannot be. */
NODISCARD bool rpc_json_get_bytes(struct text text, uint8_t *bytes, size_t *length);
