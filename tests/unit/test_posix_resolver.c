/*
 * The resolver's children: found, not found, late, dead, no longer wanted; never a
 * zombie. Needs no network.
 */
#define _GNU_SOURCE 1

#include "tests/unit/posix_support.h"

#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

/* The linker puts ours in the way of the system's (CMakeLists.txt). */
int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list);
void __real_freeaddrinfo(struct addrinfo *list);
void __wrap_freeaddrinfo(struct addrinfo *list);

/* The system's getaddrinfo(), but for one name: "both.example.net." has nine IPv6
 * addresses, the first of them with a zone, and behind them two IPv4 addresses. */
#define BOTH_V6 9
#define BOTH_ALL 11
static struct addrinfo both[BOTH_ALL];
static struct sockaddr_in6 both_v6[BOTH_V6];
static struct sockaddr_in both_v4[BOTH_ALL - BOTH_V6];
static int lookup_failure; /* an EAI code that every look-up fails with */

static void link_both(void)
{
    for (int i = 0; i < BOTH_ALL; i++) {
        bool v6 = i < BOTH_V6;
        both[i].ai_family = v6 ? AF_INET6 : AF_INET;
        both[i].ai_next = i + 1 < BOTH_ALL ? &both[i + 1] : NULL;
        if (v6) {
            both_v6[i].sin6_addr.s6_addr[15] = (uint8_t)(i + 1);
            both_v6[i].sin6_scope_id = i == 0 ? 5 : 0;
            both[i].ai_addr = (struct sockaddr *)&both_v6[i];
        } else {
            both_v4[i - BOTH_V6].sin_addr.s_addr = htonl(0x0A000001u + (uint32_t)(i - BOTH_V6));
            both[i].ai_addr = (struct sockaddr *)&both_v4[i - BOTH_V6];
        }
    }
}

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list)
{
    if (lookup_failure != 0) {
        return lookup_failure;
    }
    if (strcmp(host, "both.example.net.") != 0) {
        return __real_getaddrinfo(host, service, hints, list);
    }
    link_both();
    *list = hints->ai_family == AF_INET6 ? both : both + BOTH_V6;
    both[BOTH_V6 - 1].ai_next = NULL; /* each list has one family */
    return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *list)
{
    if (list < both || list >= both + BOTH_ALL) {
        __real_freeaddrinfo(list);
    }
}

static void localhost_resolves(void **state)
{
    (void)state;
    uint16_t port_number = 0;
    int listener = bind_to("127.0.0.1", &port_number, true);
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    assert_int_equal(connect_fully(&posix, "localhost", port_number), CONNSYNC_PORT_OK);
    assert_true(no_child_left());
    connsync_posix_port(&posix)->close(&posix);
    connection_of(&posix)->resolver.in_process = true; /* where no child can be had */
    assert_int_equal(connect_fully(&posix, "localhost", port_number), CONNSYNC_PORT_OK);
    connsync_posix_port(&posix)->close(&posix);
    close(listener);
}

static void an_invalid_name_is_a_name_error(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    uint64_t began = clock_ms();
    int status = connect_fully(&posix, "name.invalid", 443);
    /* Where there is no name server, nobody can say that there is no such name. */
    assert_true(status == CONNSYNC_PORT_ERR_NAME || status == CONNSYNC_PORT_ERR_NAME_TEMPORARY);
    assert_in_range(clock_ms() - began, 0, CS_POSIX_RESOLVE_MS + 1000u);
    assert_memory_equal(connsync_posix_reason(&posix), "name.invalid: ", 14);
    assert_true(no_child_left());
    assert_int_equal(connection_of(&posix)->resolver.queries[0].fd, -1);
}

static void names_that_cannot_be_are_not_asked_for(void **state)
{
    (void)state;
    char name[CS_POSIX_HOST_MAX + 2];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    connection_of(&posix)->resolver.in_process = true;
    connection_of(&posix)->resolver.lookup = no_lookup;
    assert_int_equal(connect_fully(&posix, name, 443), CONNSYNC_PORT_ERR_NAME);
    assert_int_equal(connect_fully(&posix, "", 443), CONNSYNC_PORT_ERR_NAME);
}

static void each_outcome_has_its_reason(void **state)
{
    (void)state;
    static const struct {
        int32_t outcome;
        int status;
        const char *reason;
    } cases[] = {
        /* Found, with no address. */
        {CS_POSIX_RESOLVED, CONNSYNC_PORT_ERR_NAME, "a.example: no such name"},
        {CS_POSIX_NO_ADDRESS, CONNSYNC_PORT_ERR_NAME, "a.example: no such name"},
        {CS_POSIX_NO_SUCH_NAME, CONNSYNC_PORT_ERR_NAME, "a.example: no such name"},
        {CS_POSIX_NO_NAME_SERVER, CONNSYNC_PORT_ERR_NAME_TEMPORARY,
         "a.example: no name server answered"},
        {CS_POSIX_RESOLVER_FAILED, CONNSYNC_PORT_ERR_NAME_TEMPORARY,
         "a.example: the system's resolver failed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(&given_answer, 0, sizeof given_answer);
        given_answer.outcome = cases[i].outcome;
        struct connsync_posix posix;
        connsync_posix_init(&posix, NULL, 0);
        connection_of(&posix)->resolver.lookup = give_answer;
        assert_int_equal(connect_fully(&posix, "a.example", 443), cases[i].status);
        assert_string_equal(connsync_posix_reason(&posix), cases[i].reason);
    }
}

static void both_families_are_taken_in_turn(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "::1", "10.0.0.1", "::2", "10.0.0.2", "::3", "::4", "::5", "::6", "::7", "::8",
    };
    struct cs_posix_resolver resolver;
    struct cs_posix_address address;
    cs_posix_resolver_init(&resolver);
    resolver.in_process = true;
    cs_posix_resolver_start(&resolver, "both.example.net", clock_ms());
    assert_int_equal(cs_posix_resolver_step(&resolver, clock_ms()), CONNSYNC_PORT_OK);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        char text[CS_POSIX_ADDRESS_TEXT_SIZE];
        assert_true(cs_posix_resolver_next(&resolver, &address));
        cs_posix_address_text(&address, text, sizeof text);
        assert_string_equal(text, expected[i]);
        assert_int_equal(address.scope, i == 0 ? 5 : 0);
    }
    assert_false(cs_posix_resolver_next(&resolver, &address));
}

static void failures_of_the_system_are_told_apart(void **state)
{
    (void)state;
    static const int rows[][3] = {
        {EAI_NONAME, CS_POSIX_NO_SUCH_NAME, CONNSYNC_PORT_ERR_NAME},
        {EAI_NODATA, CS_POSIX_NO_ADDRESS, CONNSYNC_PORT_ERR_NAME},
        {EAI_AGAIN, CS_POSIX_NO_NAME_SERVER, CONNSYNC_PORT_ERR_NAME_TEMPORARY},
        {EAI_FAIL, CS_POSIX_RESOLVER_FAILED, CONNSYNC_PORT_ERR_NAME_TEMPORARY},
        {EAI_MEMORY, CS_POSIX_RESOLVER_FAILED, CONNSYNC_PORT_ERR_NAME_TEMPORARY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cs_posix_resolver resolver;
        cs_posix_resolver_init(&resolver);
        resolver.in_process = true;
        lookup_failure = rows[i][0];
        cs_posix_resolver_start(&resolver, "a.example", clock_ms());
        lookup_failure = 0;
        int status = cs_posix_resolver_step(&resolver, clock_ms());
        assert_int_equal(status, rows[i][2]);
        assert_int_equal(resolver.outcome, rows[i][1]);
    }
}

static void lookup_forever(const char *host, int family, struct cs_posix_answer *answer)
{
    (void)host;
    (void)family;
    (void)answer;
    while (true) {
        pause();
    }
}

static void lookup_dies(const char *host, int family, struct cs_posix_answer *answer)
{
    (void)host;
    (void)family;
    (void)answer;
    _exit(3);
}

static void closing_kills_the_resolver(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    connection_of(&posix)->resolver.lookup = lookup_forever;
    const struct connsync_port *port = connsync_posix_port(&posix);
    assert_int_equal(port->connect(port->context, "a.example", 443), CONNSYNC_PORT_WOULD_BLOCK);
    const struct cs_posix_query *queries = connection_of(&posix)->resolver.queries;
    pid_t child = queries[1].child;
    assert_true(child > 0 && queries[0].child > 0);
    assert_int_equal(connsync_posix_wait(&posix, true, true, clock_ms() + 30),
                     CONNSYNC_POSIX_TIMEOUT);
    assert_int_equal(kill(child, 0), 0);
    port->close(port->context);
    assert_int_equal(kill(child, 0), -1);
    assert_int_equal(errno, ESRCH);
    assert_true(no_child_left());
    assert_int_equal(queries[0].fd, -1);
    assert_int_equal(queries[1].fd, -1);
}

static void closing_works_where_children_are_reaped_unasked(void **state)
{
    (void)state;
    struct sigaction action;
    struct sigaction before;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_IGN;
    sigaction(SIGCHLD, &action, &before);
    closing_kills_the_resolver(state);
    sigaction(SIGCHLD, &before, NULL);
}

static void a_late_resolver_is_ended(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    connection_of(&posix)->resolver.lookup = lookup_forever;
    connection_of(&posix)->resolver.limit_ms = 100;
    uint64_t began = clock_ms();
    assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME_TEMPORARY);
    assert_in_range(clock_ms() - began, 100, 900);
    assert_string_equal(connsync_posix_reason(&posix), "a.example: the look-up took too long");
    assert_true(no_child_left());
}

static void a_dead_resolver_is_noticed(void **state)
{
    (void)state;
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    connection_of(&posix)->resolver.lookup = lookup_dies;
    uint64_t began = clock_ms();
    assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME_TEMPORARY);
    assert_in_range(clock_ms() - began, 0, 900);
    assert_true(no_child_left());
}

static void on_signal(int number)
{
    (void)number;
}

/* The child must not run the parent's handlers: SIGTERM has to end it. */
static void the_child_drops_our_handlers(void **state)
{
    (void)state;
    struct sigaction action;
    struct sigaction before;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigaction(SIGTERM, &action, &before);
    struct connsync_posix posix;
    connsync_posix_init(&posix, NULL, 0);
    connection_of(&posix)->resolver.lookup = lookup_forever;
    const struct connsync_port *port = connsync_posix_port(&posix);
    assert_int_equal(port->connect(port->context, "a.example", 443), CONNSYNC_PORT_WOULD_BLOCK);
    kill(connection_of(&posix)->resolver.queries[0].child, SIGTERM);
    kill(connection_of(&posix)->resolver.queries[1].child, SIGTERM);
    assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME_TEMPORARY);
    assert_string_equal(connsync_posix_reason(&posix), "a.example: the system's resolver failed");
    sigaction(SIGTERM, &before, NULL);
}

/* ---- The families, apart ---- */

#define SILENT (-1)
/* What is said of each family: an outcome, or silence. */
static int said_of_ipv6;
static int said_of_ipv4;

static void say(const char *host, int family, struct cs_posix_answer *answer)
{
    int said = family == AF_INET6 ? said_of_ipv6 : said_of_ipv4;
    if (said == SILENT) {
        lookup_forever(host, family, answer);
    }
    answer->outcome = said;
    if (said == CS_POSIX_RESOLVED) {
        assert_true(cs_posix_address_parse(family == AF_INET6 ? "::1" : "127.0.0.1",
                                           &answer->addresses[0]));
        answer->count = 1;
    }
}

/* Steps until it is decided; returns the status. */
static int look_up(struct cs_posix_resolver *resolver, int ipv6, int ipv4)
{
    uint64_t give_up = clock_ms() + PATIENCE_MS;
    said_of_ipv6 = ipv6;
    said_of_ipv4 = ipv4;
    cs_posix_resolver_init(resolver);
    resolver->lookup = say;
    resolver->limit_ms = 400;
    cs_posix_resolver_start(resolver, "a.example", clock_ms());
    int status = cs_posix_resolver_step(resolver, clock_ms());
    while (status == CONNSYNC_PORT_WOULD_BLOCK && clock_ms() < give_up) {
        poll(NULL, 0, 1);
        status = cs_posix_resolver_step(resolver, clock_ms());
    }
    return status;
}

static void a_family_never_hides_the_other(void **state)
{
    (void)state;
    static const int failures[] = {CS_POSIX_NO_SUCH_NAME, CS_POSIX_NO_NAME_SERVER,
                                   CS_POSIX_RESOLVER_FAILED, CS_POSIX_NO_ADDRESS, SILENT};
    struct cs_posix_resolver resolver;
    struct cs_posix_address address;
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        for (int turn = 0; turn < 2; turn++) {
            int ipv6 = turn == 0 ? failures[i] : CS_POSIX_RESOLVED;
            int ipv4 = turn == 0 ? CS_POSIX_RESOLVED : failures[i];
            assert_int_equal(look_up(&resolver, ipv6, ipv4), CONNSYNC_PORT_OK);
            assert_true(failures[i] != SILENT || cs_posix_resolver_is_running(&resolver));
            assert_true(cs_posix_resolver_next(&resolver, &address));
            assert_int_equal(address.family, turn == 0 ? AF_INET : AF_INET6);
            assert_false(cs_posix_resolver_next(&resolver, &address));
            cs_posix_resolver_stop(&resolver);
            assert_true(no_child_left());
        }
    }
}

static void ipv4_waits_for_ipv6_a_moment(void **state)
{
    (void)state;
    struct cs_posix_resolver resolver;
    uint64_t began = clock_ms();
    assert_int_equal(look_up(&resolver, SILENT, CS_POSIX_RESOLVED), CONNSYNC_PORT_OK);
    assert_true(clock_ms() - began >= CS_POSIX_RESOLUTION_DELAY_MS);
    assert_true(cs_posix_resolver_is_running(&resolver)); /* so the 400 ms were not over */
    cs_posix_resolver_stop(&resolver);
}

static void what_both_families_say_decides(void **state)
{
    (void)state;
    static const struct {
        int ipv6;
        int ipv4;
        int32_t outcome;
        int status;
    } rows[] = {
        {CS_POSIX_NO_SUCH_NAME, CS_POSIX_NO_SUCH_NAME, CS_POSIX_NO_SUCH_NAME,
         CONNSYNC_PORT_ERR_NAME},
        {CS_POSIX_NO_NAME_SERVER, CS_POSIX_NO_SUCH_NAME, CS_POSIX_NO_SUCH_NAME,
         CONNSYNC_PORT_ERR_NAME},
        {CS_POSIX_NO_SUCH_NAME, CS_POSIX_NO_NAME_SERVER, CS_POSIX_NO_NAME_SERVER,
         CONNSYNC_PORT_ERR_NAME_TEMPORARY},
        {CS_POSIX_NO_ADDRESS, CS_POSIX_NO_NAME_SERVER, CS_POSIX_NO_NAME_SERVER,
         CONNSYNC_PORT_ERR_NAME_TEMPORARY},
        {CS_POSIX_NO_NAME_SERVER, CS_POSIX_NO_ADDRESS, CS_POSIX_NO_NAME_SERVER,
         CONNSYNC_PORT_ERR_NAME_TEMPORARY},
        {CS_POSIX_NO_ADDRESS, CS_POSIX_NO_ADDRESS, CS_POSIX_NO_ADDRESS, CONNSYNC_PORT_ERR_NAME},
        {CS_POSIX_NO_SUCH_NAME, CS_POSIX_NO_ADDRESS, CS_POSIX_NO_ADDRESS, CONNSYNC_PORT_ERR_NAME},
        {SILENT, CS_POSIX_NO_ADDRESS, CS_POSIX_RESOLVER_LATE, CONNSYNC_PORT_ERR_NAME_TEMPORARY},
        {SILENT, SILENT, CS_POSIX_RESOLVER_LATE, CONNSYNC_PORT_ERR_NAME_TEMPORARY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cs_posix_resolver resolver;
        assert_int_equal(look_up(&resolver, rows[i].ipv6, rows[i].ipv4), rows[i].status);
        assert_int_equal(resolver.outcome, rows[i].outcome);
        assert_true(no_child_left());
    }
}

/* ---- Which names are asked for as they stand, and which stand in /etc/hosts ---- */

static void names_of_three_labels_are_absolute(void **state)
{
    (void)state;
    static const char *const absolute[] = {"a.b.c", "tenant.eu.auth0.com", "a.b.svc.c", "a.b.xsvc"};
    static const char *const others[] = {"localhost", "a.b", "a.b.", "a.b.c.",    "a.b.svc",
                                         "a.b.SVC",   "",    ".",    "fe80::1%lo"};
    for (size_t i = 0; i < sizeof absolute / sizeof absolute[0]; i++) {
        assert_true(cs_posix_is_absolute(absolute[i]));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(cs_posix_is_absolute(others[i]));
    }
}

static const char hosts_text[] = "# 10.9.9.9 remark.example\r\n"
                                 "10.0.0.1 one.example Alias.Example\r\n"
                                 "\t10.0.0.2\tone.example# 10.0.0.3 one.example\n"
                                 "::7 one.example one.example\n"
                                 "10.0.0.4\n\n"
                                 "256.0.0.1 broken.example\n"
                                 "word broken.example\n"
                                 "10.0.0.5 six.example\n"
                                 "10.0.0.6 last.example";

/* How many addresses of the family `host` has in the file; -1: it is not in there. */
static int in_hosts(const char *path, const char *host, int family)
{
    memset(&given_answer, 0, sizeof given_answer);
    bool found = cs_posix_hosts_find(path, host, family, &given_answer);
    assert_true(found || given_answer.count == 0);
    return found ? (int)given_answer.count : -1;
}

static void hosts_are_read(void **state)
{
    (void)state;
    char path[] = "/tmp/connsync-hosts-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    /* A word that is longer than the reader's buffer comes first. */
    for (int i = 0; i < 200; i++) {
        assert_int_equal(write(fd, "10.0.0.7", 8), 8);
    }
    assert_int_equal(write(fd, " long.example\n", 14), 14);
    assert_int_equal(write(fd, hosts_text, sizeof hosts_text - 1), sizeof hosts_text - 1);
    assert_int_equal(in_hosts(path, "one.example", AF_INET), 2);
    assert_int_equal(given_answer.addresses[1].bytes[3], 2);
    assert_int_equal(in_hosts(path, "one.example", AF_INET6), 1);
    assert_int_equal(in_hosts(path, "alias.example.", AF_INET), 1);
    assert_int_equal(in_hosts(path, "six.example", AF_INET6), 0);
    assert_int_equal(in_hosts(path, "last.example", AF_INET), 1);
    static const char *const absent[] = {
        "remark.example", "broken.example", "one",      "long.example",
        "one.example..",  "example",        "10.0.0.4", "word"};
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
        assert_int_equal(in_hosts(path, absent[i], AF_INET), -1);
    }
    /* Cut at every byte, it is read to its end, and nothing is found that is not there. */
    for (size_t cut = sizeof hosts_text - 1; cut > 0; cut--) {
        assert_int_equal(ftruncate(fd, 1614 + (off_t)cut - 1), 0);
        assert_true(in_hosts(path, "last.example", AF_INET) == -1);
    }
    close(fd);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(in_hosts(path, "one.example", AF_INET), -1);
    assert_int_equal(in_hosts("/", "one.example", AF_INET), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(localhost_resolves),
        cmocka_unit_test(an_invalid_name_is_a_name_error),
        cmocka_unit_test(names_that_cannot_be_are_not_asked_for),
        cmocka_unit_test(each_outcome_has_its_reason),
        cmocka_unit_test(both_families_are_taken_in_turn),
        cmocka_unit_test(failures_of_the_system_are_told_apart),
        cmocka_unit_test(closing_kills_the_resolver),
        cmocka_unit_test(closing_works_where_children_are_reaped_unasked),
        cmocka_unit_test(a_late_resolver_is_ended),
        cmocka_unit_test(a_dead_resolver_is_noticed),
        cmocka_unit_test(the_child_drops_our_handlers),
        cmocka_unit_test(a_family_never_hides_the_other),
        cmocka_unit_test(ipv4_waits_for_ipv6_a_moment),
        cmocka_unit_test(what_both_families_say_decides),
        cmocka_unit_test(names_of_three_labels_are_absolute),
        cmocka_unit_test(hosts_are_read),
    };
    return cmocka_run_group_tests_name("posix_resolver", tests, NULL, NULL);
}
