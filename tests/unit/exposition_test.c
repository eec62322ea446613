#include "base/exposition.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

enum { PAGE_BYTES_MAX = 1 << 16, ALLOCATIONS_MAX = 100 };

static void write_page(struct exposition *page)
{
    static const struct exposition_label label = {"name", "a\"b\\c\nd"};
    static const char *const bounds[] = {"0.5", "1.0"};
    static const uint64_t counts[] = {2, 0, 5};
    exposition_family(page,
                      &(struct exposition_family){"calls", EXPOSITION_COUNTER, "Calls so far."});
    exposition_value(page, &label, 1, 7, 0);
    exposition_family(page, &(struct exposition_family){"level", EXPOSITION_GAUGE, "A level."});
    exposition_value(page, NULL, 0, -1005, 3);
    exposition_family(page, &(struct exposition_family){"time", EXPOSITION_HISTOGRAM, "Times."});
    exposition_buckets(page, NULL, 0,
                       &(struct exposition_histogram){.bounds = bounds,
                                                      .bound_count = 2,
                                                      .counts = counts,
                                                      .sum = 1000001,
                                                      .sum_decimals = 6});
    exposition_end(page);
}

static const char *const pages[] = {
    [EXPOSITION_PROMETHEUS] = "# HELP calls_total Calls so far.\n"
                              "# TYPE calls_total counter\n"
                              "calls_total{name=\"a\\\"b\\\\c\\nd\"} 7\n"
                              "# HELP level A level.\n"
                              "# TYPE level gauge\n"
                              "level -1.005\n"
                              "# HELP time Times.\n"
                              "# TYPE time histogram\n"
                              "time_bucket{le=\"0.5\"} 2\n"
                              "time_bucket{le=\"1.0\"} 2\n"
                              "time_bucket{le=\"+Inf\"} 7\n"
                              "time_sum 1.000001\n"
                              "time_count 7\n",
    [EXPOSITION_OPENMETRICS] = "# HELP calls Calls so far.\n"
                               "# TYPE calls counter\n"
                               "calls_total{name=\"a\\\"b\\\\c\\nd\"} 7\n"
                               "# HELP level A level.\n"
                               "# TYPE level gauge\n"
                               "level -1.005\n"
                               "# HELP time Times.\n"
                               "# TYPE time histogram\n"
                               "time_bucket{le=\"0.5\"} 2\n"
                               "time_bucket{le=\"1.0\"} 2\n"
                               "time_bucket{le=\"+Inf\"} 7\n"
                               "time_sum 1.000001\n"
                               "time_count 7\n"
                               "# EOF\n",
};

static void writes_both_formats(void)
{
    for (size_t format = 0; format < ARRAY_LENGTH(pages); format++) {
        struct buffer out;
        buffer_init(&out, PAGE_BYTES_MAX);
        struct exposition page;
        exposition_init(&page, (enum exposition_format)format, &out);
        write_page(&page);
        CU_ASSERT_EQUAL(page.status, OK);
        CU_ASSERT_EQUAL(out.length, strlen(pages[format]));
        CU_ASSERT_EQUAL(memcmp(out.bytes, pages[format], out.length), 0);
        if (memcmp(out.bytes, pages[format], out.length) != 0)
            printf("\n%.*s", (int)out.length, (const char *)out.bytes);
        buffer_free(&out);
    }
}

static void chooses_by_accept(void)
{
    static const struct {
        const char *accept;
        enum exposition_format format;
    } fields[] = {
        {NULL, EXPOSITION_PROMETHEUS},
        {"*/*", EXPOSITION_PROMETHEUS},
        {"text/plain;version=0.0.4", EXPOSITION_PROMETHEUS},
        {"application/openmetrics-text; version=1.0.0,text/plain;q=0.5", EXPOSITION_OPENMETRICS},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
        CU_ASSERT_EQUAL(exposition_choose(text_from(fields[i].accept)), fields[i].format);
}

static void keeps_the_first_failure(void)
{
    enum status status = RESOURCE_EXHAUSTED;
    for (int nth = 1; nth < ALLOCATIONS_MAX && status != OK; nth++) {
        struct buffer out;
        buffer_init(&out, PAGE_BYTES_MAX);
        struct exposition page;
        exposition_init(&page, EXPOSITION_OPENMETRICS, &out);
        (void)alloc_fail_at(nth);
        write_page(&page);
        (void)alloc_fail_at(0);
        status = page.status;
        CU_ASSERT_TRUE(status == OK || status == RESOURCE_EXHAUSTED);
        buffer_free(&out);
    }
    CU_ASSERT_EQUAL(status, OK);
}

SUITE("exposition", {"writes both formats", writes_both_formats},
      {"chooses by Accept", chooses_by_accept},
      {"keeps the first failure", keeps_the_first_failure})
