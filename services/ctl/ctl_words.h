/* The words of the field for the values of enums. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "base/arena.h"

/* The value that a word names: in Korean, or the value's own name without its prefix, in small or
 * capital letters, with `-` or `_`. False: none. */
bool word_read(const ProtobufCEnumDescriptor *type, const char *word, int *value);

/* The word for a value; its name in small letters where there is none, "" for an unset value. */
const char *word_show(struct arena *arena, const ProtobufCEnumDescriptor *type, int value);

/* All words of a type as a person may write them, between commas. */
const char *words_list(struct arena *arena, const ProtobufCEnumDescriptor *type);
