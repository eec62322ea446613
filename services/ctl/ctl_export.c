/* export: the ledger in the formats of others. `fdp` is a folder that is a Fiscal Data Package
 * (specs.frictionlessdata.io/fiscal-data-package, 1.0rc1): datapackage.json, lines.csv,
 * entries.csv. `csv` is the execution table for spreadsheets: in won, Korean headings, UTF-8 with a
 * byte order mark, without which they guess another encoding. `table` is the bureau's own, in 천원,
 * as Markdown. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/date.h"
#include "base/decimal.h"
#include "budget.rpc.h"
#include "ctl.h"
#include "ctl_terminal.h"
#include "rpc/codec/rpc_json_text.h"

enum { PAGE_SIZE = 1000, PAGE_BYTES_MAX = 64 << 20, PATH_BYTES_MAX = 4096, INDENT_MAX = 16 };

/* The descriptor's resources, which are the same for every export. */
extern const char export_resources_json[];
extern const size_t export_resources_json_length;

/* An export on its way. */
struct export
{
    struct ctl *ctl;
    const char *as_of, *publisher, *output;
    int32_t fiscal_year;
    struct arena page;  /* One page of a list at a time. */
    const char **roots; /* Names of the lines that stand below none. */
    size_t root_count, root_max;
    int64_t lines, entries;
};

/* ---- Files ---- */

/* A file that appears under its name only when it is whole. */
struct sink {
    FILE *file;
    char path[PATH_BYTES_MAX], part[PATH_BYTES_MAX];
};

static enum status sink_failed(struct export *export, const struct sink *sink)
{
    return fault_set(&export->ctl->fault, UNAVAILABLE, "%s cannot be written: %s", sink->path,
                     strerror(errno));
}

/* `name` is a file of the output folder; NULL: the output itself. */
static enum status sink_open(struct export *export, const char *name, struct sink *sink)
{
    const char *slash = name == NULL ? "" : "/";
    if (name == NULL) name = "";
    int length = snprintf(sink->path, sizeof sink->path, "%s%s%s", export->output, slash, name);
    int part = snprintf(sink->part, sizeof sink->part, "%s%s%s.part", export->output, slash, name);
    if (length < 0 || part < 0 || part >= PATH_BYTES_MAX)
        return fault_set(&export->ctl->fault, INVALID_ARGUMENT, "the path is too long");
    sink->file = fopen(sink->part, "we");
    return sink->file == NULL ? sink_failed(export, sink) : OK;
}

static enum status sink_close(struct export *export, struct sink *sink, enum status status)
{
    bool written = ferror(sink->file) == 0 && fflush(sink->file) == 0;
    written = fclose(sink->file) == 0 && written;
    if (status == OK && (!written || rename(sink->part, sink->path) != 0))
        status = sink_failed(export, sink);
    if (status != OK) (void)unlink(sink->part);
    return status;
}

/* ---- CSV (RFC 4180) ---- */

/* A text as a field; in quotes where it must be. `before` goes in front of it. */
static void put_field(FILE *file, const char *before, const char *text, const char *end)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    (void)fprintf(file, "%s%s", quoted ? "\"" : "", before);
    for (; *text != '\0'; text++) {
        if (*text == '"') (void)fputc('"', file);
        (void)fputc(*text, file);
    }
    (void)fprintf(file, "%s%s", quoted ? "\"" : "", end);
}

static void put_text(FILE *file, const char *text, const char *end)
{
    put_field(file, "", text, end);
}

/* The same of a text that somebody wrote: a spreadsheet would take one that begins so for a
 * formula. Packages are opened in spreadsheets as well; their descriptor says what the ' is. */
static void put_cell(FILE *file, const char *text, const char *end)
{
    bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    put_field(file, formula ? "'" : "", text, end);
}

static void put_won(FILE *file, int64_t won, bool known, const char *end)
{
    if (known) (void)fprintf(file, "%lld", (long long)won);
    (void)fputs(end, file);
}

/* ---- The Fiscal Data Package ---- */

static const char *enum_name(const ProtobufCEnumDescriptor *type, int value, const char *prefix)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);
    return found == NULL ? "" : found->name + strlen(prefix);
}

static enum status root_keep(struct export *export, const budget_line *line)
{
    if (line->parent[0] != '\0') return OK;
    struct arena *arena = &export->ctl->arena;
    if (export->root_count == export->root_max) {
        const char **grown =
            arena_grow(arena, export->roots, export->root_count, &export->root_max, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        export->roots = grown;
    }
    const char *name = arena_printf(arena, "%s", line->name);
    if (name == NULL) return RESOURCE_EXHAUSTED;
    export->roots[export->root_count++] = name;
    return OK;
}

static enum status put_lines(struct export *export, FILE *file)
{
    budget_list_lines_request in = BUDGET_LIST_LINES_REQUEST_INIT;
    in.fiscal_year = export->fiscal_year;
    in.publisher = ctl_borrowed(export->publisher);
    in.page_size = PAGE_SIZE;
    struct rpc_options rpc = ctl_rpc(export->ctl, "budget");
    rpc.arena = &export->page;
    char token[PATH_BYTES_MAX] = "";
    (void)fputs("line,parent,label,publisher,fiscal_year,depth,class,closed\n", file);
    do {
        budget_list_lines_response *page = NULL;
        in.page_token = token;
        enum status status = budget_client_list_lines(export->ctl->client, &rpc, &in, &page);
        if (status != OK) return status;
        for (size_t i = 0; i < page->n_lines; i++) {
            const budget_line *line = page->lines[i];
            put_text(file, line->name, ",");
            put_text(file, line->parent, ",");
            put_cell(file, line->label, ",");
            put_cell(file, line->publisher, ",");
            (void)fprintf(file, "%d,%d,%s,%s\n", line->fiscal_year, line->depth,
                          line->line_class == BUDGET_LINE_CLASS_UNSPECIFIED
                              ? ""
                              : enum_name(&sotong__budget__v1__line_class__descriptor,
                                          (int)line->line_class, "LINE_CLASS_"),
                          line->closed ? "true" : "false");
            status = root_keep(export, line);
            if (status != OK) return status;
        }
        export->lines += (int64_t)page->n_lines;
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        arena_reset(&export->page);
    } while (token[0] != '\0');
    return OK;
}

/* What an entry's amount means in the terms of the standard: the phase of the budget. */
static const char *phase(budget_entry_kind kind)
{
    switch (kind) {
    case BUDGET_ENTRY_KIND_APPROPRIATION:
    case BUDGET_ENTRY_KIND_CARRY_OVER:
        return "approved";
    case BUDGET_ENTRY_KIND_SUPPLEMENTARY:
    case BUDGET_ENTRY_KIND_TRANSFER_IN:
    case BUDGET_ENTRY_KIND_TRANSFER_OUT:
        return "adjusted";
    case BUDGET_ENTRY_KIND_COMMITMENT:
    case BUDGET_ENTRY_KIND_RELEASE:
        return "committed";
    case BUDGET_ENTRY_KIND_EXPENDITURE:
    case BUDGET_ENTRY_KIND_REFUND:
        return "executed";
    case BUDGET_ENTRY_KIND_UNSPECIFIED:
        return "";
    }
    return "";
}

/* With the sign that it has in the sum of its phase. */
static int64_t signed_won(const budget_entry *entry)
{
    bool takes = entry->kind == BUDGET_ENTRY_KIND_TRANSFER_OUT ||
                 entry->kind == BUDGET_ENTRY_KIND_RELEASE ||
                 entry->kind == BUDGET_ENTRY_KIND_REFUND;
    return takes ? -entry->amount_won : entry->amount_won;
}

static enum status put_entry(FILE *file, const budget_entry *entry)
{
    struct buffer recorded;
    buffer_init(&recorded, PATH_BYTES_MAX);
    enum status status = OK;
    if (entry->recorded_time != NULL)
        status = rpc_json_put_timestamp(&recorded, entry->recorded_time->seconds,
                                        entry->recorded_time->nanos);
    put_text(file, entry->name, ",");
    put_text(file, entry->line, ",");
    (void)fprintf(
        file, "%s,%s,%lld,%s,",
        enum_name(&sotong__budget__v1__entry_kind__descriptor, (int)entry->kind, "ENTRY_KIND_"),
        phase(entry->kind), (long long)signed_won(entry), entry->effective_date);
    if (recorded.length > 2) /* Without its quotes. */
        (void)fprintf(file, "%.*s", (int)recorded.length - 2, (const char *)recorded.bytes + 1);
    (void)fputc(',', file);
    put_text(file, entry->corrects, ",");
    put_text(file, entry->citation == NULL ? "" : entry->citation->report_id, ",");
    if (entry->citation != NULL) (void)fprintf(file, "%d", entry->citation->line);
    (void)fputc(',', file);
    put_cell(file, entry->description, "\n");
    buffer_free(&recorded);
    return status;
}

/* The entries of a root and all below it; of all lines where it is "". */
static enum status put_entries_of(struct export *export, const char *root, FILE *file)
{
    budget_list_entries_request in = BUDGET_LIST_ENTRIES_REQUEST_INIT;
    in.line = ctl_borrowed(root);
    in.below = root[0] != '\0';
    in.fiscal_year = export->fiscal_year;
    in.as_of = ctl_borrowed(export->as_of);
    in.page_size = PAGE_SIZE;
    struct rpc_options rpc = ctl_rpc(export->ctl, "budget");
    rpc.arena = &export->page;
    char token[PATH_BYTES_MAX] = "";
    do {
        budget_list_entries_response *page = NULL;
        in.page_token = token;
        enum status status = budget_client_list_entries(export->ctl->client, &rpc, &in, &page);
        for (size_t i = 0; status == OK && i < page->n_entries; i++)
            status = put_entry(file, page->entries[i]);
        if (status != OK) return status;
        export->entries += (int64_t)page->n_entries;
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        arena_reset(&export->page);
    } while (token[0] != '\0');
    return OK;
}

static enum status put_entries(struct export *export, FILE *file)
{
    (void)fputs("entry,line,kind,phase,amount,effective_date,recorded_time,corrects,report,"
                "report_line,description\n",
                file);
    if (export->publisher[0] == '\0') return put_entries_of(export, "", file);
    enum status status = OK;
    for (size_t i = 0; i < export->root_count && status == OK; i++)
        status = put_entries_of(export, export->roots[i], file);
    return status;
}

/* None in a package of all publishers. */
static enum status put_publisher(const struct export *export, FILE *file)
{
    if (export->publisher[0] == '\0') return OK;
    struct buffer name;
    buffer_init(&name, PATH_BYTES_MAX);
    enum status status = rpc_json_put_string(&name, text_from(export->publisher));
    if (status == OK)
        (void)fprintf(file, "  \"publisher\": %.*s,\n", (int)name.length, (char *)name.bytes);
    buffer_free(&name);
    return status;
}

/* The descriptor; everything in it that differs from one export to another is plain ASCII, but for
 * the publisher. */
static enum status put_descriptor(struct export *export, FILE *file)
{
    (void)fprintf(file,
                  "{\n"
                  "  \"profile\": \"tabular-data-package\",\n"
                  "  \"name\": \"sotong-budget-%d\",\n"
                  "  \"title\": \"Budget ledger (예산 원장) of fiscal year %d as of %s\",\n",
                  export->fiscal_year, export->fiscal_year, export->as_of);
    enum status status = put_publisher(export, file);
    if (status != OK) return status;
    (void)fprintf(file,
                  "  \"countryCode\": \"KR\",\n"
                  "  \"fiscalPeriod\": {\"start\": \"%04d-01-01\", \"end\": \"%04d-12-31\"},\n"
                  "  \"granularity\": \"transactional\",\n"
                  "  \"resources\": ",
                  export->fiscal_year, export->fiscal_year);
    (void)fwrite(export_resources_json, 1, export_resources_json_length, file);
    (void)fputs("}\n", file);
    return OK;
}

static enum status export_package(struct export *export)
{
    static const struct {
        const char *name;
        enum status (*put)(struct export *export, FILE *file);
    } files[] = {{"lines.csv", put_lines},
                 {"entries.csv", put_entries},
                 {"datapackage.json", put_descriptor}};
    if (mkdir(export->output, 0777) != 0 && errno != EEXIST)
        return fault_set(&export->ctl->fault, UNAVAILABLE, "%s cannot be made: %s", export->output,
                         strerror(errno));
    enum status status = OK;
    for (size_t i = 0; i < ARRAY_LENGTH(files) && status == OK; i++) {
        struct sink sink;
        status = sink_open(export, files[i].name, &sink);
        if (status == OK) status = sink_close(export, &sink, files[i].put(export, sink.file));
    }
    if (status == OK)
        (void)printf("%s: %lld lines, %lld entries\n", export->output, (long long)export->lines,
                     (long long)export->entries);
    return status;
}

/* ---- The execution table ---- */

static const char *rate_digits(const type_quantity *rate, char digits[static DECIMAL_STRING_BYTES])
{
    digits[0] = '\0';
    if (rate != NULL) decimal_format((struct decimal){rate->units, rate->exponent}, digits);
    return digits;
}

static enum status put_sheet(const budget_get_execution_response *table, FILE *file)
{
    char digits[DECIMAL_STRING_BYTES];
    (void)fputs(
        "\xEF\xBB\xBF" /* The mark. */
        "기관,예산과목,단계,부서/사업명,예산현액(원),원인행위액(원),집행액(원),집행률(%)\r\n",
        file);
    for (size_t i = 0; i < table->n_rows; i++) {
        const budget_execution_row *row = table->rows[i];
        put_cell(file, row->publisher, ",");
        put_cell(file, row->line, ",");
        (void)fprintf(file, "%d,", row->depth);
        put_cell(file, row->label, ",");
        put_won(file, row->current_won, true, ",");
        put_won(file, row->committed_won, row->commitment_known, ",");
        put_won(file, row->spent_won, row->expenditure_known, ",");
        (void)fprintf(file, "%s\r\n", rate_digits(row->execution_rate, digits));
    }
    return OK;
}

static void put_thousands(struct export *export, FILE *file, int64_t won, bool known)
{
    (void)fprintf(file, "%s | ", known ? terminal_thousands(&export->ctl->arena, won) : "–");
}

/* Indented by wide spaces, which Markdown keeps where it drops others. */
static void put_label(FILE *file, const budget_execution_row *row)
{
    (void)fputs("| ", file);
    for (int32_t i = 0; i < row->depth && i < INDENT_MAX; i++)
        (void)fputs("\xE3\x80\x80", file);
    for (const char *at = row->label; *at != '\0'; at++) {
        if (*at == '|' || *at == '\\') (void)fputc('\\', file);
        (void)fputc(*at == '\n' || *at == '\r' ? ' ' : *at, file);
    }
    (void)fputs(" | ", file);
}

static enum status put_table(struct export *export, const budget_get_execution_response *table,
                             FILE *file)
{
    char digits[DECIMAL_STRING_BYTES];
    struct date day;
    enum status status = date_parse(text_from(export->as_of), &day);
    if (status != OK) return status;
    struct date_parts parts = date_to_parts(day);
    (void)fprintf(file,
                  "(단위 : 천원, %d.%d.%d. 기준)\n\n"
                  "| 부서/사업명 | 예산현액 | 원인행위액 | 집행액 | 집행률 |\n"
                  "|---|---:|---:|---:|---:|\n",
                  parts.year, parts.month, parts.day);
    for (size_t i = 0; i < table->n_rows; i++) {
        const budget_execution_row *row = table->rows[i];
        const char *rate = rate_digits(row->execution_rate, digits);
        put_label(file, row);
        put_thousands(export, file, row->current_won, true);
        put_thousands(export, file, row->committed_won, row->commitment_known);
        put_thousands(export, file, row->spent_won, row->expenditure_known);
        (void)fprintf(file, "%s%s |\n", rate[0] == '\0' ? "–" : rate, rate[0] == '\0' ? "" : "%");
    }
    return OK;
}

static enum status export_table(struct export *export, bool sheet)
{
    budget_get_execution_request in = BUDGET_GET_EXECUTION_REQUEST_INIT;
    in.as_of = ctl_borrowed(export->as_of);
    in.publisher = ctl_borrowed(export->publisher);
    const struct rpc_options rpc = ctl_rpc(export->ctl, "budget");
    budget_get_execution_response *table = NULL;
    enum status status = budget_client_get_execution(export->ctl->client, &rpc, &in, &table);
    if (status == OK && table->n_rows == 0)
        status =
            fault_set(&export->ctl->fault, NOT_FOUND, "nothing is recorded for %s", export->as_of);
    if (status != OK) return status;
    if (strcmp(export->output, "-") == 0)
        return sheet ? put_sheet(table, stdout) : put_table(export, table, stdout);
    struct sink sink;
    status = sink_open(export, NULL, &sink);
    if (status != OK) return status;
    status = sheet ? put_sheet(table, sink.file) : put_table(export, table, sink.file);
    return sink_close(export, &sink, status);
}

enum ctl_exit ctl_export(struct ctl *ctl, const struct ctl_options *options)
{
    struct date day;
    if (options->as_of == NULL) return ctl_usage("export: say as of which day: --as-of 2020-03-31");
    if (date_parse(text_from(options->as_of), &day) != OK)
        return ctl_usage("export: %s is no day; they look like 2020-03-31", options->as_of);
    const char *format = options->format == NULL ? "table" : options->format;
    bool package = strcmp(format, "fdp") == 0;
    bool sheet = strcmp(format, "csv") == 0;
    if (!package && !sheet && strcmp(format, "table") != 0)
        return ctl_usage("export: %s is no format; they are fdp, csv and table", format);
    if (package && options->output == NULL)
        return ctl_usage("export: say into which folder: --output FOLDER");
    struct export export = {.ctl = ctl,
                            .as_of = options->as_of,
                            .publisher = options->publisher == NULL ? "" : options->publisher,
                            .output = options->output == NULL ? "-" : options->output,
                            .fiscal_year = date_to_parts(day).year};
    arena_init(&export.page, PAGE_BYTES_MAX);
    enum status status = package ? export_package(&export) : export_table(&export, sheet);
    arena_free(&export.page);
    return status == OK ? CTL_DONE : ctl_failed(ctl, status);
}
