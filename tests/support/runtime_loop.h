/* The service of tests/service/runtime on a loop that the test itself turns, so that all of a call
 * happens on the test's thread, where alloc_fail_at() counts. */
#pragma once

#include "base/text.h"

struct runtime_loop;

/* With a store of its own, or without. Aborts where it cannot start. */
struct runtime_loop *runtime_loop_new(bool with_store);

/* Drains and releases it; aborts where something was left. */
void runtime_loop_free(struct runtime_loop *loop);

/* Sends the bytes on a connection of its own and turns the loop until the server has closed it; the
 * answer stays until the next call. Aborts when that takes longer than RUNTIME_LOOP_CALL_MS. */
struct text runtime_loop_call(struct runtime_loop *loop, struct text request);

enum { RUNTIME_LOOP_CALL_MS = 60000 };
