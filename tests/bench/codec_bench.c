/* The codec alone: what a message costs to read and to write, as protobuf and as JSON.
 *
 *     bench-codec [--json]
 *
 * The messages are a budget line's request and response, and a page of a hundred lines. The peer is
 * protobuf-c itself, with malloc and with the arena; it checks neither UTF-8 nor depth. Every
 * figure is the median of the rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "budget.rpc.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json.h"

enum {
    ROUNDS = 11,
    ROUND_NS = 20 * 1000 * 1000,
    ARENA_BYTES_MAX = 64 << 20,
    BUFFER_BYTES_MAX = 16 << 20,
    LINES = 100,
};

static const char line_json[] =
    "{\"name\":\"lines/2020-general-0103\",\"fiscalYear\":2020,"
    "\"parent\":\"lines/2020-general-0101\",\"label\":\"시민소통 콘텐츠 제작 및 확산\","
    "\"depth\":2,\"position\":103,\"publisher\":\"시민소통기획관\","
    "\"citation\":{\"reportId\":\"seoul-2020-04\",\"sectionPath\":[\"재무\",\"예산 집행\"],"
    "\"line\":412,\"tableRow\":3},"
    "\"currentWon\":\"1853000000\",\"committedWon\":\"972540000\",\"spentWon\":\"437305000\"}";

/* A message as it is measured. */
struct subject {
    const char *name;
    const struct rpc_message *type;
    ProtobufCMessage *message;
    struct text protobuf, json;
};

struct work {
    const struct subject *subject;
    struct arena arena;
    struct buffer out;
};

/* One reading or writing; false: it failed. */
typedef bool step(struct work *work);

static bool unpack_malloc(struct work *work)
{
    const struct subject *subject = work->subject;
    ProtobufCMessage *message =
        protobuf_c_message_unpack(subject->type->descriptor, NULL, subject->protobuf.length,
                                  (const uint8_t *)subject->protobuf.bytes);
    if (message == NULL) return false;
    protobuf_c_message_free_unpacked(message, NULL);
    return true;
}

static bool unpack_arena(struct work *work)
{
    const struct subject *subject = work->subject;
    ProtobufCAllocator allocator = rpc_arena_allocator(&work->arena);
    arena_reset(&work->arena);
    return protobuf_c_message_unpack(subject->type->descriptor, &allocator,
                                     subject->protobuf.length,
                                     (const uint8_t *)subject->protobuf.bytes) != NULL;
}

static bool decode(struct work *work)
{
    ProtobufCMessage *message;
    arena_reset(&work->arena);
    return rpc_decode(&work->arena, work->subject->protobuf, work->subject->type, &message, NULL) ==
           OK;
}

static bool pack(struct work *work)
{
    const ProtobufCMessage *message = work->subject->message;
    uint8_t *end;
    buffer_clear(&work->out);
    if (buffer_reserve(&work->out, protobuf_c_message_get_packed_size(message), &end) != OK)
        return false;
    work->out.length += protobuf_c_message_pack(message, end);
    return true;
}

static bool encode(struct work *work)
{
    buffer_clear(&work->out);
    return rpc_encode(work->subject->message, &work->out) == OK;
}

static bool read_json(struct work *work)
{
    ProtobufCMessage *message;
    arena_reset(&work->arena);
    return rpc_json_read(&work->arena, work->subject->json, work->subject->type, false, &message,
                         NULL) == OK;
}

static bool write_json(struct work *work)
{
    static const struct rpc_json_style style = {0};
    buffer_clear(&work->out);
    return rpc_json_write_as(work->subject->type, work->subject->message, &style, &work->out) == OK;
}

enum { UNPACK_MALLOC, UNPACK_ARENA, DECODE, PACK, ENCODE, READ_JSON, WRITE_JSON, STEPS };

static const struct {
    const char *name;
    step *run;
} steps[STEPS] = {
    [UNPACK_MALLOC] = {"protobuf-c unpack, malloc", unpack_malloc},
    [UNPACK_ARENA] = {"protobuf-c unpack, arena", unpack_arena},
    [DECODE] = {"decode", decode},
    [PACK] = {"protobuf-c pack", pack},
    [ENCODE] = {"encode", encode},
    [READ_JSON] = {"JSON read", read_json},
    [WRITE_JSON] = {"JSON write", write_json},
};

/* Of this process alone: others run on the machine too. */
static double now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int order(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* Runs a step so many times; ns each. Below 0: it failed. */
static double run_round(struct work *work, step *run, long count)
{
    double begin = now_ns();
    for (long i = 0; i < count; i++) {
        if (!run(work)) return -1;
    }
    return (now_ns() - begin) / (double)count;
}

/* How many runs of the step make a round; it warms up on the way. 0: it failed. */
static long count_for_round(struct work *work, step *run)
{
    for (long count = 1;; count *= 2) {
        double taken = run_round(work, run, count);
        if (taken < 0) return 0;
        if (taken * (double)count > ROUND_NS / 2.0) return count;
    }
}

/* The medians of the rounds, in ns a message. Each round takes every step in turn, so that what
 * else the machine does meets all of them alike. False: a step failed. */
static bool measure(struct work *work, double taken[static STEPS])
{
    double rounds[STEPS][ROUNDS];
    long counts[STEPS];
    for (size_t i = 0; i < STEPS; i++) {
        counts[i] = count_for_round(work, steps[i].run);
        if (counts[i] == 0) return false;
    }
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < STEPS; i++)
            rounds[i][round] = run_round(work, steps[i].run, counts[i]);
    }
    for (size_t i = 0; i < STEPS; i++) {
        qsort(rounds[i], ROUNDS, sizeof rounds[i][0], order);
        taken[i] = rounds[i][ROUNDS / 2];
    }
    return true;
}

/* Reads the message from JSON, and both forms back from the message. */
static bool subject_make(struct arena *arena, struct subject *subject, const char *name,
                         const struct rpc_message *type, const char *json)
{
    struct buffer out;
    struct work work = {.subject = subject};
    struct fault fault = {""};
    *subject = (struct subject){.name = name, .type = type};
    if (rpc_json_read(arena, text_from(json), type, false, &subject->message, &fault) != OK) {
        (void)fprintf(stderr, "bench-codec: %s: %s\n", name, fault.message);
        return false;
    }
    buffer_init(&out, BUFFER_BYTES_MAX);
    work.out = out;
    bool made = encode(&work);
    subject->protobuf.bytes = arena_copy(arena, (char *)work.out.bytes, work.out.length);
    subject->protobuf.length = work.out.length;
    made = made && write_json(&work);
    subject->json.bytes = arena_copy(arena, (char *)work.out.bytes, work.out.length);
    subject->json.length = work.out.length;
    buffer_free(&work.out);
    return made && subject->protobuf.bytes != NULL && subject->json.bytes != NULL;
}

static bool subjects_make(struct arena *arena, struct subject subjects[static 3])
{
    struct buffer page;
    buffer_init(&page, BUFFER_BYTES_MAX);
    enum status status = buffer_append_string(&page, "{\"lines\":[");
    for (int i = 0; status == OK && i < LINES; i++) {
        status = buffer_append_string(&page, i == 0 ? "" : ",");
        if (status == OK) status = buffer_append_string(&page, line_json);
    }
    if (status == OK) status = buffer_append(&page, "]}", sizeof "]}");
    bool made = status == OK &&
                subject_make(arena, &subjects[0], "GetLineRequest", &budget_get_line_request_type,
                             "{\"name\":\"lines/2020-general-0103\"}") &&
                subject_make(arena, &subjects[1], "GetLineResponse", &budget_get_line_response_type,
                             arena_printf(arena, "{\"line\":%s}", line_json)) &&
                subject_make(arena, &subjects[2], "ListLinesResponse",
                             &budget_list_lines_response_type, (char *)page.bytes);
    buffer_free(&page);
    return made;
}

static void print_row(const struct subject *subject, const double taken[static STEPS], bool json)
{
    double ratio = (taken[READ_JSON] + taken[WRITE_JSON]) / (taken[DECODE] + taken[ENCODE]);
    if (json) {
        (void)printf("{\"message\":\"%s\",\"protobuf_bytes\":%zu,\"json_bytes\":%zu", subject->name,
                     subject->protobuf.length, subject->json.length);
        for (size_t i = 0; i < STEPS; i++)
            (void)printf(",\"%s\":%.1f", steps[i].name, taken[i]);
        (void)printf(",\"json_ratio\":%.2f}\n", ratio);
        return;
    }
    (void)printf("%s: %zu bytes of protobuf, %zu of JSON\n", subject->name,
                 subject->protobuf.length, subject->json.length);
    for (size_t i = 0; i < STEPS; i++)
        (void)printf("  %-28s %10.1f ns\n", steps[i].name, taken[i]);
    (void)printf("  JSON, read and write         %10.2f x protobuf\n", ratio);
}

int main(int argc, char **argv)
{
    bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
    struct arena arena;
    struct subject subjects[3];
    arena_init(&arena, ARENA_BYTES_MAX);
    bool made = subjects_make(&arena, subjects);
    for (size_t i = 0; made && i < ARRAY_LENGTH(subjects); i++) {
        struct work work = {.subject = &subjects[i]};
        double taken[STEPS];
        arena_init(&work.arena, ARENA_BYTES_MAX);
        buffer_init(&work.out, BUFFER_BYTES_MAX);
        made = measure(&work, taken);
        if (made) print_row(&subjects[i], taken, json);
        buffer_free(&work.out);
        arena_free(&work.arena);
    }
    arena_free(&arena);
    if (made) return EXIT_SUCCESS;
    (void)fputs("bench-codec: a message could not be read or written\n", stderr);
    return EXIT_FAILURE;
}
