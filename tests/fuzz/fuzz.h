/* A fuzz target: what libFuzzer calls with inputs that it makes up, and replay.c with those of the
 * corpus. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
