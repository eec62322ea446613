/* call: any RPC by its name, with JSON in and out. status: who is up. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "ctl.h"
#include "ctl_terminal.h"
#include "rpc/codec/rpc_json.h"
#include "rpc/codec/rpc_json_text.h"
#include "slice.rpc.h"

/* `budget.v1.BudgetService/GetLine` or `/sotong.budget.v1.BudgetService/GetLine` → the path, and
 * the service that is to be asked: the second word of the package, or before a colon where the
 * method is one that all mount (`budget:slice.v1.SliceService/ListFigures`). NULL: not of that
 * form. */
static const char *method_path(struct arena *arena, const char *method, const char **service)
{
    const char *colon = strchr(method, ':');
    const char *name = colon == NULL ? method : colon + 1;
    if (name[0] == '/') name++;
    const char *package = strncmp(name, "sotong.", 7) == 0 ? name + 7 : name;
    const char *dot = strchr(package, '.');
    if (strchr(name, '/') == NULL || dot == NULL) return NULL;
    *service = colon == NULL ? arena_copy(arena, package, (size_t)(dot - package))
                             : arena_copy(arena, method, (size_t)(colon - method));
    bool ours = package == name && strncmp(name, "grpc.", 5) != 0;
    return arena_printf(arena, "/%s%s", ours ? "sotong." : "", name);
}

enum ctl_exit ctl_call(struct ctl *ctl, const struct ctl_options *options)
{
    if (options->argument_count == 0) return ctl_usage("call: say which method");
    const char *service = NULL;
    const char *path = method_path(&ctl->arena, options->arguments[0], &service);
    if (path == NULL || service == NULL) {
        return ctl_usage("call: a method is budget.v1.BudgetService/GetLine, or "
                         "budget:slice.v1.SliceService/ListFigures, not %s",
                         options->arguments[0]);
    }
    if (ctl_peer_url(ctl, service) == NULL) {
        return ctl_usage("call: there is no service %s; write SERVICE:METHOD to say which is asked",
                         service);
    }
    const char *json = options->argument_count > 1 ? options->arguments[1] : "{}";
    const struct rpc_options rpc = ctl_rpc_slow(ctl, service);
    struct text answer;
    enum status status = rpc_client_call_json(ctl->client, &rpc, path, text_from(json), &answer);
    if (status != OK) return ctl_failed(ctl, status);
    (void)fwrite(answer.bytes, 1, answer.length, stdout);
    (void)putchar('\n');
    return CTL_DONE;
}

/* How one service answered. */
struct health {
    const struct rpc_peer *peer;
    enum status status;
    const slice_get_slice_status_response *answer; /* NULL: it did not. */
};

static const char *health_word(const struct health *health)
{
    if (health->status == OK) return "up";
    return health->status == UNAVAILABLE ? "down" : status_name(health->status);
}

static void status_ask(struct ctl *ctl, const struct rpc_peer *peer, struct health *health)
{
    enum { STATUS_TIMEOUT_MS = 2000 };
    const slice_get_slice_status_request in = SLICE_GET_SLICE_STATUS_REQUEST_INIT;
    slice_get_slice_status_response *answer = NULL;
    struct rpc_options rpc = ctl_rpc(ctl, peer->service);
    rpc.timeout_ms = STATUS_TIMEOUT_MS;
    enum status status = slice_client_get_slice_status(ctl->client, &rpc, &in, &answer);
    *health = (struct health){peer, status, status == OK ? answer : NULL};
}

static enum status health_write(const struct health *health, struct buffer *out)
{
    const struct rpc_json_style style = {.default_values = true};
    const char *state = health->status == OK            ? "UP"
                        : health->status == UNAVAILABLE ? "DOWN"
                                                        : status_name(health->status);
    enum status status = buffer_append_string(out, "{\"service\":");
    if (status == OK) status = rpc_json_put_string(out, text_from(health->peer->service));
    if (status == OK) status = buffer_append_string(out, ",\"address\":");
    if (status == OK) status = rpc_json_put_string(out, text_from(health->peer->url));
    if (status == OK) status = buffer_printf(out, ",\"state\":\"%s\",\"status\":", state);
    if (status != OK) return status;
    status = health->answer == NULL ? buffer_append_string(out, "null")
                                    : rpc_json_write(&health->answer->base, &style, out);
    return status == OK ? buffer_append_string(out, "}") : status;
}

/* Every service, those that are down as well: one a line. */
static enum status status_print_json(const struct health *all, size_t count)
{
    struct buffer out;
    buffer_init(&out, CTL_ARENA_BYTES_MAX);
    enum status status = buffer_append_string(&out, "{\"services\":[");
    for (size_t i = 0; status == OK && i < count; i++) {
        status = buffer_append_string(&out, i == 0 ? "\n" : ",\n");
        if (status == OK) status = health_write(&all[i], &out);
    }
    if (status == OK) status = buffer_append_string(&out, "\n]}\n");
    if (status == OK) (void)fwrite(out.bytes, 1, out.length, stdout);
    buffer_free(&out);
    return status;
}

static void status_print_table(struct ctl *ctl, const struct health *all, size_t count)
{
    static const struct terminal_column columns[] = {
        {"service", TERMINAL_LEFT, COLUMN_KEPT},   {"address", TERMINAL_LEFT, COLUMN_KEPT},
        {"state", TERMINAL_LEFT, COLUMN_ELASTIC},  {"version", TERMINAL_LEFT, COLUMN_EXTRA},
        {"reports", TERMINAL_RIGHT, COLUMN_EXTRA}, {"figures", TERMINAL_RIGHT, COLUMN_KEPT},
        {"tables", TERMINAL_RIGHT, COLUMN_EXTRA},  {"records", TERMINAL_RIGHT, COLUMN_KEPT},
    };
    struct terminal_table table;
    terminal_table_init(&table, &ctl->arena, columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < count; i++) {
        const char *cells[ARRAY_LENGTH(columns)] = {all[i].peer->service, all[i].peer->url,
                                                    health_word(&all[i])};
        const slice_get_slice_status_response *answer = all[i].answer;
        if (answer != NULL) {
            int64_t figures = 0, tables = 0;
            for (size_t s = 0; s < answer->n_slices; s++) {
                figures += answer->slices[s]->figure_count;
                tables += answer->slices[s]->table_count;
            }
            cells[3] = answer->version;
            cells[4] = terminal_number(&ctl->arena, (int64_t)answer->n_slices);
            cells[5] = terminal_number(&ctl->arena, figures);
            cells[6] = terminal_number(&ctl->arena, tables);
            cells[7] = terminal_number(&ctl->arena, answer->record_count);
        }
        terminal_table_add(&table, cells);
    }
    terminal_table_print(&table);
}

enum ctl_exit ctl_status(struct ctl *ctl, const struct ctl_options *options)
{
    (void)options;
    struct health all[APP_PEERS_MAX];
    enum ctl_exit code = CTL_DONE;
    for (size_t i = 0; i < ctl->peer_count; i++) {
        status_ask(ctl, &ctl->peers[i], &all[i]);
        if (all[i].status != OK) code = CTL_UNREACHABLE;
    }
    if (!ctl->json) {
        status_print_table(ctl, all, ctl->peer_count);
        return code;
    }
    enum status status = status_print_json(all, ctl->peer_count);
    return status == OK ? code : ctl_failed(ctl, status);
}
