/* Bytes over loopback sockets, for tests of servers. Every function fails the test program after
 * SOCKET_TIMEOUT_MS rather than hanging. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SOCKET_TIMEOUT_MS = 10000, SOCKET_ANSWER_BYTES = 1 << 20 };

/* A connection to 127.0.0.1; -1: refused. */
int socket_connect(int port);

/* Sends all bytes; false: the peer has closed. */
bool socket_send(int socket, const void *bytes, size_t length);

/* Reads until the peer closes; answer gets a NUL behind it. Returns the bytes read. */
size_t socket_read_all(int socket, char answer[static SOCKET_ANSWER_BYTES]);

/* Reads until `wanted` is in the answer or the peer closes; true: it is. */
bool socket_read_until(int socket, const char *wanted, char answer[static SOCKET_ANSWER_BYTES]);

/* Connects, sends, reads until the peer closes. */
size_t socket_exchange(int port, const char *request, char answer[static SOCKET_ANSWER_BYTES]);
