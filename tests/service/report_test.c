/* The report service's store and reading handlers over a real database file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"
#include "report.rpc.h"
#include "report_collect.h"
#include "report_derive.h"
#include "report_facts.h"
#include "report_sql.h"
#include "slice/slice_store.h"
#include "support/calls.h"
#include "support/report_tables.h"
#include "support/store.h"
#include "support/suite.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, TOKENS = 700, ALLOCATIONS_MAX = 150, PATH_BYTES = 512 };

struct fixture {
    char path[STORE_PATH_BYTES];
    struct db *db;
    struct arena arena;
    struct report report;
};

static void fixture_open(struct fixture *at)
{
    struct fault fault = {""};
    memset(at, 0, sizeof *at);
    store_path_new(at->path);
    arena_init(&at->arena, ARENA_BYTES);
    const struct db_config config = {.store = at->path, .access = DB_READ_WRITE};
    CU_ASSERT_EQUAL_FATAL(db_open(&config, &at->db, &fault), OK);
    CU_ASSERT_EQUAL_FATAL(db_migrate(at->db, slice_migrations, slice_migration_count, &fault), OK);
    CU_ASSERT_EQUAL_FATAL(db_migrate(at->db, report_migrations, report_migration_count, &fault),
                          OK);
    at->report.slice = (struct slice){.service = "report",
                                      .version = "test",
                                      .derive = report_derive,
                                      .count_records = report_count_records,
                                      .self = &at->report};
}

static void fixture_close(struct fixture *at)
{
    arena_free(&at->arena);
    db_close(at->db);
    store_path_remove(at->path);
}

/* A report as the end of an import leaves it: its row, its numerals and its own slice. */
static void report_add(struct fixture *at, const char *report_id, const char *as_of, int tokens)
{
    slice_slice_source source = printed_source();
    struct collect collect;
    struct fault fault = {""};
    source.report_id = arena_printf(&at->arena, "%s", report_id);
    source.as_of = arena_printf(&at->arena, "%s", as_of);
    source.digest = arena_printf(&at->arena, "%064d", 7);
    collect_init(&collect, &at->arena, source.as_of);
    struct import_sink sink = collect_sink(&collect);
    slice_table *staff =
        printed_table(&at->arena, "인력", 10, 1, "구분|정원|현원\n홍보과|3|2(1)\n");
    slice_table *audit = printed_table(&at->arena, "건의사항", 40, 1,
                                       "건의사항|조치결과\n가 (홍보과)|추진상황 : 완료\n");
    slice_figure *units = printed_figure(&at->arena, "일반현황/조직", 5, "2과", "과");
    slice_table *tables[] = {staff, audit};
    for (size_t i = 0; i < ARRAY_LENGTH(tables); i++) {
        tables[i]->citation->report_id = source.report_id;
        tables[i]->name = arena_printf(&at->arena, "tables/%s-%zu", report_id, i);
        CU_ASSERT_EQUAL(sink.table(&collect, tables[i]), OK);
    }
    units->citation->report_id = source.report_id;
    units->name = arena_printf(&at->arena, "figures/%s-5-1", report_id);
    CU_ASSERT_EQUAL(sink.figure(&collect, units), OK);
    for (int i = 0; i < tokens; i++) {
        report_token token = REPORT_TOKEN_INIT;
        token.line = i + 1;
        token.kind = i % 2 == 0 ? REPORT_TOKEN_KIND_QUANTITY : REPORT_TOKEN_KIND_NAME;
        token.printed = arena_printf(&at->arena, "%d건", i);
        CU_ASSERT_EQUAL(sink.token(&collect, &token), OK);
    }
    CU_ASSERT_EQUAL(collect_end(&collect), OK);
    const struct report_row row = {.report_id = report_id,
                                   .digest = source.digest,
                                   .title = "",
                                   .publisher = source.publisher,
                                   .as_of = as_of,
                                   .basis = as_of};
    slice_put_slice_request *request =
        collect_request(&collect.owners[REPORT_OWNERS - 1], &source, true);
    slice_put_slice_response response = SLICE_PUT_SLICE_RESPONSE_INIT;
    CU_ASSERT_PTR_NOT_NULL_FATAL(request);
    CU_ASSERT_EQUAL(db_begin(at->db), OK);
    CU_ASSERT_EQUAL(slice_put(&at->report.slice, at->db, &at->arena, request, &response, &fault),
                    OK);
    CU_ASSERT_EQUAL(report_put(at->db, &row), OK);
    for (size_t i = 0; i < collect.block_count; i++) {
        CU_ASSERT_EQUAL(report_token_block_put(at->db, report_id, &collect.blocks[i]), OK);
    }
    CU_ASSERT_EQUAL(db_commit(at->db), OK);
    CU_ASSERT_EQUAL(response.record_count, 2);
    collect_free(&collect);
}

static void lists_numerals_in_pages(void)
{
    static const struct {
        const char *name, *search;
        report_token_kind kind;
        int page_size, expected;
    } cases[] = {
        {"all at once", "", REPORT_TOKEN_KIND_UNSPECIFIED, 5000, TOKENS},
        {"a page ends in the middle of a block", "", REPORT_TOKEN_KIND_UNSPECIFIED, 300, TOKENS},
        {"a page ends with a block", "", REPORT_TOKEN_KIND_UNSPECIFIED, COLLECT_BLOCK_TOKENS,
         TOKENS},
        {"of a kind", "", REPORT_TOKEN_KIND_NAME, 100, TOKENS / 2},
        {"of a text", "99건", REPORT_TOKEN_KIND_UNSPECIFIED, 3, 7},
        {"of none", "없음", REPORT_TOKEN_KIND_UNSPECIFIED, 0, 0},
    };
    struct fixture at;
    fixture_open(&at);
    report_add(&at, "test", "2020-04-21", TOKENS);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        report_list_tokens_request request = REPORT_LIST_TOKENS_REQUEST_INIT;
        char id[] = "test", *search = arena_printf(&at.arena, "%s", cases[i].search);
        request.report_id = id;
        request.search = search;
        request.kind = cases[i].kind;
        request.page_size = cases[i].page_size;
        int listed = 0, line = 0;
        for (bool more = true; more;) {
            struct rpc_call call;
            report_list_tokens_response response = REPORT_LIST_TOKENS_RESPONSE_INIT;
            calls_begin(&call, at.db);
            CU_ASSERT_EQUAL_FATAL(report_list_tokens(&at.report, &call, &request, &response), OK);
            for (size_t k = 0; k < response.n_tokens; k++) {
                CU_ASSERT(response.tokens[k]->line > line); /* Each once, in the text's order. */
                line = response.tokens[k]->line;
            }
            listed += (int)response.n_tokens;
            request.page_token = arena_printf(&at.arena, "%s", response.next_page_token);
            more = request.page_token[0] != '\0';
            calls_end(&call);
        }
        CU_ASSERT_EQUAL(listed, cases[i].expected);
        if (listed != cases[i].expected) (void)printf("%s: %d\n", cases[i].name, listed);
    }
    fixture_close(&at);
}

static void refuses_tokens_of_other_pages(void)
{
    static const char *const tokens[] = {"x", "-1-0", "1", "1-x", "1-1x"};
    struct fixture at;
    fixture_open(&at);
    for (size_t i = 0; i < ARRAY_LENGTH(tokens); i++) {
        struct rpc_call call;
        report_list_tokens_request request = REPORT_LIST_TOKENS_REQUEST_INIT;
        report_list_tokens_response response = REPORT_LIST_TOKENS_RESPONSE_INIT;
        request.page_token = arena_printf(&at.arena, "%s", tokens[i]);
        calls_begin(&call, at.db);
        CU_ASSERT_EQUAL(report_list_tokens(&at.report, &call, &request, &response),
                        INVALID_ARGUMENT);
        calls_end(&call);
    }
    fixture_close(&at);
}

static void lists_the_latest_records(void)
{
    static const struct {
        const char *as_of;
        size_t count;
        const char *citation;
    } cases[] = {
        {"2020-04-20", 0, ""},    {"2020-04-21", 1, "old"}, {"2021-04-20", 1, "old"},
        {"2021-04-21", 1, "new"}, {"", 1, "new"},
    };
    struct fixture at;
    fixture_open(&at);
    report_add(&at, "old", "2020-04-21", 1);
    report_add(&at, "new", "2021-04-21", 1);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct rpc_call call;
        report_list_headcounts_request request = REPORT_LIST_HEADCOUNTS_REQUEST_INIT;
        report_list_headcounts_response response = REPORT_LIST_HEADCOUNTS_RESPONSE_INIT;
        report_list_audit_findings_request asked = REPORT_LIST_AUDIT_FINDINGS_REQUEST_INIT;
        report_list_audit_findings_response found = REPORT_LIST_AUDIT_FINDINGS_RESPONSE_INIT;
        request.as_of = asked.as_of = arena_printf(&at.arena, "%s", cases[i].as_of);
        calls_begin(&call, at.db);
        CU_ASSERT_EQUAL(report_list_headcounts(&at.report, &call, &request, &response), OK);
        CU_ASSERT_EQUAL(report_list_audit_findings(&at.report, &call, &asked, &found), OK);
        CU_ASSERT_EQUAL(response.n_headcounts, cases[i].count);
        CU_ASSERT_EQUAL(found.n_audit_findings, cases[i].count);
        CU_ASSERT_EQUAL(found.n_totals, cases[i].count * 4);
        if (response.n_headcounts > 0) {
            CU_ASSERT_STRING_EQUAL(response.headcounts[0]->citation->report_id, cases[i].citation);
            CU_ASSERT_EQUAL(response.headcounts[0]->women->units, 1);
        }
        calls_end(&call);
    }
    int64_t records = 0;
    CU_ASSERT_EQUAL(report_count_records(NULL, at.db, &records), OK);
    CU_ASSERT_EQUAL(records, 4);
    fixture_close(&at);
}

static void lists_units_of_the_staff(void)
{
    struct fixture at;
    struct rpc_call call;
    report_list_organization_units_request request = REPORT_LIST_ORGANIZATION_UNITS_REQUEST_INIT;
    report_list_organization_units_response response = REPORT_LIST_ORGANIZATION_UNITS_RESPONSE_INIT;
    fixture_open(&at);
    report_add(&at, "test", "2020-04-21", 1);
    calls_begin(&call, at.db);
    CU_ASSERT_EQUAL(report_list_organization_units(&at.report, &call, &request, &response), OK);
    CU_ASSERT_EQUAL_FATAL(response.n_units, 2);
    CU_ASSERT_STRING_EQUAL(response.units[1]->label, "홍보과");
    CU_ASSERT_STRING_EQUAL(response.summary, "2과");
    calls_end(&call);
    fixture_close(&at);
}

static void facts_write(const char *folder, const char *name, const char *json)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    (void)fputs(json, file);
    (void)fclose(file);
}

/* A document that would not hold all bureaus is refused, not cut. */
static void composes_no_part_of_the_bureaus(void)
{
    static const struct db_sql many = {
        "many",
        "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted "
        "WHERE n < 101) "
        "INSERT INTO report (report_id, digest, title, publisher, as_of, basis, line_count, "
        "facts_only) SELECT 'r' || n, '', '', 'bureau ' || n, '2020-04-21', '2020-03-31', 1, "
        "0 FROM counted"};
    struct fixture at;
    struct rpc_call call;
    report_compose_report_request request = REPORT_COMPOSE_REPORT_REQUEST_INIT;
    report_compose_report_response response = REPORT_COMPOSE_REPORT_RESPONSE_INIT;
    fixture_open(&at);
    CU_ASSERT_EQUAL_FATAL(db_run_plain(at.db, &many), OK);
    request.as_of = arena_printf(&at.arena, "2020-04-21");
    calls_begin(&call, at.db);
    CU_ASSERT_EQUAL(report_compose_report(&at.report, &call, &request, &response), OUT_OF_RANGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(rpc_fault(&call)->message, "more than 100 bureaus"));
    calls_end(&call);
    fixture_close(&at);
}

static void loads_facts_once(void)
{
    static const char json[] =
        "{\"report\":{\"id\":\"fact\",\"asOf\":\"2020-04-21\",\"publisher\":\"소통관\"},"
        "\"basis\":\"2020-03-31\",\"units\":[{\"label\":\"홍보과\",\"depth\":1}],"
        "\"tokens\":[{\"line\":3,\"printed\":\"5건\",\"kind\":\"QUANTITY\"}]}";
    char folder[] = "/tmp/sotong-facts-XXXXXX", path[PATH_BYTES];
    struct fixture at;
    struct fault fault = {""};
    struct report_row row;
    fixture_open(&at);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    facts_write(folder, "fact.json", json);
    facts_write(folder, "readme.txt", "no facts");
    CU_ASSERT_EQUAL(report_facts_load(at.db, folder, &fault), OK);
    CU_ASSERT_EQUAL_FATAL(report_get(at.db, &at.arena, "fact", &row), OK);
    CU_ASSERT_TRUE(row.facts_only);
    CU_ASSERT_STRING_EQUAL(row.basis, "2020-03-31");
    facts_write(folder, "fact.json", "not read again");
    CU_ASSERT_EQUAL(report_facts_load(at.db, folder, &fault), OK);
    facts_write(folder, "wrong.json", "{\"report\":{\"id\":5}}");
    CU_ASSERT_EQUAL(report_facts_load(at.db, folder, &fault), INVALID_ARGUMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "wrong.json"));
    CU_ASSERT_EQUAL(report_facts_load(at.db, "/nowhere/at/all", &fault), OK);
    static const char *const names[] = {"fact.json", "readme.txt", "wrong.json"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    fixture_close(&at);
}

/* What a bounded collection does with what does not fit an owner's bounds. */
static void leaves_out_what_owners_refuse(void)
{
    struct fixture at;
    struct collect collect;
    fixture_open(&at);
    collect_init(&collect, &at.arena, "2020-04-21");
    struct import_sink sink = collect_sink(&collect);
    slice_table *table = printed_table(&at.arena, "표", 7, 1, "구분|값\n가|1\n");
    char *cell = arena_alloc(&at.arena, 70001);
    CU_ASSERT_PTR_NOT_NULL_FATAL(cell);
    if (cell == NULL) return;
    memset(cell, 'x', 70000);
    cell[70000] = '\0';
    table->rows[1]->cells[0]->text = cell;
    CU_ASSERT_EQUAL(sink.table(&collect, table), OK);
    slice_figure *figure = printed_figure(&at.arena, "건", 9, "1건", "건");
    figure->printed = cell; /* Longer than 256 bytes. */
    CU_ASSERT_EQUAL(sink.figure(&collect, figure), OK);
    const struct collect_owner *own = &collect.owners[REPORT_OWNERS - 1];
    CU_ASSERT_EQUAL_FATAL(own->tables.count, 1);
    const slice_table *kept = (const void *)own->tables.items[0];
    CU_ASSERT_EQUAL(strlen(row_cell(kept->rows[1], 1)), 65536);
    CU_ASSERT_EQUAL(own->figures.count, 0);
    CU_ASSERT_EQUAL_FATAL(collect.remarks.count, 2);
    const report_remark *remark = (const void *)collect.remarks.items[1];
    CU_ASSERT_EQUAL(remark->line, 9);
    CU_ASSERT_PTR_NOT_NULL(strstr(remark->message, "printed"));
    collect_free(&collect);
    fixture_close(&at);
}

static enum status part_counted(void *context, struct collect_owner *owner)
{
    int *parts = context;
    (*parts)++;
    CU_ASSERT_EQUAL(owner->figures.count, COLLECT_PART_FIGURES);
    collect_part_next(owner);
    return OK;
}

static void hands_over_full_parts(void)
{
    struct fixture at;
    struct collect collect;
    int parts = 0;
    fixture_open(&at);
    collect_init(&collect, &at.arena, "2020-04-21");
    collect.part_full = part_counted;
    collect.context = &parts;
    struct import_sink sink = collect_sink(&collect);
    const slice_figure *figure = printed_figure(&at.arena, "건", 9, "1건", "건");
    for (int i = 0; i < 2 * COLLECT_PART_FIGURES + 5; i++) {
        CU_ASSERT_EQUAL(sink.figure(&collect, figure), OK);
    }
    const struct collect_owner *own = &collect.owners[REPORT_OWNERS - 1];
    CU_ASSERT_EQUAL(parts, 2);
    CU_ASSERT_EQUAL(own->part, 2);
    CU_ASSERT_EQUAL(own->figures.count, 5);
    collect_free(&collect);
    fixture_close(&at);
}

static void repeats_request_ids(void)
{
    struct fixture at;
    struct collect collect;
    fixture_open(&at);
    collect_init(&collect, &at.arena, "2020-04-21");
    slice_slice_source source = printed_source(), other = printed_source();
    char digest[] = "aa", another[] = "ab";
    source.digest = digest;
    other.digest = another;
    struct collect_owner *owner = &collect.owners[0];
    const char *first = collect_request(owner, &source, true)->request_id;
    CU_ASSERT_STRING_EQUAL(first, collect_request(owner, &source, true)->request_id);
    CU_ASSERT_STRING_NOT_EQUAL(first, collect_request(owner, &source, false)->request_id);
    CU_ASSERT_STRING_NOT_EQUAL(first, collect_request(owner, &other, true)->request_id);
    CU_ASSERT_STRING_NOT_EQUAL(first, collect_request(owner + 1, &source, true)->request_id);
    char *kept = arena_printf(&at.arena, "%s", first);
    collect_part_next(owner);
    CU_ASSERT_STRING_NOT_EQUAL(kept, collect_request(owner, &source, true)->request_id);
    collect_free(&collect);
    fixture_close(&at);
}

static void survives_lack_of_memory(void)
{
    struct fixture at;
    fixture_open(&at);
    report_add(&at, "test", "2020-04-21", TOKENS);
    char id[] = "test";
    for (long nth = 1; nth <= ALLOCATIONS_MAX; nth++) {
        struct rpc_call call;
        report_list_tokens_request tokens = REPORT_LIST_TOKENS_REQUEST_INIT;
        report_list_tokens_response page = REPORT_LIST_TOKENS_RESPONSE_INIT;
        report_list_reports_request reports = REPORT_LIST_REPORTS_REQUEST_INIT;
        report_list_reports_response listed = REPORT_LIST_REPORTS_RESPONSE_INIT;
        report_list_audit_findings_request findings = REPORT_LIST_AUDIT_FINDINGS_REQUEST_INIT;
        report_list_audit_findings_response found = REPORT_LIST_AUDIT_FINDINGS_RESPONSE_INIT;
        report_list_organization_units_request units = REPORT_LIST_ORGANIZATION_UNITS_REQUEST_INIT;
        report_list_organization_units_response tree = REPORT_LIST_ORGANIZATION_UNITS_RESPONSE_INIT;
        tokens.report_id = id;
        calls_begin(&call, at.db);
        enum status status[4];
        (void)alloc_fail_at(nth);
        status[0] = report_list_tokens(&at.report, &call, &tokens, &page);
        (void)alloc_fail_at(nth);
        status[1] = report_list_reports(&at.report, &call, &reports, &listed);
        (void)alloc_fail_at(nth);
        status[2] = report_list_audit_findings(&at.report, &call, &findings, &found);
        (void)alloc_fail_at(nth);
        status[3] = report_list_organization_units(&at.report, &call, &units, &tree);
        (void)alloc_fail_at(0);
        for (size_t i = 0; i < ARRAY_LENGTH(status); i++) {
            CU_ASSERT(status[i] == OK || status[i] == RESOURCE_EXHAUSTED);
        }
        calls_end(&call);
    }
    fixture_close(&at);
}

SUITE("report", {"lists numerals in pages", lists_numerals_in_pages},
      {"refuses tokens of other pages", refuses_tokens_of_other_pages},
      {"lists the latest records", lists_the_latest_records},
      {"lists units of the staff", lists_units_of_the_staff},
      {"composes no part of the bureaus", composes_no_part_of_the_bureaus},
      {"loads facts once", loads_facts_once},
      {"leaves out what owners refuse", leaves_out_what_owners_refuse},
      {"hands over full parts", hands_over_full_parts},
      {"repeats request ids", repeats_request_ids},
      {"survives lack of memory", survives_lack_of_memory})
