/* import: hands a report's text to the report service and says what was read. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "ctl.h"
#include "ctl_terminal.h"
#include "import.h"
#include "report.rpc.h"

enum { CLOSED_NAMES_SHOWN = 10 };

/* Reads a file, or standard input for "-". */
static enum ctl_exit file_read(struct ctl *ctl, const char *path, struct text *bytes)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "sotong: cannot open %s: %s\n", path, strerror(errno));
        return CTL_REFUSED;
    }
    /* One byte more than the limit shows that the file passes it. */
    size_t capacity = IMPORT_TEXT_BYTES_MAX + 1;
    char *memory = arena_alloc(&ctl->arena, capacity);
    size_t length = memory == NULL ? 0 : fread(memory, 1, capacity, file);
    bool broken = ferror(file) != 0;
    int error = errno;
    if (file != stdin) (void)fclose(file);
    if (memory == NULL) return ctl_failed(ctl, RESOURCE_EXHAUSTED);
    if (broken) {
        (void)fprintf(stderr, "sotong: cannot read %s: %s\n", path, strerror(error));
        return CTL_REFUSED;
    }
    if (length > IMPORT_TEXT_BYTES_MAX) {
        (void)fprintf(stderr, "sotong: %s is larger than %d bytes, the most that a report may be\n",
                      path, IMPORT_TEXT_BYTES_MAX);
        return CTL_REFUSED;
    }
    *bytes = (struct text){memory, length};
    return CTL_DONE;
}

/* The file's name without its folder and ending; spaces become '-'. What else may not be in an id
 * is dropped, and the digest of the name then keeps names apart that differ in nothing else. */
static char *id_from_path(struct arena *arena, const char *path)
{
    enum { DIGEST_SHOWN = 8 };
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');
    size_t length = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
    char *id = arena_copy(arena, name, length);
    if (id == NULL) return NULL;
    char *out = id;
    bool dropped = false;
    for (const char *p = id; *p != '\0'; p++) {
        bool letter =
            (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        bool mark = *p == '.' || *p == '_' || *p == '-';
        if (letter || (out > id && mark)) {
            *out++ = *p;
            continue;
        }
        if (*p != ' ') dropped = true;
        if (out > id && out[-1] != '-') *out++ = '-';
    }
    if (dropped) {
        while (out > id && out[-1] == '-')
            out--;
    }
    *out = '\0';
    if (!dropped) return id;
    char digest[DIGEST_STRING_BYTES];
    if (digest_of(name, strlen(name), digest) != OK) return NULL;
    return arena_printf(arena, "%s-%.*s", id[0] == '\0' ? "report" : id, DIGEST_SHOWN, digest);
}

static const char *kind_word(report_token_kind kind, bool one)
{
    static const char *const words[][2] = {
        [REPORT_TOKEN_KIND_UNSPECIFIED] = {"unknown", "unknown"},
        [REPORT_TOKEN_KIND_QUANTITY] = {"quantity", "quantities"},
        [REPORT_TOKEN_KIND_DATE] = {"date", "dates"},
        [REPORT_TOKEN_KIND_PERIOD] = {"period", "periods"},
        [REPORT_TOKEN_KIND_TIME] = {"time", "times"},
        [REPORT_TOKEN_KIND_ORDINAL] = {"ordinal", "ordinals"},
        [REPORT_TOKEN_KIND_NAME] = {"part of a name", "parts of names"},
        [REPORT_TOKEN_KIND_UNREAD] = {"not read", "not read"},
    };
    return (size_t)kind < ARRAY_LENGTH(words) ? words[kind][one ? 0 : 1] : "unknown";
}

static void print_report(struct ctl *ctl, const report_report *report)
{
    int64_t numerals = 0;
    for (size_t i = 0; i < report->n_kinds; i++)
        numerals += report->kinds[i]->count;
    (void)printf("%s%s%s  ", terminal_style(STYLE_BOLD), report->id, terminal_style(STYLE_PLAIN));
    if (report->title[0] != '\0') (void)printf("%s · ", terminal_line(&ctl->arena, report->title));
    if (report->publisher[0] != '\0')
        (void)printf("%s · ", terminal_line(&ctl->arena, report->publisher));
    (void)printf("as of %s\n", report->as_of);
    (void)printf("%s lines, %s numerals:", terminal_number(&ctl->arena, report->line_count),
                 terminal_number(&ctl->arena, numerals));
    for (size_t i = 0; i < report->n_kinds; i++) {
        const report_kind_count *kind = report->kinds[i];
        (void)printf("%s %s %s", i == 0 ? "" : ",", terminal_number(&ctl->arena, kind->count),
                     kind_word(kind->kind, kind->count == 1));
    }
    (void)puts("\n");
    static const struct terminal_column columns[] = {
        {"owner", TERMINAL_LEFT, COLUMN_KEPT},        {"figures", TERMINAL_RIGHT, COLUMN_KEPT},
        {"tables", TERMINAL_RIGHT, COLUMN_KEPT},      {"records", TERMINAL_RIGHT, COLUMN_KEPT},
        {"delivered", TERMINAL_LEFT, COLUMN_ELASTIC},
    };
    struct terminal_table table;
    terminal_table_init(&table, &ctl->arena, columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < report->n_owners; i++) {
        const report_owner_count *owner = report->owners[i];
        terminal_table_add(&table,
                           (const char *const[]){owner->owner,
                                                 terminal_number(&ctl->arena, owner->figure_count),
                                                 terminal_number(&ctl->arena, owner->table_count),
                                                 terminal_number(&ctl->arena, owner->record_count),
                                                 owner->delivered ? "yes" : owner->failure});
    }
    terminal_table_print(&table);
}

static void print_oddities(struct ctl *ctl, const report_import_report_response *answer)
{
    for (size_t i = 0; i < answer->n_unread; i++) {
        const report_token *token = answer->unread[i];
        (void)printf("%snot read%s  line %d, column %d: %s\n", terminal_style(STYLE_YELLOW),
                     terminal_style(STYLE_PLAIN), token->line, token->column,
                     terminal_line(&ctl->arena, token->printed));
    }
    for (size_t i = 0; i < answer->n_remarks; i++) {
        (void)printf("%sremark%s  line %d: %s\n", terminal_style(STYLE_DIM),
                     terminal_style(STYLE_PLAIN), answer->remarks[i]->line,
                     terminal_line(&ctl->arena, answer->remarks[i]->message));
    }
}

/* A closed year is no longer posted to by calls: whoever imports is told that the report moved it.
 */
static void print_closed(struct ctl *ctl, const slice_closed_change *change)
{
    struct arena *arena = &ctl->arena;
    (void)printf("\n%sclosed%s  %s %d was closed %s; the report posts %d entries there, %d of them "
                 "taking others back\n",
                 terminal_style(STYLE_YELLOW), terminal_style(STYLE_PLAIN),
                 terminal_line(arena, change->publisher), change->fiscal_year,
                 change->closed_time == NULL ? "?" : terminal_instant(arena, change->closed_time),
                 change->entry_count, change->correction_count);
    (void)printf("        예산현액 %s원, 원인행위액 %s원, 집행액 %s원\n",
                 terminal_number(arena, change->current_won),
                 terminal_number(arena, change->committed_won),
                 terminal_number(arena, change->spent_won));
    for (size_t i = 0; i < change->n_entries && i < CLOSED_NAMES_SHOWN; i++)
        (void)printf("%s%s", i == 0 ? "        " : ", ", change->entries[i]);
    if (change->n_entries > 0) (void)puts(change->entry_count > CLOSED_NAMES_SHOWN ? ", …" : "");
    (void)printf("        sotong budget entries --year %d shows them, marked 마감 후\n",
                 change->fiscal_year);
}

enum ctl_exit ctl_import(struct ctl *ctl, const struct ctl_options *options)
{
    if (options->argument_count == 0) return ctl_usage("import: say which file");
    const char *path = options->arguments[0];
    if (options->id == NULL && strcmp(path, "-") == 0) {
        return ctl_usage("import: standard input needs an id: --id ID");
    }
    report_import_report_request in = REPORT_IMPORT_REPORT_REQUEST_INIT;
    struct text bytes = {NULL, 0};
    enum ctl_exit code = file_read(ctl, path, &bytes);
    if (code != CTL_DONE) return code;
    char *id = options->id == NULL ? id_from_path(&ctl->arena, path)
                                   : arena_copy(&ctl->arena, options->id, strlen(options->id));
    if (id == NULL) return ctl_failed(ctl, RESOURCE_EXHAUSTED);
    if (id[0] == '\0') return ctl_usage("import: no id can be made of %s; give one: --id ID", path);
    in.report_id = id;
    in.text = (ProtobufCBinaryData){bytes.length, (uint8_t *)(uintptr_t)bytes.bytes};
    if (options->as_of != NULL) {
        in.as_of = arena_copy(&ctl->arena, options->as_of, strlen(options->as_of));
    }
    const struct rpc_options rpc = ctl_rpc_slow(ctl, "report");
    report_import_report_response *answer = NULL;
    struct terminal_progress *progress = terminal_progress_start("importing");
    enum status status = report_client_import_report(ctl->client, &rpc, &in, &answer);
    terminal_progress_stop(progress);
    if (status != OK) return ctl_failed(ctl, status);
    bool complete = answer->report != NULL && answer->report->complete;
    if (ctl->json) {
        code = ctl_print_json(ctl, &answer->base);
        return code != CTL_DONE ? code : complete ? CTL_DONE : CTL_UNREACHABLE;
    }
    if (answer->report == NULL) return ctl_failed(ctl, INTERNAL);
    print_report(ctl, answer->report);
    print_oddities(ctl, answer);
    for (size_t i = 0; i < answer->n_closed_changes; i++)
        print_closed(ctl, answer->closed_changes[i]);
    if (answer->already_imported)
        (void)puts("\nThe same text was imported before; nothing changed.");
    if (complete) return CTL_DONE;
    (void)printf("\n%sNot complete.%s The same command delivers what is missing once the services "
                 "are up.\n",
                 terminal_style(STYLE_RED), terminal_style(STYLE_PLAIN));
    return CTL_UNREACHABLE;
}
