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
    CURLcode (*easy_send)(CURL *handle, const void *bytes, size_t length, size_t *sent);
    CURLcode (*easy_recv)(CURL *handle, void *bytes, size_t length, size_t *received);
    CURLcode (*easy_pause)(CURL *handle, int mask);
    const char *(*easy_strerror)(CURLcode code);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *handle);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *handle);
    CURLMcode (*multi_socket_action)(CURLM *multi, curl_socket_t socket, int events, int *running);
    CURLMcode (*multi_assign)(CURLM *multi, curl_socket_t socket, void *watch);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *string);
    void (*slist_free_all)(struct curl_slist *list);
};

/* Loads and starts libcurl, once. FAILED_PRECONDITION: it is not installed, or is too old. */
NODISCARD enum status rpc_curl_load(struct rpc_curl *curl, struct fault *fault);

/* Stops what was loaded. The library stays in memory: what it registered to run at the program's
 * end lives there. */
void rpc_curl_unload(struct rpc_curl *curl);
