/*
 * The resolver child: found, not found, late, dead, no longer wanted; never a
 * zombie. Needs no network: a machine without one gives the same statuses.
 */
#define _GNU_SOURCE 1

#include "tests/unit/posix_support.h"

#include <netdb.h>
#include <signal.h>

/* The linker puts ours in the way of the system's (CMakeLists.txt). */
int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list);
void __real_freeaddrinfo(struct addrinfo *list);
void __wrap_freeaddrinfo(struct addrinfo *list);

/* The system's getaddrinfo(), but for one name: "both.example" has nine IPv6
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
    if (strcmp(host, "both.example") != 0) {
        return __real_getaddrinfo(host, service, hints, list);
    }
    link_both();
    *list = both;
    return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *list)
{
    if (list != both) {
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
    assert_int_equal(connect_fully(&posix, "name.invalid", 443), CONNSYNC_PORT_ERR_NAME);
    assert_in_range(clock_ms() - began, 0, CS_POSIX_RESOLVE_MS + 1000u);
    assert_memory_equal(connsync_posix_reason(&posix), "name.invalid: ", 14);
    assert_true(no_child_left());
    assert_int_equal(connection_of(&posix)->resolver.fd, -1);
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
        const char *reason;
    } cases[] = {
        {CS_POSIX_RESOLVED, "a.example: no such name"}, /* found, with no address */
        {CS_POSIX_NO_SUCH_NAME, "a.example: no such name"},
        {CS_POSIX_NO_NAME_SERVER, "a.example: no name server answered"},
        {CS_POSIX_RESOLVER_FAILED, "a.example: the system's resolver failed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(&given_answer, 0, sizeof given_answer);
        given_answer.outcome = cases[i].outcome;
        struct connsync_posix posix;
        connsync_posix_init(&posix, NULL, 0);
        connection_of(&posix)->resolver.lookup = give_answer;
        assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME);
        assert_string_equal(connsync_posix_reason(&posix), cases[i].reason);
    }
}

static void both_families_are_taken_in_turn(void **state)
{
    (void)state;
    static const char *const expected[CS_POSIX_ADDRESS_MAX] = {
        "::1", "10.0.0.1", "::2", "10.0.0.2", "::3", "::4", "::5", "::6",
    };
    struct cs_posix_resolver resolver;
    cs_posix_resolver_init(&resolver);
    resolver.in_process = true;
    cs_posix_resolver_start(&resolver, "both.example", clock_ms());
    assert_int_equal(cs_posix_resolver_step(&resolver, clock_ms()), CONNSYNC_PORT_OK);
    assert_int_equal(resolver.answer.count, CS_POSIX_ADDRESS_MAX);
    for (size_t i = 0; i < CS_POSIX_ADDRESS_MAX; i++) {
        char text[CS_POSIX_ADDRESS_TEXT_SIZE];
        cs_posix_address_text(&resolver.answer.addresses[i], text, sizeof text);
        assert_string_equal(text, expected[i]);
    }
    assert_int_equal(resolver.answer.addresses[0].scope, 5);
    assert_int_equal(resolver.answer.addresses[2].scope, 0);
}

static void failures_of_the_system_are_told_apart(void **state)
{
    (void)state;
    static const int pairs[][2] = {
        {EAI_NONAME, CS_POSIX_NO_SUCH_NAME},
        {EAI_AGAIN, CS_POSIX_NO_NAME_SERVER},
        {EAI_FAIL, CS_POSIX_RESOLVER_FAILED},
        {EAI_MEMORY, CS_POSIX_RESOLVER_FAILED},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct cs_posix_resolver resolver;
        cs_posix_resolver_init(&resolver);
        resolver.in_process = true;
        lookup_failure = pairs[i][0];
        cs_posix_resolver_start(&resolver, "a.example", clock_ms());
        lookup_failure = 0;
        int status = cs_posix_resolver_step(&resolver, clock_ms());
        assert_int_equal(status, CONNSYNC_PORT_ERR_NAME);
        assert_int_equal(resolver.answer.outcome, pairs[i][1]);
    }
}

static void lookup_forever(const char *host, struct cs_posix_answer *answer)
{
    (void)host;
    (void)answer;
    while (true) {
        pause();
    }
}

static void lookup_dies(const char *host, struct cs_posix_answer *answer)
{
    (void)host;
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
    pid_t child = connection_of(&posix)->resolver.child;
    assert_true(child > 0);
    assert_int_equal(connsync_posix_wait(&posix, true, true, 30), CONNSYNC_POSIX_TIMEOUT);
    assert_int_equal(kill(child, 0), 0);
    port->close(port->context);
    assert_int_equal(kill(child, 0), -1);
    assert_int_equal(errno, ESRCH);
    assert_true(no_child_left());
    assert_int_equal(connection_of(&posix)->resolver.fd, -1);
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
    assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME);
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
    assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME);
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
    kill(connection_of(&posix)->resolver.child, SIGTERM);
    assert_int_equal(connect_fully(&posix, "a.example", 443), CONNSYNC_PORT_ERR_NAME);
    assert_string_equal(connsync_posix_reason(&posix), "a.example: the system's resolver failed");
    sigaction(SIGTERM, &before, NULL);
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
    };
    return cmocka_run_group_tests_name("posix_resolver", tests, NULL, NULL);
}
