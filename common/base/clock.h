/* Where time comes from, so that tests can set it. */
#pragma once

#include <stdint.h>

/* Epoch milliseconds. */
int64_t clock_now_ms(void);

/* Epoch microseconds. */
int64_t clock_now_us(void);

/* Milliseconds of a clock that only goes forward, for deadlines and durations. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);

/* For tests: clock_now_ms() returns this from now on; 0 gives the real time back. */
void clock_set_ms(int64_t epoch_ms);
