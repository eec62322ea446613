/* rpc-load: a load of unary calls on one server, for deploy/dev bench rpc.
 *
 * Closed loop: every connection keeps its streams in flight. Open loop (--rate): calls begin on a
 * fixed schedule, and their times count from the moment they were due, whether or not the server
 * kept up; between them it spins, for a core of its own, or sleeps (--sleep), where it shares the
 * cores with the server. Idle (--idle): connections that have made one call each and then do
 * nothing until standard input ends. Writes (--number-at): every call's request gets a number of
 * its own, so that none is a replay of another; what is in flight at the end is awaited, so that
 * what was acknowledged is known exactly. Prints one JSON object. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/load_http2.h"
#include "bench/load_times.h"

enum { NS_PER_US = 1000, EVENTS_MAX = 64, PAIRS_MAX = 100000, WAIT_NS = 10000000 };
enum { NUMBER_DIGITS = 16 }; /* Hexadecimal. */
static const uint64_t NS_PER_S = 1000000000;
static const uint64_t GREETING_NS_MAX = 30 * NS_PER_S;

struct options {
    uint16_t port;
    const char *pairs_path;
    size_t connections;
    uint64_t rate; /* Calls a second; 0: closed loop. */
    double seconds, warm_up_s;
    size_t number_at; /* Where in a request its number stands; 0: requests have none. */
    uint64_t number;  /* Of the first call. */
    pid_t server;
    bool spin, idle, sleep;
};

struct load {
    struct options options;
    struct load_work work;
    struct load_connection *connections;
    int epoll;
    size_t next_pair, next_connection;
    uint64_t begun, acknowledged; /* Of the whole run, beyond what is measured. */
    uint64_t right, wrong;
    bool calling; /* All connections are there. */
    bool full;    /* A call is overdue, and no connection has room. */
    bool measuring;
    uint64_t measured_from_ns, now_ns;
    struct load_times times;
};

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) err(1, "clock_gettime");
    return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

/* Processor time of the server so far, user and system, in nanoseconds. */
static uint64_t server_cpu_ns(const struct options *options)
{
    clockid_t clock;
    if (options->server == 0) return 0;
    if (clock_getcpuclockid(options->server, &clock) != 0) errx(1, "the server is gone");
    return clock_ns(clock);
}

static uint32_t number_at(const uint8_t *bytes)
{
    uint32_t number;
    memcpy(&number, bytes, sizeof number);
    return number;
}

/* Pairs of a request and its answer, each behind its length, a number of this machine's 32 bits. */
static void pairs_read(struct load_work *work, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat stat;
    if (fd < 0 || fstat(fd, &stat) != 0) err(1, "%s", path);
    size_t length = (size_t)stat.st_size;
    const uint8_t *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    struct load_pair *pairs = calloc(PAIRS_MAX, sizeof *pairs);
    if (bytes == MAP_FAILED || pairs == NULL) err(1, "%s", path);
    (void)close(fd);
    size_t at = 0;
    while (at < length && work->pair_count < PAIRS_MAX) {
        struct load_pair *pair = &pairs[work->pair_count++];
        pair->request_length = number_at(bytes + at);
        pair->request = bytes + at + 4;
        at += 4 + pair->request_length;
        pair->answer_length = number_at(bytes + at);
        pair->answer = bytes + at + 4;
        at += 4 + pair->answer_length;
    }
    if (work->pair_count == 0 || at != length) errx(1, "%s is not a file of pairs", path);
    work->pairs = pairs;
}

/* Every request must have the digits that its number replaces. */
static void numbers_check(const struct load *load)
{
    size_t at = load->options.number_at;
    for (size_t i = 0; at != 0 && i < load->work.pair_count; i++) {
        if (load->work.pairs[i].request_length < at + NUMBER_DIGITS)
            errx(1, "a request of %u bytes has no number at %zu",
                 load->work.pairs[i].request_length, at);
    }
}

/* As random as the ids that callers make, and as different as their numbers. */
static void number_write(uint8_t *digits, uint64_t number)
{
    static const uint64_t odd = 0x9e3779b97f4a7c15;
    number *= odd;
    for (size_t i = NUMBER_DIGITS; i > 0; i--, number >>= 4)
        digits[i - 1] = (uint8_t) "0123456789abcdef"[number & 0xf];
}

static void begin(struct load *load, struct load_connection *connection, uint64_t begin_ns)
{
    const struct options *options = &load->options;
    uint8_t *request = load_call(connection, &load->work.pairs[load->next_pair], begin_ns);
    if (options->number_at != 0)
        number_write(request + options->number_at, options->number + load->begun);
    load->begun++;
    load->next_pair = (load->next_pair + 1) % load->work.pair_count;
}

static void ended(void *context, struct load_connection *connection, uint64_t begin_ns, bool right)
{
    struct load *load = context;
    (void)connection;
    if (right) {
        load->acknowledged++;
    } else {
        load->wrong++;
    }
    if (!load->measuring || !right) return;
    load->right++;
    load_times_add(&load->times, load->now_ns - begin_ns);
}

/* Keeps the connection full, or its one call where it shall be idle afterwards. */
static void refill(struct load *load, struct load_connection *connection)
{
    if (load->options.rate != 0 || !load->calling) return;
    if (load->options.idle) {
        if (!connection->fields_sent && load_may_call(connection))
            begin(load, connection, load->now_ns);
        return;
    }
    while (load_may_call(connection))
        begin(load, connection, load->now_ns);
}

static void flush(struct load *load, struct load_connection *connection)
{
    bool waited = connection->out_sent > 0;
    bool waits = !load_flush(connection);
    if (waited == waits) return;
    struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = connection};
    if (epoll_ctl(load->epoll, EPOLL_CTL_MOD, connection->fd, &event) != 0) err(1, "epoll");
}

/* One turn: what has arrived is read, and what it makes room for is sent. */
static void turn(struct load *load, uint64_t wait_ns)
{
    struct epoll_event events[EVENTS_MAX];
    struct load_listener listener = {ended, load};
    struct timespec wait = {(time_t)(wait_ns / NS_PER_S), (long)(wait_ns % NS_PER_S)};
    int count = epoll_pwait2(load->epoll, events, EVENTS_MAX, &wait, NULL);
    if (count < 0 && errno != EINTR) err(1, "epoll_pwait2");
    load->now_ns = clock_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < count; i++) {
        struct load_connection *connection = events[i].data.ptr;
        if ((events[i].events & ~(uint32_t)EPOLLOUT) != 0) load_receive(connection, &listener);
        refill(load, connection);
        flush(load, connection);
    }
}

static void connect_all(struct load *load)
{
    const struct options *options = &load->options;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->connections = calloc(options->connections, sizeof *load->connections);
    if (load->epoll < 0 || load->connections == NULL) err(1, "epoll");
    for (size_t i = 0; i < options->connections; i++) {
        struct load_connection *connection = &load->connections[i];
        uint64_t end_ns = clock_ns(CLOCK_MONOTONIC) + GREETING_NS_MAX;
        load_connect(connection, &load->work, options->port);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0) err(1, "epoll");
        flush(load, connection);
        while (!connection->greeted && load->now_ns < end_ns)
            turn(load, WAIT_NS);
        if (!connection->greeted) errx(1, "the server sends no SETTINGS");
    }
    load->calling = true;
}

/* When a call of the schedule is due. */
static uint64_t due_at_ns(const struct load *load, uint64_t first_ns, uint64_t call)
{
    return first_ns + (uint64_t)((double)call * 1e9 / (double)load->options.rate);
}

/* The calls that were due until now begin, each on the next connection that has room. */
static void schedule(struct load *load, uint64_t first_ns, uint64_t *begun)
{
    size_t connections = load->options.connections;
    uint64_t due = (uint64_t)((double)(load->now_ns - first_ns) * (double)load->options.rate / 1e9);
    load->full = false;
    while (*begun < due) {
        size_t tried = 0;
        while (tried < connections && !load_may_call(&load->connections[load->next_connection])) {
            load->next_connection = (load->next_connection + 1) % connections;
            tried++;
        }
        load->full = tried == connections;
        if (load->full) break;
        begin(load, &load->connections[load->next_connection], due_at_ns(load, first_ns, *begun));
        load->next_connection = (load->next_connection + 1) % connections;
        ++*begun;
    }
    for (size_t i = 0; i < connections; i++)
        flush(load, &load->connections[i]);
}

/* How long a turn may wait for answers. */
static uint64_t wait_ns(const struct load *load, uint64_t first_ns, uint64_t begun)
{
    const struct options *options = &load->options;
    bool scheduled = options->rate != 0;
    if (options->spin || (scheduled && !options->sleep)) return 0;
    if (!scheduled || load->full) return WAIT_NS;
    uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
    uint64_t due_ns = due_at_ns(load, first_ns, begun + 1);
    if (due_ns <= now_ns) return 0;
    return due_ns - now_ns < WAIT_NS ? due_ns - now_ns : WAIT_NS;
}

static void run_until(struct load *load, uint64_t end_ns, uint64_t first_ns, uint64_t *begun)
{
    while (load->now_ns < end_ns) {
        turn(load, wait_ns(load, first_ns, *begun));
        if (load->options.rate != 0) schedule(load, first_ns, begun);
    }
}

/* Waits for the calls that are in flight. */
static void drain(struct load *load)
{
    uint64_t end_ns = clock_ns(CLOCK_MONOTONIC) + GREETING_NS_MAX;
    load->calling = false;
    while (load->acknowledged + load->wrong < load->begun) {
        if (load->now_ns > end_ns) errx(1, "calls are left without an answer");
        turn(load, WAIT_NS);
    }
}

static void run_load(struct load *load)
{
    const struct options *options = &load->options;
    load->now_ns = clock_ns(CLOCK_MONOTONIC);
    uint64_t first_ns = load->now_ns;
    uint64_t begun = 0;
    for (size_t i = 0; i < options->connections; i++) {
        refill(load, &load->connections[i]);
        flush(load, &load->connections[i]);
    }
    run_until(load, first_ns + (uint64_t)(options->warm_up_s * 1e9), first_ns, &begun);
    uint64_t server_ns = server_cpu_ns(options);
    uint64_t own_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t from_ns = load->now_ns = clock_ns(CLOCK_MONOTONIC);
    load->measuring = true;
    run_until(load, from_ns + (uint64_t)(options->seconds * 1e9), first_ns, &begun);
    load->measuring = false;
    double seconds = (double)(clock_ns(CLOCK_MONOTONIC) - from_ns) / 1e9;
    double server_s = (double)(server_cpu_ns(options) - server_ns) / 1e9;
    double own_s = (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - own_ns) / 1e9;
    if (options->number_at != 0) drain(load);
    printf("{\"calls\": %" PRIu64 ", \"wrong\": %" PRIu64 ", \"begun\": %" PRIu64
           ", \"acknowledged\": %" PRIu64 ", \"seconds\": %.6f, "
           "\"server_cpu_s\": %.6f, \"load_cpu_s\": %.6f, \"p50_us\": %.1f, \"p90_us\": %.1f, "
           "\"p99_us\": %.1f, \"p999_us\": %.1f, \"most_us\": %.1f}\n",
           load->right, load->wrong, load->begun, load->acknowledged, seconds, server_s, own_s,
           (double)load_times_at(&load->times, 500) / NS_PER_US,
           (double)load_times_at(&load->times, 900) / NS_PER_US,
           (double)load_times_at(&load->times, 990) / NS_PER_US,
           (double)load_times_at(&load->times, 999) / NS_PER_US,
           (double)load->times.most_ns / NS_PER_US);
}

/* Every connection makes one call; then all of them stay open until standard input ends. */
static void run_idle(struct load *load)
{
    uint64_t end_ns = clock_ns(CLOCK_MONOTONIC) + GREETING_NS_MAX;
    load->measuring = true;
    for (size_t i = 0; i < load->options.connections; i++) {
        refill(load, &load->connections[i]);
        flush(load, &load->connections[i]);
    }
    while (load->right + load->wrong < load->options.connections && load->now_ns < end_ns)
        turn(load, WAIT_NS);
    printf("{\"connections\": %zu, \"calls\": %" PRIu64 ", \"wrong\": %" PRIu64 "}\n",
           load->options.connections, load->right, load->wrong);
    (void)fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
}

static _Noreturn void usage(void)
{
    errx(2, "rpc-load --port N --path PATH --type CONTENT-TYPE --pairs FILE [--connections N] "
            "[--streams N] [--rate N] [--seconds S] [--warm-up S] [--pid SERVER] [--spin] [--idle] "
            "[--sleep] [--number-at BYTE [--number FIRST]]");
}

static void options_read(struct load *load, int argc, char **argv)
{
    static const struct option names[] = {{"port", required_argument, NULL, 'p'},
                                          {"path", required_argument, NULL, 'a'},
                                          {"type", required_argument, NULL, 't'},
                                          {"pairs", required_argument, NULL, 'b'},
                                          {"connections", required_argument, NULL, 'c'},
                                          {"streams", required_argument, NULL, 'm'},
                                          {"rate", required_argument, NULL, 'r'},
                                          {"seconds", required_argument, NULL, 's'},
                                          {"warm-up", required_argument, NULL, 'w'},
                                          {"pid", required_argument, NULL, 'i'},
                                          {"spin", no_argument, NULL, 'x'},
                                          {"idle", no_argument, NULL, 'd'},
                                          {"sleep", no_argument, NULL, 'l'},
                                          {"number-at", required_argument, NULL, 'n'},
                                          {"number", required_argument, NULL, 'f'},
                                          {NULL, 0, NULL, 0}};
    struct options *options = &load->options;
    int name;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (name) {
        case 'p':
            options->port = (uint16_t)strtoul(optarg, NULL, 10);
            break;
        case 'a':
            load->work.path = optarg;
            break;
        case 't':
            load->work.content_type = optarg;
            break;
        case 'b':
            options->pairs_path = optarg;
            break;
        case 'c':
            options->connections = strtoul(optarg, NULL, 10);
            break;
        case 'm':
            load->work.streams_max = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        case 'r':
            options->rate = strtoull(optarg, NULL, 10);
            break;
        case 's':
            options->seconds = strtod(optarg, NULL);
            break;
        case 'w':
            options->warm_up_s = strtod(optarg, NULL);
            break;
        case 'i':
            options->server = (pid_t)strtol(optarg, NULL, 10);
            break;
        case 'x':
            options->spin = true;
            break;
        case 'd':
            options->idle = true;
            break;
        case 'l':
            options->sleep = true;
            break;
        case 'n':
            options->number_at = strtoul(optarg, NULL, 10);
            break;
        case 'f':
            options->number = strtoull(optarg, NULL, 10);
            break;
        default:
            usage();
        }
    }
    bool whole = options->port != 0 && load->work.path != NULL && load->work.content_type != NULL &&
                 options->pairs_path != NULL && options->connections > 0 &&
                 load->work.streams_max > 0;
    if (!whole || optind != argc) usage();
}

int main(int argc, char **argv)
{
    struct load *load = calloc(1, sizeof *load);
    if (load == NULL) err(1, "load");
    load->options = (struct options){.connections = 1, .seconds = 1, .warm_up_s = 0.2};
    load->work.streams_max = 1;
    options_read(load, argc, argv);
    load->work.grpc = strncmp(load->work.content_type, "application/grpc", 16) == 0;
    pairs_read(&load->work, load->options.pairs_path);
    numbers_check(load);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    connect_all(load);
    if (load->options.idle)
        run_idle(load);
    else
        run_load(load);
    uint64_t wrong = load->wrong;
    for (size_t i = 0; i < load->options.connections; i++)
        load_close(&load->connections[i]);
    free(load->connections);
    free(load);
    return wrong == 0 ? 0 : 3;
}
