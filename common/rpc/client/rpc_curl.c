#include "rpc/client/rpc_curl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY "libcurl.so.4"

static const struct {
    const char *name;
    size_t offset; /* In struct rpc_curl. */
} symbols[] = {
    {"curl_global_init", offsetof(struct rpc_curl, global_init)},
    {"curl_global_cleanup", offsetof(struct rpc_curl, global_cleanup)},
    {"curl_easy_init", offsetof(struct rpc_curl, easy_init)},
    {"curl_easy_cleanup", offsetof(struct rpc_curl, easy_cleanup)},
    {"curl_easy_setopt", offsetof(struct rpc_curl, easy_setopt)},
    {"curl_easy_getinfo", offsetof(struct rpc_curl, easy_getinfo)},
    {"curl_easy_send", offsetof(struct rpc_curl, easy_send)},
    {"curl_easy_recv", offsetof(struct rpc_curl, easy_recv)},
    {"curl_easy_pause", offsetof(struct rpc_curl, easy_pause)},
    {"curl_easy_strerror", offsetof(struct rpc_curl, easy_strerror)},
    {"curl_multi_init", offsetof(struct rpc_curl, multi_init)},
    {"curl_multi_cleanup", offsetof(struct rpc_curl, multi_cleanup)},
    {"curl_multi_setopt", offsetof(struct rpc_curl, multi_setopt)},
    {"curl_multi_add_handle", offsetof(struct rpc_curl, multi_add_handle)},
    {"curl_multi_remove_handle", offsetof(struct rpc_curl, multi_remove_handle)},
    {"curl_multi_socket_action", offsetof(struct rpc_curl, multi_socket_action)},
    {"curl_multi_assign", offsetof(struct rpc_curl, multi_assign)},
    {"curl_multi_info_read", offsetof(struct rpc_curl, multi_info_read)},
    {"curl_slist_append", offsetof(struct rpc_curl, slist_append)},
    {"curl_slist_free_all", offsetof(struct rpc_curl, slist_free_all)},
};

enum status rpc_curl_load(struct rpc_curl *curl, struct fault *fault)
{
    if (curl->loaded) return OK;
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; i < ARRAY_LENGTH(symbols); i++) {
        void *symbol = library == NULL ? NULL : dlsym(library, symbols[i].name);
        if (symbol == NULL)
            return fault_set(fault, FAILED_PRECONDITION, "calls need libcurl: %s", dlerror());
        memcpy((char *)curl + symbols[i].offset, &symbol, sizeof symbol);
    }
    if (curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fault_set(fault, FAILED_PRECONDITION, "calls need libcurl: it does not start");
    curl->loaded = true;
    return OK;
}

void rpc_curl_unload(struct rpc_curl *curl)
{
    if (curl->loaded) curl->global_cleanup();
    curl->loaded = false;
}
