#include "ctl_terminal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 100, ELASTIC_WIDTH_MIN = 16, GAP = 2 };

bool terminal_is_one(void)
{
    return isatty(STDOUT_FILENO) != 0;
}

int terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return WIDTH_DEFAULT;
}

const char *terminal_style(enum terminal_style style)
{
    static const char *const sequences[] = {"\033[0m",  "\033[1m",  "\033[2m",
                                            "\033[31m", "\033[32m", "\033[33m"};
    if (!terminal_is_one() || getenv("NO_COLOR") != NULL) return "";
    return sequences[style];
}

void terminal_table_init(struct terminal_table *table, struct arena *arena,
                         const struct terminal_column *columns, size_t column_count)
{
    *table =
        (struct terminal_table){.arena = arena, .columns = columns, .column_count = column_count};
}

void terminal_table_add(struct terminal_table *table, const char *const *cells)
{
    if (table->row_count == table->row_capacity) {
        void *rows = arena_grow(table->arena, table->rows, table->row_count, &table->row_capacity,
                                sizeof *table->rows);
        if (rows == NULL) return;
        table->rows = rows;
    }
    const char **row = arena_calloc(table->arena, table->column_count, sizeof *row);
    if (row == NULL) return;
    for (size_t i = 0; i < table->column_count; i++)
        row[i] = cells[i] == NULL ? "" : cells[i];
    table->rows[table->row_count++] = row;
}

/* The text cut to this many columns, with an ellipsis where something is missing, and a space where
 * half of a wide letter would have stood. */
static void print_cut(const char *string, size_t width)
{
    struct text text = text_from(string);
    if (text_width(text) <= width) {
        (void)fputs(string, stdout);
        return;
    }
    size_t offset = 0, taken = 0;
    while (offset < text.length) {
        size_t next = offset;
        (void)text_next(text, &next);
        size_t columns = text_width((struct text){text.bytes + offset, next - offset});
        if (taken + columns > width - 1) break;
        taken += columns;
        offset = next;
    }
    (void)fwrite(text.bytes, 1, offset, stdout);
    (void)fputs("…", stdout);
    if (taken + 1 < width) (void)putchar(' ');
}

static void print_padding(size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        (void)putchar(' ');
}

static void print_cell(const char *string, const struct terminal_column *column, size_t width,
                       bool last)
{
    size_t taken = text_width(text_from(string));
    if (taken > width) taken = width;
    if (column->align == TERMINAL_RIGHT) print_padding(width - taken);
    print_cut(string, width);
    if (column->align == TERMINAL_LEFT && !last) print_padding(width - taken);
    if (!last) print_padding(GAP);
}

static void print_tabs(const struct terminal_table *table)
{
    for (size_t i = 0; i < table->column_count && !table->bare; i++) {
        (void)printf("%s%s", i == 0 ? "" : "\t", table->columns[i].heading);
    }
    if (!table->bare) (void)putchar('\n');
    for (size_t r = 0; r < table->row_count; r++) {
        for (size_t i = 0; i < table->column_count; i++) {
            (void)printf("%s%s", i == 0 ? "" : "\t", table->rows[r][i]);
        }
        (void)putchar('\n');
    }
}

/* The width of every column, in the arena; NULL: no memory. */
static size_t *column_widths(const struct terminal_table *table)
{
    size_t *widths = arena_calloc(table->arena, table->column_count, sizeof *widths);
    if (widths == NULL) return NULL;
    size_t total = 0, elastic = table->column_count;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!table->bare) widths[i] = text_width(text_from(table->columns[i].heading));
        for (size_t r = 0; r < table->row_count; r++) {
            size_t width = text_width(text_from(table->rows[r][i]));
            if (width > widths[i]) widths[i] = width;
        }
        total += widths[i] + (i > 0 ? GAP : 0);
        if (table->columns[i].elastic) elastic = i;
    }
    size_t screen = (size_t)terminal_width();
    if (total > screen && elastic < table->column_count) {
        size_t over = total - screen;
        size_t least = widths[elastic] < ELASTIC_WIDTH_MIN ? widths[elastic] : ELASTIC_WIDTH_MIN;
        widths[elastic] = widths[elastic] > over + least ? widths[elastic] - over : least;
    }
    return widths;
}

void terminal_table_print(const struct terminal_table *table)
{
    size_t *widths = terminal_is_one() ? column_widths(table) : NULL;
    if (widths == NULL) {
        print_tabs(table);
        return;
    }
    if (!table->bare) {
        (void)fputs(terminal_style(STYLE_DIM), stdout);
        for (size_t i = 0; i < table->column_count; i++) {
            print_cell(table->columns[i].heading, &table->columns[i], widths[i],
                       i + 1 == table->column_count);
        }
        (void)printf("%s\n", terminal_style(STYLE_PLAIN));
    }
    for (size_t r = 0; r < table->row_count; r++) {
        for (size_t i = 0; i < table->column_count; i++) {
            print_cell(table->rows[r][i], &table->columns[i], widths[i],
                       i + 1 == table->column_count);
        }
        (void)putchar('\n');
    }
}

const char *terminal_number(struct arena *arena, int64_t number)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)number);
    char *string = arena_alloc(arena, 2 * sizeof digits);
    if (string == NULL) return "";
    char *out = string;
    for (int i = 0; i < length; i++) {
        int left = length - i;
        if (i > 0 && digits[i - 1] != '-' && left % 3 == 0) *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return string;
}

const char *terminal_line(struct arena *arena, const char *text)
{
    char *line = arena_copy(arena, text, strlen(text));
    if (line == NULL) return "";
    for (char *p = line; *p != '\0'; p++) {
        if (*p == '\n' || *p == '\t' || *p == '\r') *p = ' ';
    }
    return line;
}

const char *terminal_labels(struct arena *arena, char **labels, size_t count, size_t most)
{
    size_t first = count > most ? count - most : 0;
    const char *joined = "";
    for (size_t i = first; i < count; i++) {
        const char *longer =
            arena_printf(arena, "%s%s%s", joined, i == first ? "" : " › ", labels[i]);
        if (longer == NULL) return joined;
        joined = longer;
    }
    return terminal_line(arena, joined);
}

/* The progress line is a thread of its own: the call that it speaks of blocks. */
struct terminal_progress {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t stopped;
    bool stop;
    const char *what;
};

static void *progress_run(void *context)
{
    struct terminal_progress *progress = context;
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    bool shown = false;
    int seconds = 1;
    (void)pthread_mutex_lock(&progress->mutex);
    while (!progress->stop) {
        if (pthread_cond_timedwait(&progress->stopped, &progress->mutex, &until) == 0) continue;
        (void)fprintf(stderr, "\r%s … %d s", progress->what, seconds++);
        shown = true;
        until.tv_sec += 1;
    }
    (void)pthread_mutex_unlock(&progress->mutex);
    if (shown) (void)fputs("\r\033[K", stderr);
    return NULL;
}

struct terminal_progress *terminal_progress_start(const char *what)
{
    if (isatty(STDERR_FILENO) == 0) return NULL;
    struct terminal_progress *progress = calloc(1, sizeof *progress);
    if (progress == NULL) return NULL;
    progress->what = what;
    (void)pthread_mutex_init(&progress->mutex, NULL);
    (void)pthread_cond_init(&progress->stopped, NULL);
    if (pthread_create(&progress->thread, NULL, progress_run, progress) != 0) {
        free(progress);
        return NULL;
    }
    return progress;
}

void terminal_progress_stop(struct terminal_progress *progress)
{
    if (progress == NULL) return;
    (void)pthread_mutex_lock(&progress->mutex);
    progress->stop = true;
    (void)pthread_cond_signal(&progress->stopped);
    (void)pthread_mutex_unlock(&progress->mutex);
    (void)pthread_join(progress->thread, NULL);
    (void)pthread_cond_destroy(&progress->stopped);
    (void)pthread_mutex_destroy(&progress->mutex);
    free(progress);
}

const char *terminal_instant(struct arena *arena, const protobuf_timestamp *instant)
{
    enum { SEOUL_S = 9 * 60 * 60, TIME_BYTES = 32 };
    char string[TIME_BYTES];
    struct tm there;
    time_t seconds = (time_t)instant->seconds + SEOUL_S;
    if (gmtime_r(&seconds, &there) == NULL) return "?";
    (void)strftime(string, sizeof string, "%Y-%m-%dT%H:%M:%S+09:00", &there);
    return arena_copy(arena, string, strlen(string));
}
