/*
 * A TLS session that is kept beyond its connection, in bytes of the caller's.
 *
 * A later handshake goes on from it where the server still knows it (RFC 8446, section 2.2): no
 * certificate is sent and none is verified, for the verdict of the handshake that began it still
 * holds. It is kept for no longer than that chain is valid, nor than a week.
 */
#ifndef CONNSYNC_CORE_BASE_SESSION_H
#define CONNSYNC_CORE_BASE_SESSION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Enough for the sessions of most servers; one that is larger is not kept. */
#define CONNSYNC_SESSION_SIZE 512u

/*
 * The caller's. It may outlive the agent that it was given to, and be given to the next; the first
 * `length` bytes of `data` may be written down, and be given back to another process. They are a
 * secret: who knows them can be the server. Other bytes than those that were kept, another tenant,
 * another client's certificate, other trusted roots, and a clock that was put back end it: the
 * handshake is then a whole one.
 */
struct connsync_session {
    uint8_t *data;
    size_t size;
    size_t length;    /* 0: there is none */
    uint32_t resumed; /* handshakes that went on from it */

    /* Private. */
    const struct connsync_session_hooks *hooks;
};

#ifdef __cplusplus
}
#endif

#endif
