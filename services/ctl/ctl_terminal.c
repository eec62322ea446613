#include "ctl_terminal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/decimal.h"

enum { WIDTH_DEFAULT = 100, ELASTIC_WIDTH_MIN = 16, CUT_WIDTH_MIN = 8, GAP = 2 };
enum { THOUSAND = 3 }; /* The exponent. */

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

/* How a table is laid out on the screen. */
struct layout {
    size_t *widths;
    bool *shown;
    size_t total;  /* Columns of the screen that it takes. */
    bool left_out; /* Something that has cells is not shown. */
};

static void layout_drop(struct layout *layout, size_t column)
{
    layout->shown[column] = false;
    layout->total -= layout->widths[column] + GAP;
}

/* Every column as wide as its widest cell; those that say nothing left out. False: no memory. */
static bool layout_init(const struct terminal_table *table, struct layout *layout)
{
    *layout = (struct layout){
        .widths = arena_calloc(table->arena, table->column_count + 1, sizeof *layout->widths),
        .shown = arena_calloc(table->arena, table->column_count + 1, sizeof *layout->shown)};
    if (layout->widths == NULL || layout->shown == NULL) return false;
    for (size_t i = 0; i < table->column_count; i++) {
        size_t widest = 0;
        for (size_t r = 0; r < table->row_count; r++) {
            size_t width = text_width(text_from(table->rows[r][i]));
            if (width > widest) widest = width;
        }
        layout->shown[i] = widest > 0 || table->bare;
        if (!layout->shown[i]) continue;
        size_t heading = table->bare ? 0 : text_width(text_from(table->columns[i].heading));
        layout->widths[i] = widest > heading ? widest : heading;
        layout->total += layout->widths[i] + (layout->total > 0 ? GAP : 0);
    }
    return true;
}

/* Cuts a column so that the table fits, but not below `least`. */
static void layout_cut(struct layout *layout, size_t column, size_t screen, size_t least)
{
    size_t width = layout->widths[column];
    if (layout->total <= screen || width <= least) return;
    size_t over = layout->total - screen;
    size_t cut = over < width - least ? over : width - least;
    layout->widths[column] -= cut;
    layout->total -= cut;
}

/* The widest column of words that is shown and wider than `least`; column_count: none. */
static size_t layout_widest(const struct terminal_table *table, const struct layout *layout,
                            size_t least)
{
    size_t found = table->column_count;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!layout->shown[i] || table->columns[i].align == TERMINAL_RIGHT) continue;
        if (layout->widths[i] <= least) continue;
        if (found == table->column_count || layout->widths[i] > layout->widths[found]) found = i;
    }
    return found;
}

/* Narrow columns may fit where wider ones were left out. */
static void layout_bring_back(const struct terminal_table *table, struct layout *layout,
                              size_t screen)
{
    layout->left_out = false;
    for (size_t i = 0; i < table->column_count; i++) {
        if (layout->shown[i] || layout->widths[i] == 0) continue;
        layout->shown[i] = layout->total + layout->widths[i] + GAP <= screen;
        if (layout->shown[i])
            layout->total += layout->widths[i] + GAP;
        else
            layout->left_out = true;
    }
}

/* Fits the table into the screen, by the steps of enum terminal_place. */
static void layout_fit(const struct terminal_table *table, struct layout *layout, size_t screen)
{
    static const enum terminal_place places[] = {COLUMN_EXTRA, COLUMN_SPARE};
    size_t elastic = table->column_count, natural = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!layout->shown[i] || table->columns[i].place != COLUMN_ELASTIC) continue;
        elastic = i;
        natural = layout->widths[i];
        layout_cut(layout, i, screen, ELASTIC_WIDTH_MIN);
    }
    for (size_t p = 0; p < ARRAY_LENGTH(places); p++) {
        for (size_t i = table->column_count; i > 0 && layout->total > screen; i--) {
            if (!layout->shown[i - 1] || table->columns[i - 1].place != places[p]) continue;
            layout_drop(layout, i - 1);
        }
    }
    layout_bring_back(table, layout, screen);
    size_t widest;
    while (layout->total > screen &&
           (widest = layout_widest(table, layout, CUT_WIDTH_MIN)) < table->column_count)
        layout_cut(layout, widest, screen, layout->widths[widest] - 1);
    if (elastic == table->column_count || layout->total >= screen) return;
    size_t room = screen - layout->total; /* That columns left behind. */
    size_t back = natural - layout->widths[elastic];
    layout->widths[elastic] += room < back ? room : back;
}

static void print_row(const struct terminal_table *table, const struct layout *layout,
                      const char *const *cells)
{
    size_t last = table->column_count;
    while (last > 0 && !layout->shown[last - 1])
        last--;
    for (size_t i = 0; i < last; i++) {
        if (!layout->shown[i]) continue;
        const char *cell = cells == NULL ? table->columns[i].heading : cells[i];
        print_cell(cell, &table->columns[i], layout->widths[i], i + 1 == last);
    }
}

/* On standard error, so that what a terminal's user copies is the table alone. */
static void print_left_out(const struct terminal_table *table, const struct layout *layout)
{
    if (!layout->left_out) return;
    (void)fflush(stdout);
    (void)fputs("sotong: left out for want of width:", stderr);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!layout->shown[i] && layout->widths[i] > 0)
            (void)fprintf(stderr, " %s", table->columns[i].heading);
    }
    (void)fputc('\n', stderr);
}

/* A single row that does not fit: a line a cell, its heading before it. */
static void print_list(const struct terminal_table *table, const struct layout *layout)
{
    size_t widest = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        size_t width = text_width(text_from(table->columns[i].heading));
        if (layout->shown[i] && width > widest) widest = width;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        const char *heading = table->columns[i].heading;
        if (!layout->shown[i]) continue;
        (void)printf("%s%s%s", terminal_style(STYLE_DIM), heading, terminal_style(STYLE_PLAIN));
        print_padding(widest - text_width(text_from(heading)) + GAP);
        (void)printf("%s\n", table->rows[0][i]);
    }
}

void terminal_table_print(const struct terminal_table *table)
{
    struct layout layout;
    if (!terminal_is_one() || !layout_init(table, &layout)) {
        print_tabs(table);
        return;
    }
    size_t screen = (size_t)terminal_width();
    if (table->row_count == 1 && !table->bare && layout.total > screen) {
        print_list(table, &layout);
        return;
    }
    layout_fit(table, &layout, screen);
    if (!table->bare) {
        (void)fputs(terminal_style(STYLE_DIM), stdout);
        print_row(table, &layout, NULL);
        (void)printf("%s\n", terminal_style(STYLE_PLAIN));
    }
    for (size_t r = 0; r < table->row_count; r++) {
        print_row(table, &layout, table->rows[r]);
        (void)putchar('\n');
    }
    print_left_out(table, &layout);
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

const char *terminal_thousands(struct arena *arena, int64_t won)
{
    struct decimal thousands;
    if (!decimal_rescale((struct decimal){won, 0}, THOUSAND, &thousands)) return "?";
    return terminal_number(arena, thousands.units);
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
