/* libcurl, loaded when the first call is made: with the thirty libraries behind it, it takes more
 * memory than a service at rest may have. */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

#include "base/fault.h"

/* The functions that the client uses, by their names without `curl_`. */
struct rpc_curl {
    bool loaded;
    CURLcode (*global_init)(long flags);
    void (*global_cleanup)(void);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *handle);
    CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *handle);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *handle);
    CURLMcode (*multi_perform)(CURLM *multi, int *running);
    CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd extra[], unsigned extra_count,
                            int timeout_ms, int *ready);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
    const char *(*easy_strerror)(CURLcode code);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *string);
    void (*slist_free_all)(struct curl_slist *list);
};

/* Loads and starts libcurl, once. FAILED_PRECONDITION: it is not installed, or is too old. */
NODISCARD enum status rpc_curl_load(struct rpc_curl *curl, struct fault *fault);

/* Stops what was loaded. The library stays in memory: what it registered to run at the program's
 * end lives there. */
void rpc_curl_unload(struct rpc_curl *curl);
