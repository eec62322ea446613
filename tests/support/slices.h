/* Slices for tests: a store with the slice tables, and requests made of few words. */
#pragma once

#include "slice/slice.h"
#include "slice/slice_store.h"
#include "support/store.h"

struct slices {
    char path[STORE_PATH_BYTES];
    struct db *db;
    struct arena arena;
    struct fault fault;
    struct slice slice; /* Of the service "petition". */
};

/* Fails the test where the store cannot be made. */
void slices_open(struct slices *slices);
void slices_close(struct slices *slices);

/* What a request is about. The digest is 64 times its letter. */
struct slices_part {
    const char *report_id;
    int digest;
    int part;
    const char *as_of; /* NULL: 2020-03-31. */
    const char *row;   /* A label of all figures and a cell of all tables; NULL: 접수. */
    int figures;       /* This many, on the lines from first_line on. */
    int tables;        /* Likewise. */
    int first_line;    /* 0: 1. */
    bool last;
};

/* The request, in the arena. */
slice_put_slice_request *slices_request(struct slices *slices, struct slices_part part);

/* A figure of one line, under 응답소 and another label; in the arena. */
slice_figure *slices_figure(struct slices *slices, const char *report_id, int line,
                            const char *label);

/* Puts it in a transaction of its own, which is rolled back unless OK. */
enum status slices_put(struct slices *slices, const slice_put_slice_request *in,
                       slice_put_slice_response *out);

/* The same with the response thrown away. */
enum status slices_put_part(struct slices *slices, struct slices_part part);
