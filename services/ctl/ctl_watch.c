/* watch: what changes in the budget ledger, as it happens. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buffer.h"
#include "budget.rpc.h"
#include "ctl.h"
#include "ctl_terminal.h"
#include "ctl_words.h"
#include "rpc/codec/rpc_json.h"

enum {
    RETRIES_MAX = 60, /* Without an event in between, one a second. */
    EVENT_BYTES_MAX = 1024 * 1024,
};

/* Where the feed stands. */
struct watch {
    struct ctl *ctl;
    struct arena arena; /* Of one event. */
    int64_t after;
    int retries;
};

static const char *kind_words(budget_event_kind kind)
{
    static const char *const words[] = {
        [BUDGET_EVENT_KIND_UNSPECIFIED] = "?",
        [BUDGET_EVENT_KIND_LINE_ADDED] = "line added",
        [BUDGET_EVENT_KIND_LINE_CHANGED] = "line changed",
        [BUDGET_EVENT_KIND_LINE_REMOVED] = "line removed",
        [BUDGET_EVENT_KIND_ENTRY_POSTED] = "entry posted",
        [BUDGET_EVENT_KIND_ENTRY_WITHDRAWN] = "entry withdrawn",
        [BUDGET_EVENT_KIND_LINE_CLOSED] = "line closed",
    };
    return (size_t)kind < ARRAY_LENGTH(words) ? words[kind] : words[0];
}

static void print_entry(struct watch *watch, const budget_entry *entry)
{
    (void)printf(
        "  %s %s원 (%s)",
        word_show(&watch->arena, &sotong__budget__v1__entry_kind__descriptor, (int)entry->kind),
        terminal_number(&watch->arena, entry->amount_won), entry->effective_date);
    if (entry->corrects[0] != '\0') (void)printf("  정정 %s", entry->corrects);
    if (entry->description[0] != '\0')
        (void)printf("  %s", terminal_line(&watch->arena, entry->description));
}

static void print_text(struct watch *watch, const budget_event *event)
{
    const char *time_text =
        event->recorded_time == NULL ? "" : terminal_instant(&watch->arena, event->recorded_time);
    (void)printf("%s%lld  %s%s  %-15s  %s  %s", terminal_style(STYLE_DIM),
                 (long long)event->sequence, time_text, terminal_style(STYLE_PLAIN),
                 kind_words(event->kind), event->line, terminal_line(&watch->arena, event->label));
    if (event->entry != NULL) print_entry(watch, event->entry);
    (void)putchar('\n');
}

/* One object a line, for programs that read along. */
static enum status print_json(const budget_event *event)
{
    static const struct rpc_json_style style = {.indent = false, .default_values = true};
    struct buffer out;
    buffer_init(&out, EVENT_BYTES_MAX);
    enum status status = rpc_json_write(&event->base, &style, &out);
    if (status == OK) (void)printf("%.*s\n", (int)out.length, (const char *)out.bytes);
    buffer_free(&out);
    return status;
}

/* Prints events until the stream ends, which says why. */
static enum status follow(struct watch *watch, struct rpc_stream *stream)
{
    for (;;) {
        budget_watch_events_response *answer;
        arena_reset(&watch->arena);
        enum status status = budget_client_watch_events_receive(stream, &watch->arena, &answer);
        if (status != OK) return status;
        if (answer == NULL) return UNAVAILABLE; /* The feed has no end of its own. */
        if (answer->event == NULL) continue;
        watch->after = answer->event->sequence;
        watch->retries = 0;
        if (watch->ctl->json) {
            status = print_json(answer->event);
        } else {
            print_text(watch, answer->event);
        }
        if (status != OK) return status;
        if (fflush(stdout) != 0) return CANCELLED; /* Nobody reads any more. */
    }
}

static enum status watch_once(struct watch *watch)
{
    const struct rpc_options rpc = {
        .peer = "budget", .arena = &watch->arena, .fault = &watch->ctl->fault};
    budget_watch_events_request in = BUDGET_WATCH_EVENTS_REQUEST_INIT;
    in.after = watch->after;
    struct rpc_stream *stream;
    enum status status = budget_client_watch_events_open(watch->ctl->client, &rpc, &in, &stream);
    if (status != OK) return status;
    status = follow(watch, stream);
    rpc_stream_free(stream);
    return status;
}

enum ctl_exit ctl_watch(struct ctl *ctl, const struct ctl_options *options)
{
    struct watch watch = {.ctl = ctl};
    if (options->after != NULL) {
        char *end;
        watch.after = strtoll(options->after, &end, 10);
        if (*end != '\0' || end == options->after || watch.after < 0)
            return ctl_usage("watch: --after is the number of an event, not %s", options->after);
    }
    arena_init(&watch.arena, CTL_ARENA_BYTES_MAX);
    enum status status;
    while ((status = watch_once(&watch)) == UNAVAILABLE && watch.retries++ < RETRIES_MAX) {
        if (watch.retries == 1)
            (void)fprintf(stderr, "sotong: budget cannot be reached; trying again\n");
        const struct timespec pause = {.tv_sec = 1};
        (void)nanosleep(&pause, NULL);
    }
    arena_free(&watch.arena);
    return ctl_failed(ctl, status);
}
