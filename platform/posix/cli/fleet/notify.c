/* Messages to systemd's notification socket, by its protocol and without its library. When to send
 * which is watch.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/notify.h"

#include "core/base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* The socket's address; its length, 0 if there is none. */
static socklen_t find_socket(struct sockaddr_un *address)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t length = path != NULL ? strlen(path) : 0;

    memset(address, 0, sizeof *address);
    if (length < 2 || length >= sizeof address->sun_path || (path[0] != '/' && path[0] != '@')) {
        return 0;
    }
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    if (path[0] == '@') {
        address->sun_path[0] = '\0'; /* an abstract address has no file */
    }
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

void notify_send(const char *lines)
{
    struct sockaddr_un address;
    socklen_t length = find_socket(&address);
    int fd = length > 0 ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;

    if (fd >= 0) {
        (void)sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (struct sockaddr *)&address, length);
        (void)close(fd);
    }
}

void notify_reloading(void)
{
    char lines[64];
    struct timespec now;

    /* To the microsecond: in milliseconds it may seem to be before the signal that we were sent. */
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(lines, sizeof lines, "RELOADING=1\nMONOTONIC_USEC=%llu",
                   1000000ull * (unsigned long long)now.tv_sec +
                       (unsigned long long)now.tv_nsec / 1000u);
    notify_send(lines);
}

static uint64_t number(const char *name)
{
    const char *text = getenv(name);
    uint64_t value = 0;

    return text != NULL && cs_slice_to_u64(cs_slice_of(text), &value) ? value : 0;
}

uint32_t notify_watchdog_ms(void)
{
    uint64_t pid = number("WATCHDOG_PID");
    uint64_t half_ms = number("WATCHDOG_USEC") / 2000;

    if (half_ms == 0 || (pid != 0 && pid != (uint64_t)getpid())) {
        return 0;
    }
    return half_ms < UINT32_MAX ? (uint32_t)half_ms : UINT32_MAX;
}

void notify_alive(void)
{
    notify_send("WATCHDOG=1");
}
