/* sotong, the command-line client: what its commands share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "app/app_peers.h"
#include "base/arena.h"
#include "base/fault.h"
#include "rpc/client/rpc_client.h"

/* Exit codes of the program. */
enum ctl_exit {
    CTL_DONE = 0,
    CTL_REFUSED = 1,     /* A service refused the call, or it failed. */
    CTL_USAGE = 2,       /* The command line is wrong. */
    CTL_UNREACHABLE = 3, /* A service could not be reached, or an import is not complete. */
};

enum { CTL_ARENA_BYTES_MAX = 1 << 30 };

/* One run of the program. */
struct ctl {
    struct arena arena; /* The run's lifetime. */
    struct rpc_client *client;
    struct rpc_peer peers[APP_PEERS_MAX];
    size_t peer_count;
    bool json; /* --json */
    struct fault fault;
};

/* The options that a command may take; unset ones are NULL. */
struct ctl_options {
    const char *id;
    const char *as_of;
    const char *report;
    const char *owner;
    const char *search;
    const char *format;
    const char *output;
    const char *publisher;
    const char *after;
    const char *arguments[4]; /* What is no option. */
    size_t argument_count;
    char **verb; /* `sotong budget VERB …`: the verb and what follows it; NULL: none. */
    int verb_count;
};

typedef enum ctl_exit ctl_command(struct ctl *ctl, const struct ctl_options *options);

ctl_command ctl_import;
ctl_command ctl_reports;
ctl_command ctl_tokens;
ctl_command ctl_tables;
ctl_command ctl_figures;
ctl_command ctl_reconcile;
ctl_command ctl_compose;
ctl_command ctl_budget;
ctl_command ctl_call;
ctl_command ctl_status;
ctl_command ctl_watch;
ctl_command ctl_admin;
void ctl_admin_print_help(void); /* Examples. */
ctl_command ctl_export;

/* Options for a call to this service; the answer goes to the run's arena. The slow one waits as
 * long as the largest report may take. */
struct rpc_options ctl_rpc(struct ctl *ctl, const char *peer);
struct rpc_options ctl_rpc_slow(struct ctl *ctl, const char *peer);

/* The address of a service, NULL for a name that is none. */
const char *ctl_peer_url(const struct ctl *ctl, const char *service);

/* A string for a message that is only sent: protobuf-c's messages hold char *, though packing only
 * reads. NULL becomes "". */
char *ctl_borrowed(const char *string);

/* Says on standard error why a call failed, and returns the exit code for it. */
enum ctl_exit ctl_failed(struct ctl *ctl, enum status status);

/* Says what is wrong with the command line and returns CTL_USAGE. */
enum ctl_exit ctl_usage(const char *format, ...) PRINTF_LIKE(1, 2);

/* Writes a message as proto3 JSON, fields with default values included; ctl_print_json to standard
 * output. */
enum ctl_exit ctl_write_json(struct ctl *ctl, const ProtobufCMessage *message, FILE *file);
enum ctl_exit ctl_print_json(struct ctl *ctl, const ProtobufCMessage *message);
