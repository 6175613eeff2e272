/*
 * The port: everything that connsync asks of the world it runs in.
 *
 * A platform fills one `struct connsync_port` and gives its address to the core.
 * The core never calls the world in any other way: no socket, clock or random
 * source is known to it. PORTING.md, beside this file, tells how to write one.
 *
 * The return law, the same for every function that can wait:
 *
 *     > 0                          bytes of progress (send, recv)
 *     0  CONNSYNC_PORT_OK          done (connect, utc, entropy)
 *     CONNSYNC_PORT_WOULD_BLOCK    nothing could be done now; call again later
 *     CONNSYNC_PORT_EOF            the peer ended the stream in good order (recv)
 *     any other negative value     the call failed; the connection is of no more use
 *
 * Progress, would-block, end-of-stream and failure are four different things. A
 * port that folds two of them into one cannot tell a finished answer from a
 * broken one. `send` and `recv` never return 0.
 *
 * No function blocks. A port that has no other way (a resolver, say) states in
 * its own documentation how long it may take.
 */
#ifndef CONNSYNC_PORT_H
#define CONNSYNC_PORT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum connsync_port_status {
    CONNSYNC_PORT_OK = 0,
    CONNSYNC_PORT_WOULD_BLOCK = -1,
    CONNSYNC_PORT_EOF = -2,
    /* There is no such name, or it has no address: a name server said so. */
    CONNSYNC_PORT_ERR_NAME = -3,
    /* Every address of the name refused or did not answer. */
    CONNSYNC_PORT_ERR_CONNECT = -4,
    /* The peer reset the connection, or the network failed under it. */
    CONNSYNC_PORT_ERR_RESET = -5,
    /* There is no link, no address of our own, no route, or no socket left. */
    CONNSYNC_PORT_ERR_NETWORK = -6,
    /* The random source failed. Nothing may go on without it. */
    CONNSYNC_PORT_ERR_ENTROPY = -7,
    /* The time of day is not known (yet). Certificates cannot be judged. */
    CONNSYNC_PORT_ERR_TIME_UNKNOWN = -8,
    /* No name server gave an answer, which may pass: the core calls again later. */
    CONNSYNC_PORT_ERR_NAME_TEMPORARY = -9
};

struct connsync_port {
    /* Passed back as the first argument of every call. */
    void *context;

    /*
     * Opens a TCP connection to `host`, a DNS name or a literal IPv4 or IPv6
     * address (without brackets), at `port_number`. Called again with the same arguments until it
     * stops returning CONNSYNC_PORT_WOULD_BLOCK. Tries the name's next address
     * when one fails. At most one connection is open at a time; `close` comes
     * between two.
     */
    int (*connect)(void *context, const char *host, uint16_t port_number);

    /* Sends up to `length` bytes (`length` > 0); returns how many were taken. */
    int32_t (*send)(void *context, const uint8_t *data, size_t length);

    /* Receives up to `size` bytes (`size` > 0); returns how many came. */
    int32_t (*recv)(void *context, uint8_t *data, size_t size);

    /* Ends the connection, or an attempt at one. Harmless when there is none. */
    void (*close)(void *context);

    /* Milliseconds since some fixed moment; never goes back, never wraps. */
    uint64_t (*monotonic_ms)(void *context);

    /*
     * Seconds since 1970-01-01T00:00:00Z. Returns CONNSYNC_PORT_OK, or
     * CONNSYNC_PORT_ERR_TIME_UNKNOWN and leaves `*seconds` alone. A guess is
     * worse than "unknown": an old date would bring expired certificates back.
     */
    int (*utc_seconds)(void *context, int64_t *seconds);

    /*
     * Fills `out` with `length` bytes that nobody can predict: from the kernel,
     * a hardware generator, or a seed that is fresh at every start. Returns
     * CONNSYNC_PORT_OK or CONNSYNC_PORT_ERR_ENTROPY; never a part.
     */
    int (*entropy)(void *context, uint8_t *out, size_t length);
};

#ifdef __cplusplus
}
#endif

#endif
