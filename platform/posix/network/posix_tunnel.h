/*
 * A tunnel through an HTTP proxy: the CONNECT request of RFC 9110, section 9.3.6, and
 * the head of its response. What flows through the tunnel is out of scope here.
 *
 * The answer is read with a bounded look ahead that leaves in the socket whatever
 * comes after its head, and nothing of it is kept but the status. A 2xx opens the
 * tunnel; interim answers (1xx) are skipped; all else is a failure, whose body is not
 * read. Fields are not looked at: a client has to ignore Content-Length and
 * Transfer-Encoding in a 2xx, and Basic is the only scheme that is known here.
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_TUNNEL_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_TUNNEL_H

#include "platform/posix/network/posix_proxy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How long the proxy may take from the request to the end of its answer's head; less
 * than the core lets a silent connection live, so that the reason comes from here. */
#define CS_POSIX_TUNNEL_MS 15000u
/* The most bytes of all heads of an answer, interim ones included. */
#define CS_POSIX_TUNNEL_HEAD_MAX 16384u
/* Room for a host with brackets, a colon, a port and a final NUL. */
#define CS_POSIX_AUTHORITY_SIZE (CONNSYNC_POSIX_HOST_MAX + 9u)
/* Room for the request's head without the credentials. */
#define CS_POSIX_TUNNEL_REQUEST_SIZE (2u * CS_POSIX_AUTHORITY_SIZE + 160u)

struct cs_posix_tunnel {
    enum connsync_posix_proxy_failure failure;
    const char *phrase; /* under CONNSYNC_POSIX_PROXY_ANSWER: what happened ... */
    int error;          /* ... and the errno behind it, or 0 */
    uint64_t deadline_ms;
    unsigned status; /* of the answer, as far as it was read */

    /* Private. */
    const struct connsync_posix_proxy *proxy;
    char authority[CS_POSIX_AUTHORITY_SIZE]; /* the target, host:port */
    char request[CS_POSIX_TUNNEL_REQUEST_SIZE];
    size_t sent;
    size_t received; /* bytes of heads */
    size_t line;     /* bytes of the present line */
    bool in_fields;  /* the status line is over */
};

/*
 * Writes the request for a tunnel to `host`, a name or an address without brackets; the
 * deadline is the caller's to set once the proxy is connected. False if a request
 * cannot carry that host. `proxy` is borrowed until the tunnel is open or abandoned.
 */
bool cs_posix_tunnel_prepare(struct cs_posix_tunnel *tunnel,
                             const struct connsync_posix_proxy *proxy, const char *host,
                             uint16_t port_number);

/* Is something left to be sent? Otherwise the answer is awaited. */
bool cs_posix_tunnel_wants_write(const struct cs_posix_tunnel *tunnel);

/*
 * Goes on over the connected, non-blocking socket `fd`; `now_ms` is CLOCK_MONOTONIC.
 * CONNSYNC_PORT_OK: the tunnel
 * is open. CONNSYNC_PORT_WOULD_BLOCK: poll, until `deadline_ms`. Otherwise there is
 * none, for the reason in `failure`: CONNSYNC_PORT_ERR_CONNECT or _RESET if that may
 * pass with time, CONNSYNC_PORT_ERR_NAME, which is not tried again, if it will not.
 */
int cs_posix_tunnel_step(struct cs_posix_tunnel *tunnel, int fd, uint64_t now_ms);

/* One sentence without a full stop about the failure. It names the proxy, the target
 * and the status; it holds nothing that the proxy sent, and no credentials. */
void cs_posix_tunnel_reason(const struct cs_posix_tunnel *tunnel, char *out, size_t size);

#ifdef __cplusplus
}
#endif

#endif
