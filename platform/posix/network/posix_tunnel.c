/* CONNECT and the head of its response, over a socket that posix_connection.c has opened and
 * closes. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/network/posix_tunnel.h"

#include "core/base/text.h"
#include "core/base/version.h"
#include "platform/posix/network/posix_error.h"
#include "port/connsync_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* "HTTP/1.x 200": as far as a status line is read. */
#define STATUS_LENGTH 12u
/* How much of the answer is looked at at once. */
#define PEEK_SIZE 512u

/* ---- The request ---- */

/* Nothing that could end the request's line, or split it. */
static bool is_sendable(const char *host)
{
    size_t length = 0;
    while (host[length] > ' ' && host[length] < 0x7f) {
        length++;
    }
    return host[length] == '\0' && length > 0 && length <= CONNSYNC_POSIX_HOST_MAX;
}

bool cs_posix_tunnel_prepare(struct cs_posix_tunnel *tunnel,
                             const struct connsync_posix_proxy *proxy, const char *host,
                             uint16_t port_number)
{
    bool ipv6 = strchr(host, ':') != NULL;
    memset(tunnel, 0, sizeof *tunnel);
    tunnel->proxy = proxy;
    if (!is_sendable(host)) {
        return false;
    }
    (void)snprintf(tunnel->authority, sizeof tunnel->authority, "%s%.*s%s:%u", ipv6 ? "[" : "",
                   (int)CONNSYNC_POSIX_HOST_MAX, host, ipv6 ? "]" : "", (unsigned)port_number);
    (void)snprintf(tunnel->request, sizeof tunnel->request,
                   "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: connsync/%.32s\r\n%s",
                   tunnel->authority, tunnel->authority, CONNSYNC_VERSION,
                   proxy->credentials[0] != '\0' ? "Proxy-Authorization: Basic " : "");
    return true;
}

static const char *request_end(const struct cs_posix_tunnel *tunnel)
{
    return tunnel->proxy->credentials[0] != '\0' ? "\r\n\r\n" : "\r\n";
}

static size_t request_length(const struct cs_posix_tunnel *tunnel)
{
    return strlen(tunnel->request) + strlen(tunnel->proxy->credentials) +
           strlen(request_end(tunnel));
}

bool cs_posix_tunnel_wants_write(const struct cs_posix_tunnel *tunnel)
{
    return tunnel->sent < request_length(tunnel);
}

static int fail(struct cs_posix_tunnel *tunnel, enum connsync_posix_proxy_failure failure,
                const char *phrase, int status)
{
    tunnel->failure = failure;
    tunnel->phrase = phrase;
    return status;
}

/* What a send or recv that gave -1 means. */
static int broken(struct cs_posix_tunnel *tunnel, int error)
{
    if (error == EAGAIN || error == EWOULDBLOCK) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    tunnel->error = error;
    return fail(tunnel, CONNSYNC_POSIX_PROXY_ANSWER, "was lost before its answer",
                CONNSYNC_PORT_ERR_RESET);
}

/* In one piece, since some proxies want the request in one segment, and in a copy that
 * lives no longer than the call, since it holds the credentials. */
static ssize_t send_rest(const struct cs_posix_tunnel *tunnel, int fd)
{
    char whole[CS_POSIX_TUNNEL_REQUEST_SIZE + CONNSYNC_POSIX_PROXY_CREDENTIALS_SIZE + 4u];
    struct cs_writer writer;
    cs_writer_init(&writer, whole, sizeof whole);
    cs_write_string(&writer, tunnel->request);
    cs_write_string(&writer, tunnel->proxy->credentials);
    cs_write_string(&writer, request_end(tunnel));
    ssize_t count = send(fd, whole + tunnel->sent, writer.length - tunnel->sent, MSG_NOSIGNAL);
    int error = errno;
    cs_wipe(whole, writer.length);
    errno = error;
    return count;
}

static int send_request(struct cs_posix_tunnel *tunnel, int fd)
{
    while (cs_posix_tunnel_wants_write(tunnel)) {
        ssize_t count = send_rest(tunnel, fd);
        if (count < 0 && errno != EINTR) {
            return broken(tunnel, errno);
        }
        tunnel->sent += count > 0 ? (size_t)count : 0;
    }
    return CONNSYNC_PORT_OK;
}

/* ---- The answer ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 9112, section 4: "HTTP/1." DIGIT SP 3DIGIT, then a space or the line's end. */
static bool take_status_byte(struct cs_posix_tunnel *tunnel, char c)
{
    static const char start[] = "HTTP/1.";
    size_t at = tunnel->line++;
    if (at < sizeof start - 1) {
        return c == start[at];
    }
    if (at == sizeof start - 1) {
        return is_digit(c);
    }
    if (at == sizeof start) {
        return c == ' ';
    }
    if (at < STATUS_LENGTH) {
        tunnel->status = tunnel->status * 10 + (unsigned)(c - '0');
        return is_digit(c) && tunnel->status > 0;
    }
    return at > STATUS_LENGTH || c == ' ' || c == '\r' || c == '\n';
}

/* The end of a line: of the status line, of a field, or of the head, an empty one.
 * Returns whether it was the head's, of an answer that is not an interim one. */
static bool end_line(struct cs_posix_tunnel *tunnel)
{
    bool ends_head = tunnel->in_fields && tunnel->line == 0;
    bool interim = tunnel->status >= 100 && tunnel->status < 200 && tunnel->status != 101;
    tunnel->line = 0;
    tunnel->in_fields = !ends_head;
    if (ends_head && interim) {
        tunnel->status = 0;
        return false;
    }
    return ends_head;
}

enum verdict {
    GOES_ON,
    ENDED,
    MALFORMED,
    TOO_LARGE
};

/* Reads on to the end of the head; `*used` is how far that was. */
static enum verdict read_head(struct cs_posix_tunnel *tunnel, const char *data, size_t length,
                              size_t *used)
{
    for (size_t i = 0; i < length; i++) {
        char c = data[i];
        *used = i + 1;
        if (++tunnel->received > CS_POSIX_TUNNEL_HEAD_MAX) {
            return TOO_LARGE;
        }
        if (c == '\0' || (!tunnel->in_fields && !take_status_byte(tunnel, c))) {
            return MALFORMED;
        }
        if (c == '\n') {
            if (end_line(tunnel)) {
                return ENDED;
            }
        } else if (tunnel->in_fields && c != '\r') {
            tunnel->line++;
        }
    }
    return GOES_ON;
}

/* The statuses that RFC 9110 says may pass: a time-out, too many requests, and those of
 * a gateway. A 407 least of all: repeating it can lock the account. */
static bool may_pass(unsigned status)
{
    return status == 408 || status == 429 || (status >= 500 && status <= 599);
}

static int judge(struct cs_posix_tunnel *tunnel)
{
    if (tunnel->status >= 200 && tunnel->status <= 299) {
        return CONNSYNC_PORT_OK;
    }
    /* 407 is the word for it; some proxies say 401 once there were credentials. */
    bool credentials = tunnel->status == 407 || tunnel->status == 401;
    return fail(
        tunnel, credentials ? CONNSYNC_POSIX_PROXY_CREDENTIALS : CONNSYNC_POSIX_PROXY_DECLINED,
        NULL, may_pass(tunnel->status) ? CONNSYNC_PORT_ERR_CONNECT : CONNSYNC_PORT_ERR_NAME);
}

static int act_on(struct cs_posix_tunnel *tunnel, enum verdict verdict)
{
    switch (verdict) {
    case ENDED:
        return judge(tunnel);
    case MALFORMED:
        return fail(tunnel, CONNSYNC_POSIX_PROXY_ANSWER,
                    "does not answer in HTTP/1.1; is it an HTTP proxy?", CONNSYNC_PORT_ERR_NAME);
    case TOO_LARGE:
        return fail(tunnel, CONNSYNC_POSIX_PROXY_ANSWER, "sends a head that is too large",
                    CONNSYNC_PORT_ERR_NAME);
    default:
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
}

/* Looks at what has come, and then takes out of the socket what belongs to the head:
 * the bytes after it are those of the tunnel. */
static int receive_answer(struct cs_posix_tunnel *tunnel, int fd)
{
    char data[PEEK_SIZE];
    enum verdict verdict = GOES_ON;
    while (verdict == GOES_ON) {
        size_t used = 0;
        ssize_t count = recv(fd, data, sizeof data, MSG_PEEK);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return broken(tunnel, errno);
        }
        if (count == 0) {
            return fail(tunnel, CONNSYNC_POSIX_PROXY_ANSWER,
                        "closed the connection before the end of its answer",
                        CONNSYNC_PORT_ERR_RESET);
        }
        verdict = read_head(tunnel, data, (size_t)count, &used);
        while (recv(fd, data, used, 0) < 0 && errno == EINTR) {
        }
    }
    return act_on(tunnel, verdict);
}

int cs_posix_tunnel_step(struct cs_posix_tunnel *tunnel, int fd, uint64_t now_ms)
{
    int status = send_request(tunnel, fd);
    if (status == CONNSYNC_PORT_OK) {
        status = receive_answer(tunnel, fd);
    }
    if (status == CONNSYNC_PORT_WOULD_BLOCK && now_ms >= tunnel->deadline_ms) {
        return fail(tunnel, CONNSYNC_POSIX_PROXY_ANSWER, "did not answer in time",
                    CONNSYNC_PORT_ERR_CONNECT);
    }
    return status;
}

/* ---- In words ---- */

static const char *credentials_phrase(const struct cs_posix_tunnel *tunnel)
{
    return tunnel->proxy->credentials[0] != '\0'
               ? "did not accept the user name and password of its URL, or does not take Basic "
                 "authentication"
               : "wants a user name and a password; set HTTPS_PROXY to "
                 "http://USER:PASSWORD@HOST:PORT";
}

void cs_posix_tunnel_reason(const struct cs_posix_tunnel *tunnel, char *out, size_t size)
{
    const char *host = tunnel->proxy->host;
    unsigned port_number = tunnel->proxy->port_number;
    switch (tunnel->failure) {
    case CONNSYNC_POSIX_PROXY_CREDENTIALS:
        (void)snprintf(out, size, "the proxy %s port %u %s (HTTP %u)", host, port_number,
                       credentials_phrase(tunnel), tunnel->status);
        return;
    case CONNSYNC_POSIX_PROXY_DECLINED:
        (void)snprintf(out, size, "the proxy %s port %u %s %s (HTTP %u)", host, port_number,
                       may_pass(tunnel->status) ? "could not connect to" : "declined to connect to",
                       tunnel->authority, tunnel->status);
        return;
    default:
        (void)snprintf(out, size, "the proxy %s port %u %s%s%s", host, port_number,
                       tunnel->phrase != NULL ? tunnel->phrase : "has not answered yet",
                       tunnel->error != 0 ? ": " : "",
                       tunnel->error != 0 ? cs_posix_error_text(tunnel->error) : "");
        return;
    }
}
