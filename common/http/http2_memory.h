/* Where nghttp2's sessions of a server live. Some ten blocks a request come from a pool.
 *
 * A session has a table of its streams of a page, empty while the connection is idle: such a page
 * goes back to the system until it is written again.
 *
 * A session allocates 16 KiB for the frame that it is packing, and keeps them: ten thousand idle
 * connections would keep 160 MiB. What is in there matters only within nghttp2_session_mem_send
 * (and until its caller has copied what it returned), and a loop runs one session at a time: so all
 * of its sessions share one. */
#pragma once

#include <nghttp2/nghttp2.h>
#include <stdbool.h>

#include "base/pages.h"
#include "base/pool.h"

struct http2_memory {
    struct pool *pool;
    struct pages *pages; /* NULL: this system's are of another size; tables come from the pool. */
    void *table;         /* Of the session made last; NULL: not a page. */
    void *frame;         /* The shared buffer; NULL: no session has been made yet. */
    bool creating;       /* nghttp2_session_server_new3 is on the stack. */
    bool frame_taken;    /* The session that it makes has the shared buffer. */
};

/* For so many sessions; more take more memory. False: there is none. */
bool http2_memory_init(struct http2_memory *memory, size_t sessions);

/* When no session is left. */
void http2_memory_free(struct http2_memory *memory);

/* A server's session in this memory; NULL: none left. `*table` is what http2_memory_rest asks for.
 */
nghttp2_session *http2_memory_session_new(struct http2_memory *memory,
                                          const nghttp2_session_callbacks *callbacks,
                                          const nghttp2_option *option, void *context,
                                          void **table);

/* Its session will have nothing to do for a while. */
void http2_memory_rest(struct http2_memory *memory, void *table);

/* Gives back what waits for the next sessions. */
void http2_memory_trim(struct http2_memory *memory);
