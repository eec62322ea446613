/* Metrics as text, for those who collect them: the Prometheus text format 0.0.4, or OpenMetrics 1.0
 * where the collector asks for it.
 *
 *     exposition_family(&page, &(struct exposition_family){"calls", EXPOSITION_COUNTER, "Calls."});
 *     exposition_value(&page, labels, ARRAY_LENGTH(labels), count, 0);
 *
 * The first failure (no memory, or more than the buffer's maximum) stays in `status` and stops all
 * further writing. Numbers are whole: a value is value × 10^-decimals. */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

enum exposition_format { EXPOSITION_PROMETHEUS, EXPOSITION_OPENMETRICS };
enum exposition_type { EXPOSITION_COUNTER, EXPOSITION_GAUGE, EXPOSITION_HISTOGRAM };

/* The name carries neither `_total` nor `_bucket`: those are added where the format wants them. */
struct exposition_family {
    const char *name;
    enum exposition_type type;
    const char *help;
};

/* Values are escaped; they come from tables of ours, never from a peer. */
struct exposition_label {
    const char *name;
    const char *value;
};

enum { EXPOSITION_LABELS_MAX = 6, EXPOSITION_BUCKETS_MAX = 32 };

struct exposition {
    struct buffer *out; /* Borrowed. */
    enum exposition_format format;
    enum status status;
    struct exposition_family family;
};

/* The counts of a histogram: counts[i] for values up to bounds[i], the last for those beyond. */
struct exposition_histogram {
    const char *const *bounds; /* As they are printed: "0.005". */
    size_t bound_count;
    const uint64_t *counts; /* bound_count + 1 */
    int64_t sum;
    int sum_decimals;
};

/* What an Accept field asks for. */
enum exposition_format exposition_choose(struct text accept);

/* The Content-Type of a format. */
const char *exposition_content_type(enum exposition_format format);

void exposition_init(struct exposition *page, enum exposition_format format, struct buffer *out);

/* Begins a family; its samples follow. */
void exposition_family(struct exposition *page, const struct exposition_family *family);

/* A sample of the family begun last, a counter or a gauge. */
void exposition_value(struct exposition *page, const struct exposition_label *labels,
                      size_t label_count, int64_t value, int decimals);

/* A histogram of the family begun last. */
void exposition_buckets(struct exposition *page, const struct exposition_label *labels,
                        size_t label_count, const struct exposition_histogram *histogram);

/* Ends the page. */
void exposition_end(struct exposition *page);
