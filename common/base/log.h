/* One JSON object a line on standard error. Never personal data. */
#pragma once

#include "base/status.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Sets the service's name, which every line carries, and the least important level written. The
 * name is borrowed for the life of the process. */
void log_init(const char *service, enum log_level level);

/* Writes {"time":…,"level":…,"service":…,"message":…}; the message is escaped. */
void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);
