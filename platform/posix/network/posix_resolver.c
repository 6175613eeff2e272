/* For pipe2() and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_resolver.h"

#include "port/connsync_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One write of so little is atomic (POSIX, write() to a pipe), and an empty pipe
 * always has room for it: the child never waits for its parent. */
_Static_assert(sizeof(struct cs_posix_answer) <= _POSIX_PIPE_BUF,
               "an answer goes through the pipe in one piece");

bool cs_posix_address_parse(const char *text, struct cs_posix_address *address)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, address->bytes) == 1) {
        address->family = AF_INET;
        return true;
    }
    if (inet_pton(AF_INET6, text, address->bytes) == 1) {
        address->family = AF_INET6;
        return true;
    }
    return false;
}

void cs_posix_address_text(const struct cs_posix_address *address, char *out, size_t size)
{
    if (size == 0) {
        return;
    }
    if (inet_ntop(address->family, address->bytes, out, (socklen_t)size) == NULL) {
        out[0] = '\0';
    }
}

socklen_t cs_posix_address_socket(const struct cs_posix_address *address, uint16_t port_number,
                                  struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (address->family == AF_INET) {
        struct sockaddr_in in;
        memset(&in, 0, sizeof in);
        in.sin_family = AF_INET;
        in.sin_port = htons(port_number);
        memcpy(&in.sin_addr, address->bytes, sizeof in.sin_addr);
        memcpy(out, &in, sizeof in);
        return (socklen_t)sizeof in;
    }
    struct sockaddr_in6 in6;
    memset(&in6, 0, sizeof in6);
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port_number);
    in6.sin6_scope_id = address->scope;
    memcpy(&in6.sin6_addr, address->bytes, sizeof in6.sin6_addr);
    memcpy(out, &in6, sizeof in6);
    return (socklen_t)sizeof in6;
}

static int32_t outcome_of(int code)
{
    switch (code) {
    case 0:
        return CS_POSIX_RESOLVED;
    case EAI_NONAME:
#if defined(EAI_NODATA) && EAI_NODATA != EAI_NONAME
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        return CS_POSIX_NO_SUCH_NAME;
    case EAI_AGAIN:
        return CS_POSIX_NO_NAME_SERVER;
    default:
        return CS_POSIX_RESOLVER_FAILED;
    }
}

static void address_of(const struct addrinfo *info, struct cs_posix_address *address)
{
    memset(address, 0, sizeof *address);
    address->family = info->ai_family;
    if (info->ai_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, info->ai_addr, sizeof in);
        memcpy(address->bytes, &in.sin_addr, sizeof in.sin_addr);
        return;
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, info->ai_addr, sizeof in6);
    memcpy(address->bytes, &in6.sin6_addr, sizeof in6.sin6_addr);
    address->scope = in6.sin6_scope_id;
}

/* The next entry of that family (`same`), or of the other one, from `info` on. */
static const struct addrinfo *next_of(const struct addrinfo *info, int family, bool same)
{
    while (info != NULL) {
        bool usable = info->ai_family == AF_INET || info->ai_family == AF_INET6;
        if (usable && (info->ai_family == family) == same) {
            return info;
        }
        info = info->ai_next;
    }
    return NULL;
}

/* Takes the two families in turn (as RFC 8305, section 4, does), beginning with
 * the one that the system prefers: where one family leads nowhere, the other is
 * reached after one wasted attempt, and never falls off the end of the list. */
static void interleave(const struct addrinfo *list, struct cs_posix_answer *answer)
{
    int first = list->ai_family;
    const struct addrinfo *same = next_of(list, first, true);
    const struct addrinfo *other = next_of(list, first, false);
    bool turn = true;
    while (answer->count < CS_POSIX_ADDRESS_MAX && (same != NULL || other != NULL)) {
        bool take_same = same != NULL && (turn || other == NULL);
        const struct addrinfo *taken = take_same ? same : other;
        address_of(taken, &answer->addresses[answer->count]);
        answer->count++;
        if (take_same) {
            same = next_of(same->ai_next, first, true);
        } else {
            other = next_of(other->ai_next, first, false);
        }
        turn = !take_same;
    }
}

static void system_lookup(const char *host, struct cs_posix_answer *answer)
{
    struct addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    struct addrinfo *list = NULL;
    answer->outcome = outcome_of(getaddrinfo(host, NULL, &hints, &list));
    if (answer->outcome == CS_POSIX_RESOLVED && list != NULL) {
        interleave(list, answer);
        freeaddrinfo(list);
    }
}

void cs_posix_resolver_init(struct cs_posix_resolver *resolver)
{
    memset(resolver, 0, sizeof *resolver);
    resolver->limit_ms = CS_POSIX_RESOLVE_MS;
    resolver->lookup = system_lookup;
    resolver->fd = -1;
}

/* The parent's handlers belong to the parent: in the child, an interrupt from the
 * terminal must end it, and a pipe without a reader must too. */
static void reset_signals(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigemptyset(&action.sa_mask);
    for (int number = 1; number < NSIG; number++) {
        (void)sigaction(number, &action, NULL); /* SIGKILL and SIGSTOP refuse: fine */
    }
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void run_child(const struct cs_posix_resolver *resolver, const char *host, const int ends[2])
{
    reset_signals();
    (void)close(ends[0]);
    /* If the parent is killed, nobody is left to end this process: it does so itself. */
    (void)alarm(resolver->limit_ms / 1000u + 1u);
    struct cs_posix_answer answer;
    memset(&answer, 0, sizeof answer);
    resolver->lookup(host, &answer);
    ssize_t written = write(ends[1], &answer, sizeof answer);
    _exit(written == (ssize_t)sizeof answer ? 0 : 1);
}

/* Forks with all signals held back, so that none of the parent's handlers runs in
 * the child before it has dropped them. */
static pid_t fork_child(const struct cs_posix_resolver *resolver, const char *host,
                        const int ends[2])
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) {
        run_child(resolver, host, ends);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return child;
}

static bool start_child(struct cs_posix_resolver *resolver, const char *host)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    pid_t child = fork_child(resolver, host, ends);
    (void)close(ends[1]);
    if (child < 0) {
        (void)close(ends[0]);
        return false;
    }
    resolver->child = child;
    resolver->fd = ends[0];
    return true;
}

void cs_posix_resolver_start(struct cs_posix_resolver *resolver, const char *host, uint64_t now_ms)
{
    cs_posix_resolver_stop(resolver);
    memset(&resolver->answer, 0, sizeof resolver->answer);
    resolver->received = 0;
    resolver->deadline_ms = now_ms + resolver->limit_ms;
    if (resolver->in_process || !start_child(resolver, host)) {
        resolver->lookup(host, &resolver->answer);
        resolver->received = sizeof resolver->answer;
    }
}

/* Asks first whether the child is still there: where SIGCHLD is ignored, the system
 * reaps it unasked, and its number may already belong to somebody else. */
static void end_child(pid_t child)
{
    if (waitpid(child, NULL, WNOHANG) != 0) {
        return;
    }
    (void)kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
}

void cs_posix_resolver_stop(struct cs_posix_resolver *resolver)
{
    if (resolver->fd >= 0) {
        (void)close(resolver->fd);
        resolver->fd = -1;
    }
    if (resolver->child > 0) {
        end_child(resolver->child);
        resolver->child = 0;
    }
}

static int fail(struct cs_posix_resolver *resolver, int32_t outcome)
{
    cs_posix_resolver_stop(resolver);
    memset(&resolver->answer, 0, sizeof resolver->answer);
    resolver->answer.outcome = outcome;
    return CONNSYNC_PORT_ERR_NAME;
}

static int judge(struct cs_posix_resolver *resolver)
{
    const struct cs_posix_answer *answer = &resolver->answer;
    if (answer->outcome != CS_POSIX_RESOLVED) {
        return fail(resolver, answer->outcome);
    }
    if (answer->count == 0) {
        return fail(resolver, CS_POSIX_NO_SUCH_NAME);
    }
    if (answer->count > CS_POSIX_ADDRESS_MAX) {
        return fail(resolver, CS_POSIX_RESOLVER_FAILED);
    }
    cs_posix_resolver_stop(resolver);
    return CONNSYNC_PORT_OK;
}

/* Reads what the pipe holds: bytes, 0 at its end, or -1 with errno. */
static ssize_t read_some(struct cs_posix_resolver *resolver)
{
    uint8_t *to = (uint8_t *)&resolver->answer + resolver->received;
    ssize_t count;
    do {
        count = read(resolver->fd, to, sizeof resolver->answer - resolver->received);
    } while (count < 0 && errno == EINTR);
    return count;
}

int cs_posix_resolver_step(struct cs_posix_resolver *resolver, uint64_t now_ms)
{
    while (resolver->received < sizeof resolver->answer) {
        ssize_t count = resolver->fd < 0 ? 0 : read_some(resolver);
        if (count > 0) {
            resolver->received += (size_t)count;
            continue;
        }
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (now_ms < resolver->deadline_ms) {
                return CONNSYNC_PORT_WOULD_BLOCK;
            }
            return fail(resolver, CS_POSIX_RESOLVER_LATE);
        }
        return fail(resolver, CS_POSIX_RESOLVER_FAILED);
    }
    return judge(resolver);
}

const char *cs_posix_outcome_text(int32_t outcome)
{
    switch (outcome) {
    case CS_POSIX_RESOLVED:
        return "the name was found";
    case CS_POSIX_NO_SUCH_NAME:
        return "no such name";
    case CS_POSIX_NO_NAME_SERVER:
        return "no name server answered";
    case CS_POSIX_RESOLVER_LATE:
        return "the look-up took too long";
    default:
        return "the system's resolver failed";
    }
}
