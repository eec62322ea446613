/* Where nghttp2's sessions of a server live. Some ten blocks a request come from a pool.
 *
 * A session allocates 16 KiB for the frame that it is packing, and keeps them: ten thousand idle
 * connections would keep 160 MiB. What is in there matters only within nghttp2_session_mem_send
 * (and until its caller has copied what it returned), and a loop runs one session at a time: so all
 * of its sessions share one. */
#pragma once

#include <nghttp2/nghttp2.h>
#include <stdbool.h>

#include "base/pool.h"

struct http2_memory {
    struct pool *pool;
    void *frame;   /* The shared buffer; NULL: no session has been made yet. */
    bool creating; /* nghttp2_session_server_new3 is on the stack: the next such block is shared. */
};

/* False: no memory. */
bool http2_memory_init(struct http2_memory *memory);

/* When no session is left. */
void http2_memory_free(struct http2_memory *memory);

/* A server's session in this memory; NULL: none left. */
nghttp2_session *http2_memory_session_new(struct http2_memory *memory,
                                          const nghttp2_session_callbacks *callbacks,
                                          const nghttp2_option *option, void *context);
