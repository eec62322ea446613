/* A command that is one RPC: what of the command line goes into which field of the request, and
 * which fields of the answer are shown. */
#pragma once

#include "ctl.h"
#include "ctl_message.h"
#include "ctl_terminal.h"

enum { VERB_FIELDS_MAX = 16, VERB_COLUMNS_MAX = 12, VERB_ARGUMENTS_MAX = 4 };

enum verb_input {
    VERB_ARGUMENT,          /* Must be given. */
    VERB_ARGUMENT_OPTIONAL, /* Behind the others. */
    VERB_OPTION,            /* --word VALUE */
    VERB_OPTION_REQUIRED,
    VERB_FLAG,  /* --word */
    VERB_TODAY, /* --word DATE, the day in Seoul where it is not given. */
    VERB_FIXED, /* `word` is the value. */
};

struct verb_field {
    const char *word;   /* `LINE`, `as-of` */
    const char *paths;  /* See message_set. */
    const char *value;  /* What the usage calls an option's value. */
    const char *prefix; /* Goes before a value without a `/`: `lines/`. NULL: nothing. */
    enum verb_input input;
};

struct verb_column {
    const char *heading;
    const char *path;
    enum message_style style;
    bool right;
    enum terminal_place place;
};

struct verb {
    const char *name;
    const char *summary;
    const struct rpc_service *service;
    const char *method;
    struct verb_field fields[VERB_FIELDS_MAX];
    const char *shown; /* The answer's field that is shown, a message or a list of messages. */
    const struct verb_column *columns;
    size_t column_count;
    const char *said; /* Where the answer has nothing to show: what was done. */
    bool writes;      /* The request has a request_id. */
    /* Instead of showing the answer in columns; NULL: that. */
    enum ctl_exit (*show)(struct ctl *ctl, const ProtobufCMessage *answer);
    /* Completes the request before it is sent; NULL: it is complete. */
    enum ctl_exit (*prepare)(struct ctl *ctl, ProtobufCMessage *request);
    /* Instead of an RPC of its own. */
    enum ctl_exit (*run)(struct ctl *ctl, const struct ctl_options *options);
    const char *usage; /* Of `run`. */
};

/* Prints a verb's usage and summary. */
void verb_print_usage(const struct verb *verb);

/* Runs a verb on the words behind its name. */
enum ctl_exit verb_main(struct ctl *ctl, const struct verb *verb, int argc, char **argv);

/* Calls a method of a service of `budget`; every page of a list in one answer. `most`: as many
 * items as are wanted at least; 0: all. */
NODISCARD enum status verb_call(struct ctl *ctl, const struct verb *verb, ProtobufCMessage *request,
                                size_t most, ProtobufCMessage **answer);

/* Says a refusal in the words of the command line: `--for: …` where the service names
 * lifetime_seconds. Where the service has words of its own for it the fault stays as it is. */
void verb_refusal(struct ctl *ctl, const struct verb *verb, enum status status,
                  const struct rpc_reply *reply);

/* Prints messages as the verb's table. */
void verb_print(struct ctl *ctl, const struct verb *verb, ProtobufCMessage **items, size_t count);
