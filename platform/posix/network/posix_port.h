/*
 * The port on a POSIX system: TCP sockets, the system's clocks, getrandom().
 *
 * The caller owns `struct connsync_posix`; it must stay where it is from init to
 * the last use, since the port's context points at it. No function allocates.
 *
 * None blocks, with two exceptions: `entropy` waits, on a machine that has just
 * started, until the kernel's generator is seeded; and `connect` waits for the
 * system's resolver where no child process can be had (see posix_resolver.h).
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_PORT_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_PORT_H

#include "platform/posix/network/posix_proxy.h"
#include "port/connsync_port.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How long the address that was dialled last may take to answer ... */
#define CONNSYNC_POSIX_CONNECT_MS 10000u
/* ... and for how long it is waited for before the next one is dialled beside it (RFC 8305,
 * section 5). One that fails makes room at once. */
#define CONNSYNC_POSIX_ATTEMPT_DELAY_MS 250u
/* What a connection takes in struct connsync_posix. */
#define CONNSYNC_POSIX_CONNECTION_SIZE 3328u

/* What ended `connsync_posix_wait`. Whatever it was, step again. */
enum connsync_posix_wake {
    CONNSYNC_POSIX_INTERRUPTED = -1, /* by a signal, or by `wake_fd` */
    CONNSYNC_POSIX_TIMEOUT = 0,      /* the time is over, or the port needs a step of its own */
    CONNSYNC_POSIX_READY = 1
};

struct connsync_posix {
    /* May be changed between init and the first use. */
    uint32_t connect_ms;       /* CONNSYNC_POSIX_CONNECT_MS */
    uint32_t attempt_delay_ms; /* CONNSYNC_POSIX_ATTEMPT_DELAY_MS */
    /* A descriptor that `connsync_posix_wait` also watches for reading, or -1. A
     * handler that writes a byte to a pipe is noticed even if its signal came
     * just before the wait began, which EINTR alone would miss. Nobody reads it
     * here: that is its owner's part. */
    int wake_fd;
    /* What every connection goes through, or NULL. Borrowed; "" as its host is none. */
    const struct connsync_posix_proxy *proxy;

    /* Private. */
    struct connsync_port port;
    union {
        uint64_t align;
        void *pointer;
        unsigned char bytes[CONNSYNC_POSIX_CONNECTION_SIZE];
    } connection;
};

/*
 * `connect_to_host` (NULL for none) is dialled in place of every host that the
 * core names, at `connect_to_port` (0: the port that the core names). The core
 * still verifies the name that it asked for. The string is borrowed: it must
 * outlive `posix`. With a proxy it is what the proxy is told to connect to.
 */
void connsync_posix_init(struct connsync_posix *posix, const char *connect_to_host,
                         uint16_t connect_to_port);

/* The contract's view of `posix`, valid as long as `posix` is. */
const struct connsync_port *connsync_posix_port(struct connsync_posix *posix);

/*
 * Sleeps until the connection can be read or written, as wanted, or it is `until_ms`.
 * The three are what connsync_step() puts into `struct connsync_wait`, as they stand
 * there:
 *
 *     connsync_posix_wait(&posix, wait.readable, wait.writable, wait.until_ms);
 *
 * `until_ms` is a time on the port's monotonic clock, no duration: one that has passed
 * is over at once, UINT64_MAX does not come. What else wants a turn of the caller's
 * makes it earlier: that clock is CLOCK_MONOTONIC in milliseconds, and `monotonic_ms`
 * of the port reads it.
 *
 * While a connection is being opened it waits for that and for the port's own
 * deadlines, whatever is wanted; with nothing wanted and nothing being opened it only
 * sleeps, even if the peer hangs up. It may come back early (a signal, `wake_fd`, 24
 * days), and is late by no more than the system's scheduling. Whatever it returns,
 * call connsync_step() again, which is harmless when it is too early; what it returns
 * is for whoever wants to see a signal without a flag. It reads and writes nothing, and
 * sets no error that connsync_posix_reason() would tell.
 */
enum connsync_posix_wake connsync_posix_wait(struct connsync_posix *posix, bool want_read,
                                             bool want_write, uint64_t until_ms);

/* One of several connections that are waited for, and for what. */
struct connsync_posix_interest {
    const struct connsync_posix *posix;
    bool want_read;
    bool want_write;
};

#define CONNSYNC_POSIX_WAIT_MAX 16u

/* The same for several at once, up to CONNSYNC_POSIX_WAIT_MAX and at least one: until one of them can
 * be read or written, as asked, or needs a step. The first one's `wake_fd` counts. */
enum connsync_posix_wake connsync_posix_wait_any(const struct connsync_posix_interest *interests,
                                                 size_t count, uint64_t until_ms);

/*
 * What went wrong between us and the proxy when a connection was last opened, or
 * abandoned while it was being opened: what ended a job that ended with a failure of the
 * network or in a time-out. `connsync_posix_reason` is a whole sentence about it then.
 */
enum connsync_posix_proxy_failure connsync_posix_proxy_failure(const struct connsync_posix *posix);

/* Was the last connection abandoned while its name was looked up? A job that ended in a time-out
 * ended for want of a name server then, and `connsync_posix_reason` says so. */
bool connsync_posix_is_unresolved(const struct connsync_posix *posix);

/*
 * Why the last call failed, as one line without a full stop, such as
 * "127.0.0.1 port 443: connection refused"; "" if none did. For people; it holds
 * names and addresses, never anything that was sent.
 */
const char *connsync_posix_reason(const struct connsync_posix *posix);

/* The longest text of an address, with its final NUL. */
#define CONNSYNC_POSIX_ADDRESS_SIZE 48u

/* The address that the last connection was made to, the proxy's if there is one, as text:
 * "192.0.2.7" or "2001:db8::7". False, and "", before there was one. */
bool connsync_posix_address(const struct connsync_posix *posix,
                            char out[CONNSYNC_POSIX_ADDRESS_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
