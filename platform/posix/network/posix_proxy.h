/*
 * Which proxy a connection goes through: the environment's variables, the URL in
 * them, and the list of hosts that are reached without one. docs/proxy.md is the
 * user's manual of all this; posix_tunnel.h is what is then said to the proxy.
 *
 * Nothing here allocates, prints or opens anything. No message holds a part of the
 * URL: whatever was misread in it may be the password.
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_PROXY_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest name that DNS can hold (RFC 1035, section 2.3.4), as text. */
#define CONNSYNC_POSIX_HOST_MAX 253u
/* The port of a proxy whose URL names none: curl's choice. */
#define CONNSYNC_POSIX_PROXY_PORT 1080u
/* The most bytes of user name, colon and password, with escapes decoded. */
#define CONNSYNC_POSIX_PROXY_USER_MAX 2048u
/* The same in Base64, which makes four bytes of three, with a final NUL. */
#define CONNSYNC_POSIX_PROXY_CREDENTIALS_SIZE ((CONNSYNC_POSIX_PROXY_USER_MAX + 2u) / 3u * 4u + 1u)

/* Why there is no tunnel, by what the user can do about it. */
enum connsync_posix_proxy_failure {
    CONNSYNC_POSIX_PROXY_FINE = 0,
    CONNSYNC_POSIX_PROXY_UNREACHABLE, /* no connection to the proxy */
    CONNSYNC_POSIX_PROXY_CREDENTIALS, /* 407 or 401: it wants credentials, or others */
    CONNSYNC_POSIX_PROXY_DECLINED,    /* another status that is not 2xx */
    CONNSYNC_POSIX_PROXY_ANSWER       /* no answer in HTTP, or none in time */
};

/* "proxy_credentials" and the like: stable, lower case, one word; "ok" for none. */
const char *connsync_posix_proxy_failure_name(enum connsync_posix_proxy_failure failure);

/* Zeroed before its first use; to be wiped after the last. */
struct connsync_posix_proxy {
    char host[CONNSYNC_POSIX_HOST_MAX + 1u]; /* without brackets; "" is no proxy */
    uint16_t port_number;
    /* Base64 of "user:password", as RFC 7617 wants it, or "". A secret. */
    char credentials[CONNSYNC_POSIX_PROXY_CREDENTIALS_SIZE];
};

struct connsync_posix_proxy_choice {
    /* From the command line: NULL leaves the word to the environment, "" is none. */
    const char *url;
    const char *exceptions;
    /* Where the connection leads. */
    const char *host;
    uint16_t port_number;
    /* Out: what the URL came from ("--proxy", "https_proxy"), or NULL without one. */
    const char *source;
};

/*
 * Reads `[http://][USER[:PASSWORD]@]HOST[:PORT][/]`. Returns NULL, or a sentence that
 * says what is wrong; there is no proxy in `*proxy` then, and no credentials.
 */
const char *connsync_posix_proxy_parse(struct connsync_posix_proxy *proxy, const char *url);

/*
 * Is the host in the comma-separated list of those that need no proxy (NO_PROXY)?
 * An entry that cannot be understood fits nothing. NULL is the empty list.
 */
bool connsync_posix_proxy_excepts(const char *exceptions, const char *host, uint16_t port_number);

/*
 * Fills `*proxy` with the one that applies to the host, or with none. The URL is the
 * command line's or the first that is not empty of https_proxy, HTTPS_PROXY,
 * all_proxy, ALL_PROXY; the exceptions are the command line's or those of no_proxy or
 * NO_PROXY. An excepted host's URL is not looked at. A URL from the command line may
 * hold no user name and no password, since others can read it there. Returns NULL, or
 * what is wrong with the URL of `choice->source`.
 */
const char *connsync_posix_proxy_choose(struct connsync_posix_proxy *proxy,
                                        struct connsync_posix_proxy_choice *choice);

/* Overwrites the credentials, if there are any, and leaves no proxy. */
void connsync_posix_proxy_wipe(struct connsync_posix_proxy *proxy);

#ifdef __cplusplus
}
#endif

#endif
