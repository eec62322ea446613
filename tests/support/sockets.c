#include "support/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int socket_connect(int port)
{
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0) return connection;
    (void)close(connection);
    return -1;
}

bool socket_send(int connection, const void *bytes, size_t length)
{
    const char *rest = bytes;
    while (length > 0) {
        ssize_t sent = send(connection, rest, length, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        rest += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* Adds what has come; false: the peer has closed. */
static bool read_some(int connection, char *answer, size_t *length)
{
    struct pollfd poll_one = {.fd = connection, .events = POLLIN};
    if (poll(&poll_one, 1, SOCKET_TIMEOUT_MS) <= 0) {
        (void)fprintf(stderr, "the server does not answer; so far: %s\n", answer);
        abort();
    }
    size_t space = SOCKET_ANSWER_BYTES - 1 - *length;
    ssize_t count = recv(connection, answer + *length, space, 0);
    if (count <= 0) return false;
    *length += (size_t)count;
    answer[*length] = '\0';
    return true;
}

size_t socket_read_all(int connection, char answer[static SOCKET_ANSWER_BYTES])
{
    size_t length = 0;
    answer[0] = '\0';
    while (length < SOCKET_ANSWER_BYTES - 1 && read_some(connection, answer, &length))
        continue;
    return length;
}

bool socket_read_until(int connection, const char *wanted, char answer[static SOCKET_ANSWER_BYTES])
{
    size_t length = 0;
    answer[0] = '\0';
    while (strstr(answer, wanted) == NULL) {
        if (!read_some(connection, answer, &length)) return false;
    }
    return true;
}

size_t socket_exchange(int port, const char *request, char answer[static SOCKET_ANSWER_BYTES])
{
    int connection = socket_connect(port);
    if (connection < 0) return 0;
    (void)socket_send(connection, request, strlen(request));
    size_t length = socket_read_all(connection, answer);
    (void)close(connection);
    return length;
}
