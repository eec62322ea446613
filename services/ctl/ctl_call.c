/* call: any RPC by its name, with JSON in and out. status: who is up. */
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "ctl_terminal.h"
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
    const struct rpc_options rpc = ctl_rpc(ctl, service);
    struct text answer;
    enum status status = rpc_client_call_json(ctl->client, &rpc, path, text_from(json), &answer);
    if (status != OK) return ctl_failed(ctl, status);
    (void)fwrite(answer.bytes, 1, answer.length, stdout);
    (void)putchar('\n');
    return CTL_DONE;
}

enum ctl_exit ctl_status(struct ctl *ctl, const struct ctl_options *options)
{
    (void)options;
    static const struct terminal_column columns[] = {
        {"service", TERMINAL_LEFT, false},  {"address", TERMINAL_LEFT, false},
        {"state", TERMINAL_LEFT, true},     {"version", TERMINAL_LEFT, false},
        {"reports", TERMINAL_RIGHT, false}, {"figures", TERMINAL_RIGHT, false},
        {"tables", TERMINAL_RIGHT, false},  {"records", TERMINAL_RIGHT, false},
    };
    struct terminal_table table;
    terminal_table_init(&table, &ctl->arena, columns, ARRAY_LENGTH(columns));
    enum ctl_exit code = CTL_DONE;
    size_t printed = 0;
    for (size_t i = 0; i < ctl->peer_count; i++) {
        const struct rpc_peer *peer = &ctl->peers[i];
        const slice_get_slice_status_request in = SLICE_GET_SLICE_STATUS_REQUEST_INIT;
        slice_get_slice_status_response *answer = NULL;
        struct rpc_options rpc = ctl_rpc(ctl, peer->service);
        rpc.timeout_ms = 2000;
        enum status status = slice_client_get_slice_status(ctl->client, &rpc, &in, &answer);
        if (status != OK) {
            code = CTL_UNREACHABLE;
            terminal_table_add(
                &table, (const char *const[]){peer->service, peer->url,
                                              status == UNAVAILABLE ? "down" : status_name(status),
                                              "", "", "", "", ""});
            continue;
        }
        if (ctl->json) {
            (void)fputs(printed++ == 0 ? "[\n" : ",\n", stdout);
            (void)ctl_print_json(ctl, &answer->base);
        }
        int64_t figures = 0, tables = 0;
        for (size_t s = 0; s < answer->n_slices; s++) {
            figures += answer->slices[s]->figure_count;
            tables += answer->slices[s]->table_count;
        }
        terminal_table_add(
            &table, (const char *const[]){peer->service, peer->url, "up", answer->version,
                                          terminal_number(&ctl->arena, (int64_t)answer->n_slices),
                                          terminal_number(&ctl->arena, figures),
                                          terminal_number(&ctl->arena, tables),
                                          terminal_number(&ctl->arena, answer->record_count)});
    }
    if (ctl->json) {
        (void)puts(printed == 0 ? "[]" : "]");
    } else {
        terminal_table_print(&table);
    }
    return code;
}
