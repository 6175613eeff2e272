/* The link, the lease, the time, and names. The tests run in this order, in one run. */

#include "tests/lwip/lwip_support.h"

#include <string.h>

#define BUILD CONNSYNC_TEST_BUILD_EPOCH
#define HOUR_MS 3600000u

static int64_t utc(void)
{
    int64_t seconds = -1;
    assert_int_equal(port.utc_seconds(port.context, &seconds), CONNSYNC_PORT_OK);
    return seconds;
}

static void assert_time_unknown(void)
{
    int64_t seconds = 7;
    assert_int_equal(port.utc_seconds(port.context, &seconds), CONNSYNC_PORT_ERR_TIME_UNKNOWN);
    assert_int_equal(seconds, 7);
}

static void assert_address(const char *expected)
{
    char text[CS_NETWORK_ADDRESS_SIZE];
    cs_network_address(&network, text);
    assert_string_equal(text, expected);
}

static void comes_up_step_by_step(void **state)
{
    (void)state;
    start_network();
    time_server.silent = true;
    world.dhcp = DHCP_SILENT;
    pass(5000);
    assert_int_equal(cs_network_state(&network), CS_NETWORK_NO_LINK);
    assert_int_equal(port.connect(port.context, "a.example", 1), CONNSYNC_PORT_ERR_NETWORK);
    assert_string_equal(cs_network_reason(&network), "no link");
    assert_int_equal(world.frames_out, 0);
    world.link = true;
    pass(5000);
    assert_int_equal(cs_network_state(&network), CS_NETWORK_NO_LEASE);
    assert_int_equal(port.connect(port.context, "a.example", 1), CONNSYNC_PORT_ERR_NETWORK);
    assert_string_equal(cs_network_reason(&network), "no lease");
    assert_address("0.0.0.0");
    world.dhcp = DHCP_ANSWERS;
    assert_true(pass_until(CS_NETWORK_NO_TIME, 20000));
    assert_address(OWN_ADDRESS);
    pass(20000);
    assert_int_equal(cs_network_state(&network), CS_NETWORK_NO_TIME);
    assert_time_unknown();
    assert_true(cs_network_may_sleep(&network));
}

/* Answers that must not be believed. */
static uint8_t spoil_at;
static void spoil(uint8_t message[48])
{
    message[spoil_at] ^= 1;
}
static void unsynchronise(uint8_t message[48])
{
    message[0] |= 0xc0;
}
static void kiss(uint8_t message[48])
{
    message[1] = 0;
}
static void no_stamp(uint8_t message[48])
{
    memset(message + 40, 0, 8);
}

static void disbelieves_bad_times(void **state)
{
    (void)state;
    time_server.silent = false;
    void (*const changes[])(uint8_t *) = {unsynchronise, kiss, no_stamp};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        uint32_t before = time_server.requests;
        time_server.change = changes[i];
        pass(140000);
        assert_true(time_server.requests > before);
        assert_time_unknown();
    }
    time_server.change = spoil;
    for (spoil_at = 24; spoil_at < 32; spoil_at++) { /* the request's own bits */
        pass(140000);
        assert_time_unknown();
    }
    time_server.change = NULL;
    const int64_t dates[] = {0, 1, BUILD - 1, BUILD - 86400 * 365, BUILD + 0x80000000};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        time_server.utc = dates[i];
        pass(140000);
        assert_time_unknown();
    }
}

static void learns_the_time(void **state)
{
    (void)state;
    time_server.utc = BUILD;
    assert_true(pass_until(CS_NETWORK_READY, 140000));
    assert_int_equal(utc(), BUILD);
    pass(499); /* the server said half a second past */
    assert_int_equal(utc(), BUILD);
    pass(1);
    assert_int_equal(utc(), BUILD + 1);
    /* A refused answer leaves the time as it was, and is soon followed by a question. */
    uint32_t before = time_server.requests;
    time_server.utc = 5;
    pass(HOUR_MS + 10000);
    assert_true(time_server.requests > before + 1);
    assert_true(utc() >= BUILD + 3600);
    /* After 2036 the 32 bits of SNTP begin again. */
    time_server.utc = 2240000000;
    pass(140000);
    assert_true(utc() >= 2240000000 && utc() < 2240000000 + 200);
    before = time_server.requests;
    pass(HOUR_MS - 200000);
    assert_int_equal(time_server.requests, before);
    pass(200000);
    assert_int_equal(time_server.requests, before + 1);
}

static void gives_back_a_lost_lease(void **state)
{
    (void)state;
    world.dhcp = DHCP_REFUSES;
    assert_true(pass_until(CS_NETWORK_NO_LEASE, 300000));
    assert_address("0.0.0.0");
    world.dhcp = DHCP_ANSWERS;
    world.dhcp_host = 3;
    assert_true(pass_until(CS_NETWORK_READY, 120000));
    assert_address("10.0.0.3");
    world.dhcp_host = 2;
    world.dhcp = DHCP_REFUSES;
    assert_true(pass_until(CS_NETWORK_NO_LEASE, 300000));
    world.dhcp = DHCP_ANSWERS;
    assert_true(pass_until(CS_NETWORK_READY, 120000));
    world.dhcp = DHCP_SILENT; /* it runs out */
    assert_true(pass_until(CS_NETWORK_NO_LEASE, 300000));
    assert_address("0.0.0.0");
    world.dhcp = DHCP_ANSWERS;
    assert_true(pass_until(CS_NETWORK_READY, 120000));
    pass(1000000); /* and is renewed for as long as it is wanted */
    assert_int_equal(cs_network_state(&network), CS_NETWORK_READY);
    assert_address(OWN_ADDRESS);
}

/* One that offers an address and then refuses it is asked again, but not all the time. */
static void pauses_when_it_is_refused(void **state)
{
    (void)state;
    world.dhcp = DHCP_TEASES;
    assert_true(pass_until(CS_NETWORK_NO_LEASE, 300000));
    world.dhcp_requests = world.dhcp_discovers = 0;
    pass(60000);
    assert_in_range(world.dhcp_requests, 5, 7);
    assert_in_range(world.dhcp_discovers, 5, 14);
    world.dhcp = DHCP_ANSWERS;
    assert_true(pass_until(CS_NETWORK_READY, CS_NETWORK_REFUSED_MS + 1000));
}

/* On another network the lease of the last one is refused, and another had at once. */
static void moves_to_another_network(void **state)
{
    (void)state;
    world.link = false;
    pass(10);
    world.dhcp = DHCP_REFUSES_OLD;
    world.dhcp_host = 3;
    world.link = true;
    pass(500);
    assert_address("10.0.0.3");
    world.dhcp = DHCP_ANSWERS;
    world.dhcp_host = 2;
    world.link = false;
    pass(10);
    world.link = true;
    assert_true(pass_until(CS_NETWORK_READY, 10000));
    assert_address(OWN_ADDRESS);
}

/* A lease of two minutes is asked for again and again before it is over, and not used after. */
static void renews_a_short_lease(void **state)
{
    (void)state;
    world.dhcp_lease_s = 120;
    pass(300000);
    assert_address(OWN_ADDRESS);
    /* Just renewed. */
    uint32_t before = world.dhcp_requests;
    for (int i = 0; i < 130000 && world.dhcp_requests == before; i++) {
        pass(1);
    }
    world.dhcp = DHCP_SILENT;
    before = world.dhcp_requests;
    uint64_t begin = world.now_ms;
    assert_true(pass_until(CS_NETWORK_NO_LEASE, 130000));
    assert_in_range(world.now_ms - begin, 112000, 120000);
    assert_in_range(world.dhcp_requests - before, 4, 8);
    world.dhcp_lease_s = 0;
    world.dhcp = DHCP_ANSWERS;
    assert_true(pass_until(CS_NETWORK_READY, 120000));
}

/* ---- Names ---- */

static int look_up(const char *name, uint32_t *took_ms)
{
    int status = connect_fully(name, PEER_PORT, took_ms);
    close_pair();
    return status;
}

static void finds_names(void **state)
{
    (void)state;
    peer_reset();
    const char *const names[] = {"a.example", "a.example.", "A-1.b.c.d", "a"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(look_up(names[i], NULL), CONNSYNC_PORT_OK);
    }
    name_server.alias = true;
    assert_int_equal(look_up("alias.example", NULL), CONNSYNC_PORT_OK);
    name_server.alias = false;
    char longest[254];
    memset(longest, 'a', sizeof longest - 1);
    longest[63] = longest[127] = longest[191] = '.';
    longest[253] = '\0';
    assert_int_equal(look_up(longest, NULL), CONNSYNC_PORT_OK);
    uint32_t questions = name_server.questions;
    assert_int_equal(look_up(LOOP_ADDRESS, NULL), CONNSYNC_PORT_OK);
    assert_int_equal(name_server.questions, questions);
}

static void refuses_what_is_no_name(void **state)
{
    (void)state;
    uint32_t questions = name_server.questions;
    char label[68] = {0};
    memset(label, 'b', 64);
    memcpy(label + 64, ".c", 3);
    char too_long[256];
    memset(too_long, 'a', sizeof too_long - 1);
    for (size_t i = 50; i < 250; i += 50) {
        too_long[i] = '.';
    }
    too_long[254] = '\0';
    const char *const names[] = {"", ".", "a..b", ".a", "a..", label, too_long};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(look_up(names[i], NULL), CONNSYNC_PORT_ERR_NAME);
        assert_string_equal(cs_network_reason(&network), "not a host name");
    }
    assert_int_equal(name_server.questions, questions);
    const char *const names_after_all[] = {"256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4",
                                           "1.2.3.04"};
    name_server.count = 0;
    for (size_t i = 0; i < sizeof names_after_all / sizeof names_after_all[0]; i++) {
        assert_int_equal(look_up(names_after_all[i], NULL), CONNSYNC_PORT_ERR_NAME);
    }
    assert_int_equal(name_server.questions, questions + 5);
    name_server.count = 1;
    assert_int_equal(look_up("::1", NULL), CONNSYNC_PORT_ERR_NETWORK);
}

static void tells_failures_of_names_apart(void **state)
{
    (void)state;
    uint32_t took = 0;
    name_server.code = 3;
    assert_int_equal(look_up("none.example", &took), CONNSYNC_PORT_ERR_NAME);
    assert_true(took < 100);
    name_server.code = 2;
    assert_int_equal(look_up("none.example", &took), CONNSYNC_PORT_ERR_NAME_TEMPORARY);
    assert_true(took < 100);
    assert_string_equal(cs_network_reason(&network), "the name servers do not know");
    name_server.code = 0;
    name_server.silent = true;
    uint32_t questions = name_server.questions;
    assert_int_equal(look_up("silent.example", &took), CONNSYNC_PORT_ERR_NAME_TEMPORARY);
    assert_string_equal(cs_network_reason(&network), "no name server answered");
    assert_in_range(took, CS_RESOLVER_MS, CS_RESOLVER_MS + 10);
    assert_in_range(name_server.questions - questions, 3, 4);
    name_server.silent = false;
}

static void passes_over_addresses_of_no_host(void **state)
{
    (void)state;
    const char *const addresses[] = {"0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255"};
    for (uint8_t i = 0; i < 4; i++) {
        name_server.addresses[i] = addresses[i];
    }
    name_server.count = 4;
    assert_int_equal(look_up("filtered.example", NULL), CONNSYNC_PORT_ERR_NAME);
    assert_string_equal(cs_network_reason(&network), "no such name, or none with an IPv4 address");
    name_server.addresses[3] = LOOP_ADDRESS;
    uint32_t took = 0;
    assert_int_equal(look_up("mixed.example", &took), CONNSYNC_PORT_OK);
    assert_true(took < 100);
    name_server.addresses[0] = LOOP_ADDRESS;
    name_server.count = 1;
    peer_reset();
}

/* The first question gets lost; the second is answered. */
static uint16_t lose_first(uint8_t *message, uint16_t length)
{
    (void)message;
    (void)length;
    name_server.change = NULL;
    return 0;
}

static void asks_again(void **state)
{
    (void)state;
    uint32_t took = 0;
    name_server.change = lose_first;
    assert_int_equal(look_up("a.example", &took), CONNSYNC_PORT_OK);
    assert_in_range(took, CS_RESOLVER_TRY_MS, CS_RESOLVER_TRY_MS + 100);
}

/* A stranger's answers: each of these bytes of the true one is wrong in its turn. */
static uint32_t change_at;
static uint8_t change_by;
static uint16_t change_byte(uint8_t *message, uint16_t length)
{
    message[change_at] ^= change_by;
    return length;
}

static void believes_only_answers(void **state)
{
    (void)state;
    name_server.change = change_byte;
    change_by = 1;
    /* The id, the count of questions, the name, the type and the class. */
    const uint8_t places[] = {0, 1, 4, 5, 13, 15, 22, 24, 26};
    for (size_t i = 0; i < sizeof places; i++) {
        change_at = places[i];
        assert_int_equal(look_up("a.example.", NULL), CONNSYNC_PORT_ERR_NAME_TEMPORARY);
        assert_string_equal(cs_network_reason(&network), "no name server answered");
    }
    change_at = 2;
    change_by = 0x80; /* a question, no answer */
    assert_int_equal(look_up("a.example.", NULL), CONNSYNC_PORT_ERR_NAME_TEMPORARY);
    name_server.change = NULL;
}

/* Whatever an answer looks like, the look-up ends, and reads nothing outside of it
 * (that is the sanitizers' part). */
static uint16_t cut_to;
static uint16_t cut(uint8_t *message, uint16_t length)
{
    (void)message;
    return cut_to < length ? cut_to : length;
}

static void survives_any_answer(void **state)
{
    (void)state;
    name_server.alias = true;
    name_server.count = 6;
    for (size_t i = 0; i < 6; i++) {
        name_server.addresses[i] = LOOP_ADDRESS;
    }
    name_server.change = cut;
    for (cut_to = 1; cut_to < 150; cut_to++) {
        uint32_t took = 0;
        (void)look_up("a.example", &took);
        assert_true(took <= CS_RESOLVER_MS + 10);
    }
    name_server.change = change_byte;
    const uint8_t bits[] = {0xff, 0xc0, 0x3f, 0x01};
    for (size_t i = 0; i < sizeof bits; i++) {
        change_by = bits[i];
        for (change_at = 0; change_at < 144; change_at++) {
            (void)port.connect(port.context, "a.example", PEER_PORT);
            pass(3);
            port.close(port.context);
        }
    }
    name_server.change = NULL;
    name_server.alias = false;
    name_server.count = 1;
    peer_reset();
    pass(1000);
}

static void loses_nothing(void **state)
{
    (void)state;
    pass(130000);
    struct cs_network_figures before = figures();
    for (int i = 0; i < 50; i++) {
        assert_int_equal(look_up("a.example", NULL), CONNSYNC_PORT_OK);
    }
    assert_nothing_lost(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_up_step_by_step),
        cmocka_unit_test(disbelieves_bad_times),
        cmocka_unit_test(learns_the_time),
        cmocka_unit_test(gives_back_a_lost_lease),
        cmocka_unit_test(pauses_when_it_is_refused),
        cmocka_unit_test(moves_to_another_network),
        cmocka_unit_test(renews_a_short_lease),
        cmocka_unit_test(finds_names),
        cmocka_unit_test(refuses_what_is_no_name),
        cmocka_unit_test(tells_failures_of_names_apart),
        cmocka_unit_test(passes_over_addresses_of_no_host),
        cmocka_unit_test(asks_again),
        cmocka_unit_test(believes_only_answers),
        cmocka_unit_test(survives_any_answer),
        cmocka_unit_test(loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
