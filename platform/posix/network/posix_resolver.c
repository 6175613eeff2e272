/* The children that ask for a name, one for each family, and what their answers mean together. How
 * a family is looked up is posix_lookup.c's. */
/* For pipe2() and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_resolver.h"

#include "port/connsync_port.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One write of so little is atomic (POSIX, write() to a pipe), and an empty pipe
 * always has room for it: the child never waits for its parent. */
_Static_assert(sizeof(struct cs_posix_answer) <= _POSIX_PIPE_BUF,
               "an answer goes through the pipe in one piece");

static const int families[CS_POSIX_FAMILIES] = {AF_INET6, AF_INET};
#define IPV6 0
#define IPV4 1

void cs_posix_resolver_init(struct cs_posix_resolver *resolver)
{
    memset(resolver, 0, sizeof *resolver);
    resolver->limit_ms = CS_POSIX_RESOLVE_MS;
    resolver->lookup = cs_posix_lookup;
    for (unsigned i = 0; i < CS_POSIX_FAMILIES; i++) {
        resolver->queries[i].fd = -1;
    }
}

static bool is_open(const struct cs_posix_query *query)
{
    return query->received < sizeof query->answer;
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

static void run_child(const struct cs_posix_resolver *resolver, const char *host, int family,
                      const int ends[2])
{
    reset_signals();
    (void)close(ends[0]);
    /* If the parent is killed, nobody is left to end this process: it does so itself. */
    (void)alarm(resolver->limit_ms / 1000u + 1u);
    struct cs_posix_answer answer;
    memset(&answer, 0, sizeof answer);
    resolver->lookup(host, family, &answer);
    ssize_t written = write(ends[1], &answer, sizeof answer);
    _exit(written == (ssize_t)sizeof answer ? 0 : 1);
}

/* Forks with all signals held back, so that none of the parent's handlers runs in
 * the child before it has dropped them. */
static pid_t fork_child(const struct cs_posix_resolver *resolver, const char *host, int family,
                        const int ends[2])
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) {
        run_child(resolver, host, family, ends);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return child;
}

static bool start_child(struct cs_posix_resolver *resolver, const char *host, unsigned which)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    pid_t child = fork_child(resolver, host, families[which], ends);
    (void)close(ends[1]);
    if (child < 0) {
        (void)close(ends[0]);
        return false;
    }
    resolver->queries[which].child = child;
    resolver->queries[which].fd = ends[0];
    return true;
}

/* A literal address is its own answer. */
static bool take_literal(struct cs_posix_resolver *resolver, const char *host)
{
    struct cs_posix_address address;
    if (!cs_posix_address_parse(host, &address)) {
        return false;
    }
    struct cs_posix_answer *answer = &resolver->queries[IPV4].answer;
    answer->addresses[0] = address;
    answer->count = 1;
    return true;
}

void cs_posix_resolver_start(struct cs_posix_resolver *resolver, const char *host, uint64_t now_ms)
{
    cs_posix_resolver_stop(resolver);
    resolver->turn = IPV6;
    resolver->delay_at_ms = 0;
    resolver->limit_at_ms = now_ms + resolver->limit_ms;
    for (unsigned i = 0; i < CS_POSIX_FAMILIES; i++) {
        struct cs_posix_query *query = &resolver->queries[i];
        memset(&query->answer, 0, sizeof query->answer);
        query->taken = 0;
        query->received = sizeof query->answer;
    }
    if (take_literal(resolver, host)) {
        return;
    }
    for (unsigned i = 0; i < CS_POSIX_FAMILIES; i++) {
        if (!resolver->in_process && start_child(resolver, host, i)) {
            resolver->queries[i].received = 0;
        } else {
            resolver->lookup(host, families[i], &resolver->queries[i].answer);
        }
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

static void stop_query(struct cs_posix_query *query)
{
    if (query->fd >= 0) {
        (void)close(query->fd);
        query->fd = -1;
    }
    if (query->child > 0) {
        end_child(query->child);
        query->child = 0;
    }
}

static void fail(struct cs_posix_query *query, int32_t outcome)
{
    stop_query(query);
    memset(&query->answer, 0, sizeof query->answer);
    query->answer.outcome = outcome;
    query->received = sizeof query->answer;
}

void cs_posix_resolver_stop(struct cs_posix_resolver *resolver)
{
    for (unsigned i = 0; i < CS_POSIX_FAMILIES; i++) {
        if (is_open(&resolver->queries[i])) {
            fail(&resolver->queries[i], CS_POSIX_RESOLVER_LATE);
        }
    }
}

/* Reads what the pipe holds: bytes, 0 at its end, or -1 with errno. */
static ssize_t read_some(struct cs_posix_query *query)
{
    uint8_t *to = (uint8_t *)&query->answer + query->received;
    ssize_t count;
    do {
        count = read(query->fd, to, sizeof query->answer - query->received);
    } while (count < 0 && errno == EINTR);
    return count;
}

static void collect(struct cs_posix_query *query)
{
    while (is_open(query)) {
        ssize_t count = read_some(query);
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        }
        if (count <= 0) {
            fail(query, CS_POSIX_RESOLVER_FAILED);
            return;
        }
        query->received += (size_t)count;
    }
    stop_query(query);
    if (query->answer.count > CS_POSIX_ADDRESS_MAX) {
        fail(query, CS_POSIX_RESOLVER_FAILED);
    }
}

/* What neither family's answer being an address means. "No such name" is said of all of a name
 * (RFC 8020), but there are servers that say so of a type that they do not know: it counts if it is
 * said of IPv4. */
static int32_t outcome_of(const struct cs_posix_resolver *resolver)
{
    int32_t ipv4 = resolver->queries[IPV4].answer.outcome;
    int32_t ipv6 = resolver->queries[IPV6].answer.outcome;
    bool without = ipv4 == CS_POSIX_RESOLVED || ipv4 == CS_POSIX_NO_ADDRESS;
    if (!without) {
        return ipv4;
    }
    return ipv6 == CS_POSIX_RESOLVED || ipv6 == CS_POSIX_NO_SUCH_NAME ? CS_POSIX_NO_ADDRESS : ipv6;
}

bool cs_posix_resolver_is_running(const struct cs_posix_resolver *resolver)
{
    return is_open(&resolver->queries[IPV6]) || is_open(&resolver->queries[IPV4]);
}

/* IPv4's addresses are there, IPv6's not yet. */
static int wait_for_ipv6(struct cs_posix_resolver *resolver, uint64_t now_ms)
{
    if (resolver->delay_at_ms == 0) {
        resolver->delay_at_ms = now_ms + CS_POSIX_RESOLUTION_DELAY_MS;
    }
    if (now_ms >= resolver->delay_at_ms) {
        return CONNSYNC_PORT_OK;
    }
    resolver->deadline_ms = resolver->delay_at_ms;
    return CONNSYNC_PORT_WOULD_BLOCK;
}

int cs_posix_resolver_step(struct cs_posix_resolver *resolver, uint64_t now_ms)
{
    const struct cs_posix_query *queries = resolver->queries;
    resolver->deadline_ms = resolver->limit_at_ms;
    for (unsigned i = 0; i < CS_POSIX_FAMILIES; i++) {
        collect(&resolver->queries[i]);
    }
    if (now_ms >= resolver->limit_at_ms) {
        cs_posix_resolver_stop(resolver);
    }
    if (!is_open(&queries[IPV6]) && queries[IPV6].answer.count > 0) {
        return CONNSYNC_PORT_OK;
    }
    if (!is_open(&queries[IPV4]) && queries[IPV4].answer.count > 0) {
        return is_open(&queries[IPV6]) ? wait_for_ipv6(resolver, now_ms) : CONNSYNC_PORT_OK;
    }
    if (cs_posix_resolver_is_running(resolver)) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    resolver->outcome = outcome_of(resolver);
    return resolver->outcome == CS_POSIX_NO_SUCH_NAME || resolver->outcome == CS_POSIX_NO_ADDRESS
               ? CONNSYNC_PORT_ERR_NAME
               : CONNSYNC_PORT_ERR_NAME_TEMPORARY;
}

bool cs_posix_resolver_next(struct cs_posix_resolver *resolver, struct cs_posix_address *address)
{
    for (unsigned i = 0; i < CS_POSIX_FAMILIES; i++) {
        struct cs_posix_query *query = &resolver->queries[resolver->turn];
        resolver->turn = IPV6 + IPV4 - resolver->turn;
        if (!is_open(query) && query->taken < query->answer.count) {
            *address = query->answer.addresses[query->taken++];
            return true;
        }
    }
    return false;
}

const char *cs_posix_outcome_text(int32_t outcome)
{
    switch (outcome) {
    case CS_POSIX_NO_SUCH_NAME:
    case CS_POSIX_NO_ADDRESS:
        return "no such name";
    case CS_POSIX_NO_NAME_SERVER:
        return "no name server answered";
    case CS_POSIX_RESOLVER_LATE:
        return "the look-up took too long";
    default:
        return "the system's resolver failed";
    }
}
