#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "slice/slice_page.h"
#include "support/slices.h"
#include "support/suite.h"

enum { PATH_BYTES = 512 };

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SOURCE(report, date)                                                                       \
    "\"source\": {\"reportId\": \"" report "\", \"digest\": \"" DIGEST_A "\", \"asOf\": \"" date   \
    "\"}, "
#define FIGURE(report, owner)                                                                       \
    "\"figures\": [{\"name\": \"figures/" report "-3-7\", \"owner\": \"" owner                      \
    "\", \"subject\": [\"민원건수\"], \"printed\": \"5건\", \"quantity\": {\"units\": \"5\", " \
    "\"unit\": \"건\"}, \"citation\": {\"reportId\": \"" report                                     \
    "\", \"line\": 3, \"column\": 7}}]"

static const char good[] = "{\"requestId\": \"facts-r\", " SOURCE(
    "r", "2020-03-31") "\"last\": true, " FIGURE("r", "petition") "}";

struct folder {
    char path[PATH_BYTES];
};

static struct folder folder_new(void)
{
    struct folder folder;
    const char *parent = getenv("TMPDIR");
    (void)snprintf(folder.path, sizeof folder.path, "%s/sotong-facts-XXXXXX",
                   parent == NULL ? "/tmp" : parent);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder.path));
    return folder;
}

/* Writes a file of the folder; NULL removes it. */
static void put_file(const struct folder *folder, const char *name, const char *text)
{
    char path[PATH_BYTES + 64];
    (void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
    if (text == NULL) {
        (void)unlink(path);
        return;
    }
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static enum status count_one(void *context, const slice_figure *figure)
{
    int *count = context;
    *count += (int)figure->quantity->units;
    return OK;
}

static int units_of(struct slices *at, const char *report_id)
{
    int units = 0;
    CU_ASSERT_EQUAL(slice_visit_figures(at->db, &at->arena, report_id, count_one, &units), OK);
    return units;
}

static void loads_what_was_never_held(void)
{
    struct slices at;
    slices_open(&at);
    struct folder folder = folder_new();
    put_file(&folder, "r.json", good);
    put_file(&folder, "notes.txt", "no facts");
    put_file(&folder, ".hidden.json", "no facts");
    CU_ASSERT_EQUAL(slice_open(&at.slice, at.db, folder.path, &at.fault), OK);
    CU_ASSERT_EQUAL(units_of(&at, "r"), 5);
    /* An import of the same text replaces the facts, and they stay replaced. */
    struct slices_part import = {"r", 'a', .last = true, .figures = 1, .first_line = 7};
    CU_ASSERT_EQUAL(slices_put_part(&at, import), OK);
    CU_ASSERT_EQUAL(slice_open(&at.slice, at.db, folder.path, &at.fault), OK);
    CU_ASSERT_EQUAL(units_of(&at, "r"), 7);
    /* Also where the file has changed since. */
    put_file(&folder, "r.json",
             "{\"requestId\": \"facts-r2\", " SOURCE("r", "2020-03-31") "\"last\": true}");
    CU_ASSERT_EQUAL(slice_open(&at.slice, at.db, folder.path, &at.fault), OK);
    CU_ASSERT_EQUAL(units_of(&at, "r"), 7);
    put_file(&folder, "r.json", NULL);
    put_file(&folder, "notes.txt", NULL);
    put_file(&folder, ".hidden.json", NULL);
    CU_ASSERT_EQUAL(rmdir(folder.path), 0);
    slices_close(&at);
}

static void needs_no_facts(void)
{
    struct slices at;
    slices_open(&at);
    CU_ASSERT_EQUAL(slice_open(&at.slice, at.db, NULL, &at.fault), OK);
    CU_ASSERT_EQUAL(slice_open(&at.slice, at.db, "/nonexistent/facts", &at.fault), OK);
    CU_ASSERT_EQUAL(slice_open(&at.slice, at.db, "/dev/null", &at.fault), UNAVAILABLE);
    slices_close(&at);
}

static void says_what_is_wrong_with_a_file(void)
{
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"", "r.json: "},
        {"{\"requestId\": ", "r.json: "},
        {"{\"requestID\": \"a\"}", "requestID"},
        {"{\"requestId\": \"a\", \"last\": true}", "source: "},
        {"{\"requestId\": \"a\", " SOURCE("r", "2020-02-30") "\"last\": true}", "source.as_of: "},
        {"{\"requestId\": \"a\", " SOURCE("r", "2020-02-29") "\"last\": false}",
         "part must be 0 and last true"},
        {"{\"requestId\": \"a\", " SOURCE("r", "2020-02-29") "\"part\": 1, \"last\": true}",
         "part must be 0 and last true"},
        {"{\"requestId\": \"a\", " SOURCE("r", "2020-02-29") "\"last\": true, " FIGURE(
             "r", "budget") "}",
         "figures[0].owner is \"budget\""},
        {"{\"requestId\": \"a\", " SOURCE("r", "2020-02-29") "\"last\": true, " FIGURE(
             "s", "petition") "}",
         "figures[0].citation.report_id is \"s\""},
    };
    struct slices at;
    slices_open(&at);
    struct folder folder = folder_new();
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        put_file(&folder, "r.json", cases[i].text);
        at.fault.message[0] = '\0';
        CU_ASSERT_EQUAL(slice_open(&at.slice, at.db, folder.path, &at.fault), INVALID_ARGUMENT);
        CU_ASSERT_PTR_NOT_NULL(strstr(at.fault.message, "r.json: "));
        CU_ASSERT_PTR_NOT_NULL(strstr(at.fault.message, cases[i].message));
        if (strstr(at.fault.message, cases[i].message) == NULL) (void)puts(at.fault.message);
        CU_ASSERT_EQUAL(slice_is_held(at.db, "r"), NOT_FOUND);
    }
    /* A file that was wrong is read again. */
    put_file(&folder, "r.json", good);
    CU_ASSERT_EQUAL(slice_open(&at.slice, at.db, folder.path, &at.fault), OK);
    CU_ASSERT_EQUAL(slice_is_held(at.db, "r"), OK);
    put_file(&folder, "r.json", NULL);
    CU_ASSERT_EQUAL(rmdir(folder.path), 0);
    slices_close(&at);
}

static void survives_every_failed_allocation(void)
{
    struct slices at;
    slices_open(&at);
    struct folder folder = folder_new();
    put_file(&folder, "r.json", good);
    enum status status = RESOURCE_EXHAUSTED;
    long nth = 0;
    while (status != OK && nth < 20000) {
        (void)alloc_fail_at(++nth);
        status = slice_open(&at.slice, at.db, folder.path, &at.fault);
        (void)alloc_fail_at(0);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        CU_ASSERT_EQUAL(slice_is_held(at.db, "r"), status == OK ? OK : NOT_FOUND);
    }
    CU_ASSERT(nth > (store_is_remote() ? 5 : 20)); /* libpq's own are not counted. */
    CU_ASSERT(nth < 20000);
    put_file(&folder, "r.json", NULL);
    CU_ASSERT_EQUAL(rmdir(folder.path), 0);
    slices_close(&at);
}

static void counts_allocations(void)
{
    CU_ASSERT_FATAL(store_count_allocations());
}

SUITE("slice_facts", {"counts allocations", counts_allocations},
      {"loads what was never held", loads_what_was_never_held}, {"needs no facts", needs_no_facts},
      {"says what is wrong with a file", says_what_is_wrong_with_a_file},
      {"survives every failed allocation", survives_every_failed_allocation})
