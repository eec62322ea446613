/* Parsing alone, without services: time, memory and growth with the size of the text.
 *
 *     bench-import-parse [--json] FILE     the file itself, then repeated to 1, 5, 10, 25 and 50 MB
 *     bench-import-parse --make BYTES      writes a made report of about that size
 *
 * Each size runs in a process of its own, so that its peak memory is its own. The peer is
 * utf8proc's NFC normalisation of the same lines: the least that any reader of Korean text has to
 * do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utf8proc.h>

#include "base/clock.h"
#include "import.h"

enum {
    ARENA_BYTES_MAX = 1 << 30,
    FILE_BYTES_MAX = 64 * 1024 * 1024,
    ROUNDS_SMALL = 9,
    ROUNDS_LARGE = 1,
    SMALL_BYTES = 2 * 1024 * 1024,
};

struct measured {
    size_t bytes;
    long tokens, figures, tables;
    double parse_ms, nfc_ms;
    long text_kib, peak_kib; /* Resident before parsing (the text itself), and at the most. */
};

struct counts {
    long tokens, figures, tables;
};

static enum status count_token(void *context, const report_token *token)
{
    (void)token;
    ((struct counts *)context)->tokens++;
    return OK;
}

static enum status count_figure(void *context, const slice_figure *figure)
{
    (void)figure;
    ((struct counts *)context)->figures++;
    return OK;
}

static enum status count_table(void *context, const slice_table *table)
{
    (void)table;
    ((struct counts *)context)->tables++;
    return OK;
}

static int order(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static double parse_once(struct text utf8, struct counts *counts)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    *counts = (struct counts){0, 0, 0};
    const struct import_sink sink = {
        .context = counts, .token = count_token, .figure = count_figure, .table = count_table};
    const struct import_options options = {.report_id = "bench", .as_of = "2020-04-21"};
    struct import_cover cover;
    struct fault fault = {""};
    int64_t begin = clock_monotonic_us();
    enum status status = import_parse(&arena, utf8, &options, &sink, &cover, &fault);
    double elapsed = (double)(clock_monotonic_us() - begin) / 1000;
    if (status != OK) {
        (void)fprintf(stderr, "bench-import-parse: %s %s\n", status_name(status), fault.message);
        exit(1);
    }
    arena_free(&arena);
    return elapsed;
}

static double normalise_once(struct text utf8)
{
    int64_t begin = clock_monotonic_us();
    for (size_t at = 0; at < utf8.length;) {
        const char *end = memchr(utf8.bytes + at, '\n', utf8.length - at);
        size_t length = end == NULL ? utf8.length - at : (size_t)(end - utf8.bytes) - at;
        utf8proc_uint8_t *mapped = NULL;
        (void)utf8proc_map((const utf8proc_uint8_t *)utf8.bytes + at, (utf8proc_ssize_t)length,
                           &mapped, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
        free(mapped);
        at += length + 1;
    }
    return (double)(clock_monotonic_us() - begin) / 1000;
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) return 0;
    if (fscanf(file, "%*s %ld", &pages) != 1) pages = 0;
    (void)fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* The text repeated to about `bytes`, measured. */
static struct measured measure(struct text once, size_t bytes)
{
    size_t times = bytes <= once.length ? 1 : bytes / once.length;
    char *text = malloc(times * (once.length + 1));
    if (text == NULL) exit(1);
    size_t length = 0;
    for (size_t i = 0; i < times; i++) {
        memcpy(text + length, once.bytes, once.length);
        length += once.length;
        text[length++] = '\n';
    }
    const struct text utf8 = {text, length};
    struct measured measured = {.bytes = length, .text_kib = resident_kib()};
    int rounds = length <= SMALL_BYTES ? ROUNDS_SMALL : ROUNDS_LARGE;
    double parse[ROUNDS_SMALL], nfc[ROUNDS_SMALL];
    struct counts counts = {0, 0, 0};
    for (int i = 0; i < rounds; i++)
        parse[i] = parse_once(utf8, &counts);
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    measured.peak_kib = usage.ru_maxrss;
    for (int i = 0; i < rounds; i++)
        nfc[i] = normalise_once(utf8);
    qsort(parse, (size_t)rounds, sizeof *parse, order);
    qsort(nfc, (size_t)rounds, sizeof *nfc, order);
    measured.parse_ms = parse[rounds / 2];
    measured.nfc_ms = nfc[rounds / 2];
    measured.tokens = counts.tokens;
    measured.figures = counts.figures;
    measured.tables = counts.tables;
    free(text);
    return measured;
}

/* In a process of its own. */
static bool measure_apart(struct text once, size_t bytes, struct measured *measured)
{
    int ends[2];
    if (pipe(ends) != 0) return false;
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct measured own = measure(once, bytes);
        (void)!write(ends[1], &own, sizeof own);
        _exit(0);
    }
    (void)close(ends[1]);
    bool whole = read(ends[0], measured, sizeof *measured) == (ssize_t)sizeof *measured;
    (void)close(ends[0]);
    (void)waitpid(child, NULL, 0);
    return whole;
}

static void make_report(size_t bytes)
{
    size_t written = (size_t)printf("2031 주요업무보고\n\n2031. 4. 20.(일)\n\n하늘소통관\n\n");
    for (int chapter = 1; written < bytes; chapter++) {
        written += (size_t)printf("%d. 시민과 함께하는 소통 사업\n\n□ 사업개요\n\n", chapter);
        written += (size_t)printf("- 사 업 비 : %d백만원 (집행액 : %d백만원, 집행률 50.0%%)\n",
                                  chapter * 20, chapter * 10);
        written +=
            (size_t)printf("- 추진실적 : 총 %d건(전화 %d건, 방문 %d건), 일평균 %d건('31.1~3월)\n\n",
                           chapter * 7, chapter * 3, chapter * 4, chapter);
        written += (size_t)printf(
            "(단위 : 명, %%)\n\n| 구 분 | 신청 | 선정 | 비율 |\n|---|---|---|---|\n");
        for (int row = 1; row <= 12; row++) {
            written += (size_t)printf("| 사업 %d-%d | %d,000 | %d,500 | 50.0%% |\n", chapter, row,
                                      row + 1, row);
        }
        written += (size_t)printf("\n");
    }
}

static struct text file_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(FILE_BYTES_MAX);
    if (file == NULL || bytes == NULL) {
        (void)fprintf(stderr, "bench-import-parse: cannot read %s\n", path);
        exit(1);
    }
    size_t length = fread(bytes, 1, FILE_BYTES_MAX, file);
    (void)fclose(file);
    return (struct text){bytes, length};
}

static void print_row(const struct measured *row, bool json, bool last)
{
    if (json) {
        (void)printf("  {\"bytes\": %zu, \"tokens\": %ld, \"figures\": %ld, \"tables\": %ld, "
                     "\"parse_ms\": %.3f, \"nfc_ms\": %.3f, \"text_kib\": %ld, \"peak_kib\": "
                     "%ld}%s\n",
                     row->bytes, row->tokens, row->figures, row->tables, row->parse_ms, row->nfc_ms,
                     row->text_kib, row->peak_kib, last ? "" : ",");
        return;
    }
    (void)printf("%12zu bytes  %9.1f ms  %6.1f MB/s  %5.1f × NFC  %7.1f MB beside the text\n",
                 row->bytes, row->parse_ms, (double)row->bytes / 1000 / row->parse_ms,
                 row->parse_ms / row->nfc_ms, (double)(row->peak_kib - row->text_kib) / 1024);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--make") == 0) {
        make_report(strtoul(argv[2], NULL, 10));
        return 0;
    }
    bool json = argc == 3 && strcmp(argv[1], "--json") == 0;
    if (argc != 2 + json) {
        (void)fputs("bench-import-parse [--json] FILE | --make BYTES\n", stderr);
        return 2;
    }
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    struct text utf8;
    struct fault fault = {""};
    if (import_decode(&arena, file_read(argv[argc - 1]), &utf8, &fault) != OK) {
        (void)fprintf(stderr, "bench-import-parse: %s\n", fault.message);
        return 1;
    }
    static const size_t sizes[] = {1, 1000000, 5000000, 10000000, 25000000, 50000000};
    if (json) (void)puts("{\"sizes\": [");
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        struct measured row;
        if (!measure_apart(utf8, sizes[i], &row)) return 1;
        print_row(&row, json, i + 1 == ARRAY_LENGTH(sizes));
    }
    if (json) (void)puts("]}");
    return 0;
}
