#include "base/exposition.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DECIMALS_MAX = 9 };

enum exposition_format exposition_choose(struct text accept)
{
    static const char wanted[] = "application/openmetrics-text";
    return text_find(accept, text_from(wanted)) >= 0 ? EXPOSITION_OPENMETRICS
                                                     : EXPOSITION_PROMETHEUS;
}

const char *exposition_content_type(enum exposition_format format)
{
    return format == EXPOSITION_OPENMETRICS
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

void exposition_init(struct exposition *page, enum exposition_format format, struct buffer *out)
{
    *page = (struct exposition){.out = out, .format = format, .status = OK};
}

static void put(struct exposition *page, const char *string)
{
    if (page->status == OK) page->status = buffer_append_string(page->out, string);
}

static void put_escaped(struct exposition *page, const char *value)
{
    for (; *value != '\0' && page->status == OK; value++) {
        if (*value == '\n') {
            put(page, "\\n");
            continue;
        }
        if (*value == '"' || *value == '\\') put(page, "\\");
        if (page->status == OK) page->status = buffer_append_byte(page->out, (uint8_t)*value);
    }
}

static void put_labels(struct exposition *page, const struct exposition_label *labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put(page, i == 0 ? "{" : ",");
        put(page, labels[i].name);
        put(page, "=\"");
        put_escaped(page, labels[i].value);
        put(page, "\"");
    }
    if (count > 0) put(page, "}");
}

static void put_number(struct exposition *page, int64_t value, int decimals)
{
    assert(decimals >= 0 && decimals <= DECIMALS_MAX);
    uint64_t scale = 1;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char text[48];
    if (decimals == 0) {
        (void)snprintf(text, sizeof text, " %" PRId64 "\n", value);
    } else {
        (void)snprintf(text, sizeof text, " %s%" PRIu64 ".%0*" PRIu64 "\n", value < 0 ? "-" : "",
                       size / scale, decimals, size % scale);
    }
    put(page, text);
}

/* A counter is named `x_total`; OpenMetrics calls its family `x`, Prometheus `x_total`. */
static const char *family_suffix(const struct exposition *page)
{
    bool counter = page->family.type == EXPOSITION_COUNTER;
    return counter && page->format == EXPOSITION_PROMETHEUS ? "_total" : "";
}

void exposition_family(struct exposition *page, const struct exposition_family *family)
{
    static const char *const types[] = {
        [EXPOSITION_COUNTER] = "counter",
        [EXPOSITION_GAUGE] = "gauge",
        [EXPOSITION_HISTOGRAM] = "histogram",
    };
    page->family = *family;
    const char *suffix = family_suffix(page);
    const char *const words[] = {"# HELP ",    family->name,        suffix,       " ",
                                 family->help, "\n# TYPE ",         family->name, suffix,
                                 " ",          types[family->type], "\n"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        put(page, words[i]);
}

static void put_sample(struct exposition *page, const char *suffix,
                       const struct exposition_label *labels, size_t label_count)
{
    put(page, page->family.name);
    put(page, suffix);
    put_labels(page, labels, label_count);
}

void exposition_value(struct exposition *page, const struct exposition_label *labels,
                      size_t label_count, int64_t value, int decimals)
{
    bool counter = page->family.type == EXPOSITION_COUNTER;
    put_sample(page, counter ? "_total" : "", labels, label_count);
    put_number(page, value, decimals);
}

void exposition_buckets(struct exposition *page, const struct exposition_label *labels,
                        size_t label_count, const struct exposition_histogram *histogram)
{
    assert(label_count < EXPOSITION_LABELS_MAX);
    struct exposition_label own[EXPOSITION_LABELS_MAX];
    if (label_count > 0) memcpy(own, labels, label_count * sizeof *labels);
    uint64_t total = 0;
    for (size_t i = 0; i <= histogram->bound_count; i++) {
        total += histogram->counts[i];
        const char *bound = i < histogram->bound_count ? histogram->bounds[i] : "+Inf";
        own[label_count] = (struct exposition_label){"le", bound};
        put_sample(page, "_bucket", own, label_count + 1);
        put_number(page, (int64_t)total, 0);
    }
    put_sample(page, "_sum", labels, label_count);
    put_number(page, histogram->sum, histogram->sum_decimals);
    put_sample(page, "_count", labels, label_count);
    put_number(page, (int64_t)total, 0);
}

void exposition_end(struct exposition *page)
{
    if (page->format == EXPOSITION_OPENMETRICS) put(page, "# EOF\n");
}
