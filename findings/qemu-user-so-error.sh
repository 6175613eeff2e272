#!/usr/bin/env bash
# QEMU's user emulator: an error that a system call returns has the number that it has on the emulated
# machine, one that getsockopt(SO_ERROR) tells has that of the host. On MIPS a refused connection is
# 146 to connect(), and 111 to whoever connects without blocking: no error of MIPS has that number.
# shellcheck disable=SC1091,SC2154
source "$(dirname "${BASH_SOURCE[0]}")/common"

(cd "$work" && apt-get -q download \
    'qemu-user-static=1:7.2+dfsg-7+deb12u18+b3' gcc-12-mips-linux-gnu=12.2.0-14cross5 \
    cpp-12-mips-linux-gnu=12.2.0-14cross5 libgcc-12-dev-mips-cross=12.2.0-14cross5 \
    binutils-mips-linux-gnu=2.40-2cross2 libc6-mips-cross=2.36-8cross2 \
    libc6-dev-mips-cross=2.36-8cross2 linux-libc-dev-mips-cross=6.1.8-1cross2)
for package in "$work"/*.deb; do
    dpkg -x "$package" "$work/root"
done
"$work/root/usr/bin/qemu-mips-static" --version | head -n 1

cat >"$work/refused.c" <<'END'
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

/* Bound and not listening: nobody else can have the port, and it refuses. */
static struct sockaddr_in closed_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof(at);
    int holder = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(holder, (struct sockaddr *)&at, size);
    getsockname(holder, (struct sockaddr *)&at, &size);
    return at;
}

int main(void)
{
    struct sockaddr_in at = closed_port();
    int waiting = socket(AF_INET, SOCK_STREAM, 0);
    int polled = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct pollfd wanted = {.fd = polled, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof(error);

    connect(waiting, (struct sockaddr *)&at, sizeof(at));
    printf("ECONNREFUSED %d, connect %d", ECONNREFUSED, errno);
    connect(polled, (struct sockaddr *)&at, sizeof(at));
    poll(&wanted, 1, -1);
    getsockopt(polled, SOL_SOCKET, SO_ERROR, &error, &size);
    printf(", SO_ERROR %d\n", error);
}
END
"$work/root/usr/bin/mips-linux-gnu-gcc-12" -static "$work/refused.c" -o "$work/refused"
expect 'a refused connection' 'ECONNREFUSED 146, connect 146, SO_ERROR 111' \
    "$("$work/root/usr/bin/qemu-mips-static" "$work/refused")"
