/* A page that is shortened while it comes says to a list what the whole one says: whatever is in it,
 * wherever it is cut, and whatever byte of it is another. */
#include "core/agent/exchange.h"
#include "core/agent/list_outline.h"
#include "core/auth0/auth0.h"
#include "core/auth0/auth0_connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROOM 8192u
#define SAID_SIZE 4096u
/* An array of so many in each other, with the three around it as deep as may be, and one more. */
#define DEEP "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
#define DEEP_END "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"

static const char *const pages[] = {
    "{\"connections\":[{\"id\":\"con_1\",\"options\":{\"client_secret\":\"}],[{\\\"\\\\\","
    "\"scope\":[\"a\","
    "{\"b\":[]}],\"set_user_root_attributes\":\"on_first_login\"},\"strategy\":\"oidc\",\"name\":"
    "\"a\\\"b\"},\n"
    " {\"name\":\"two\",\"display_name\":\"x\",\"strategy\":\"auth0\",\"id\":\"con_2\",\"options\":"
    "{\"import_mode\":"
    "false,\"enabledDatabaseCustomization\":true,\"configuration\":{\"k\":\"v\"}}}],\"next\":"
    "\"x\"}",
    "[{\"id\":\"con_1\",\"name\":\"n\",\"strategy\":\"sms\",\"options\":{\"a\":1}},{\"options\":{"
    "\"x\":null},\"id\":1}]",
    "{\"start\":0,\"other\":[[{\"id\":\"no\"}],7],\"connections\":[{\"id\":\"con_1\",\"name\":"
    "\"n\",\"strategy\":\"x\"},"
    "{\"id\":\"con_2\",\"name\":\"n\",\"strategy\":\"x\",\"options\":[1,2,3,4,5,6,7,8,9]},{},[],[{}"
    "],3]}",
    "{\"connections\":[{\"id\":\"a\",\"id\":\"b\",\"name\":\"n\",\"strategy\":\"x\",\"options\":{}}"
    ","
    "{\"id\":\"c\",\"name\":\"n\",\"strategy\":\"x\",\"options\":{\"set_user_root_attributes\":"
    "null,"
    "\"set_user_root_attributes\":\"never_on_login\"},\"padding\":\"\xc3\xa9\xf0\x9f\x98\x80\"},"
    "{\"id\":\"d\",\"\\u006eame\":\"n\",\"strategy\":\"x\",\"options\":{\"set_user_root_"
    "attributes\":true},"
    "\"nested\":{\"connections\":[{\"id\":\"e\"}]}}]}",
    "{\"connections\":[{\"id\":\"a\",\"name\":\"n\",\"strategy\":\"x\",\"options\":{\"p\":" DEEP
        DEEP_END "}}]}",
    "{\"connections\":[{\"id\":\"a\",\"name\":\"n\",\"strategy\":\"x\",\"options\":{\"p\":[" DEEP
        DEEP_END "]}}]}",
};

/* What a list says of a page: whether it is one, and of each connection all that it is asked for. */
static void say(char *out, struct cs_slice text)
{
    struct cs_json_facts facts;
    struct cs_json_walk walk;
    struct cs_json_item item;
    char cursor[32] = "";
    enum connsync_status status = cs_json_check(text, &facts);
    int length = snprintf(out, SAID_SIZE, "%d%s", (int)status,
                          status != CONNSYNC_OK && facts.offset == text.length ? " cut" : "");

    if (status != CONNSYNC_OK) {
        return;
    }
    struct cs_slice answer = cs_json_trim(text);
    (void)cs_auth0_next_cursor(answer, cursor, sizeof cursor);
    cs_json_walk_begin(&walk, cs_auth0_connections(answer));
    while (cs_json_walk_next(&walk, &item)) {
        struct cs_auth0_connection found;
        char parts[3][32] = {"", "", ""};
        cs_auth0_find_connection(&found, item.value);
        for (int part = CS_AUTH0_ID; part <= CS_AUTH0_STRATEGY; part++) {
            (void)cs_value_decode(cs_auth0_part(&found, (enum cs_auth0_part)part), parts[part],
                                  sizeof parts[part]);
        }
        enum connsync_status judged = cs_auth0_judge_connection(&found);
        length += snprintf(out + length, SAID_SIZE - (size_t)length, "|%s,%s,%s,%d,%d,%d,%d",
                           parts[0], parts[1], parts[2], (int)judged, (int)cs_auth0_setting(&found),
                           (int)cs_auth0_may_write(&found, false),
                           cs_auth0_part(&found, CS_AUTH0_OPTIONS).data != NULL);
    }
    (void)snprintf(out + length, SAID_SIZE - (size_t)length, "|%s", cursor);
}

/* What is kept of a page that comes in pieces of this size. */
static struct cs_slice receive(struct cs_exchange *exchange, struct cs_slice page, size_t piece,
                               size_t room)
{
    static char memory[ROOM];
    static struct cs_arena arena;
    struct cs_list_outline outline = {0};

    memset(memory, 0, sizeof memory);
    memset(exchange, 0, sizeof *exchange);
    arena = (struct cs_arena){.base = (unsigned char *)memory, .size = sizeof memory};
    exchange->arena = &arena;
    exchange->body = memory;
    exchange->body_size = room;
    for (size_t at = 0; at < page.length; at += piece) {
        size_t length = page.length - at < piece ? page.length - at : piece;
        assert_true(exchange->body_length + length <= room);
        memcpy(exchange->body + exchange->body_length, page.data + at, length);
        exchange->body_length += length;
        cs_list_outline_take(&outline, exchange);
        assert_true(exchange->body_length <= arena.high_water && arena.high_water <= room);
    }
    return cs_slice_make(exchange->body, exchange->body_length);
}

static void expect_same(struct cs_slice page, size_t piece, size_t room)
{
    static char whole[SAID_SIZE];
    static char outlined[SAID_SIZE];
    struct cs_exchange exchange;

    say(whole, page);
    say(outlined, receive(&exchange, page, piece, room));
    assert_string_equal(outlined, whole);
}

static void test_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct cs_slice page = cs_slice_of(pages[i]);
        for (size_t piece = 1; piece <= page.length; piece++) {
            expect_same(page, piece, ROOM);
        }
        /* Without room beside the text it stays as it is. */
        for (size_t room = page.length; room < page.length + 300; room++) {
            expect_same(page, page.length, room);
        }
    }
}

/* What is damaged is found, and where it was found; what is cut short is cut short. */
static void test_other_bytes(void **state)
{
    static const char bytes[] = "\"\\{}[],: \xff"
                                "0n";
    static char text[ROOM];

    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        size_t length = strlen(pages[i]);
        for (size_t at = 0; at < length; at++) {
            for (const char *byte = bytes; *byte != '\0'; byte++) {
                memcpy(text, pages[i], length);
                text[at] = *byte;
                expect_same(cs_slice_make(text, length), 7, ROOM);
            }
            expect_same(cs_slice_make(pages[i], at), 64, ROOM);
        }
    }
}

/* Little is held, and nothing is left behind of what was dropped. */
static void test_what_is_held(void **state)
{
    static char page[ROOM];
    struct cs_exchange exchange;
    size_t length = (size_t)snprintf(page, sizeof page, "{\"connections\":[");

    (void)state;
    for (int i = 0; i < 12; i++) {
        length += (size_t)snprintf(page + length, sizeof page - length,
                                   "%s{\"id\":\"con_%d\",\"name\":\"n\",\"strategy\":\"x\","
                                   "\"options\":{\"client_secret\":\"%0500d\\\"]}\"}}",
                                   i == 0 ? "" : ",", i, 777);
    }
    length += (size_t)snprintf(page + length, sizeof page - length, "]}");
    struct cs_slice kept = receive(&exchange, cs_slice_make(page, length), 100, ROOM);
    assert_true(kept.length < 1000 && exchange.arena->high_water < 1800);
    for (size_t at = 0; at < ROOM; at++) {
        assert_true(at < kept.length || kept.data[at] == '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_other_bytes),
        cmocka_unit_test(test_what_is_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
