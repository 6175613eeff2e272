/* Digests: equal for equal values however spelled, different for all others. */
#include "json_support.h"

#include "core/json/siphash.h"

static uint64_t digest_with(const char *text, const struct cs_digest_key *key)
{
    struct parsed p = parse(text);
    uint64_t digest = cs_json_digest(p.value, key);

    release(&p);
    return digest;
}

static uint64_t digest(const char *text)
{
    return digest_with(text, &test_key);
}

/* The example of the SipHash paper, appendix A: the key 00..0f, the input 00..0e. Fed as
 * bytes, and as a word and a part of one. */
static void test_published_vector(void **state)
{
    struct cs_sip sip;

    (void)state;
    cs_sip_start(&sip, test_key.k0, test_key.k1);
    for (unsigned byte = 0; byte < 15; byte++) {
        cs_sip_add(&sip, byte, 1);
    }
    assert_true(cs_sip_end(&sip) == 0xA129CA6149BE45E5);
    cs_sip_start(&sip, test_key.k0, test_key.k1);
    cs_sip_add(&sip, 0x0706050403020100, 8);
    cs_sip_add(&sip, 0x0E0D0C0B0A0908, 7);
    assert_true(cs_sip_end(&sip) == 0xA129CA6149BE45E5);
}

/* Lines of spellings of one value each, apart by `|`. Two lines never agree. */
static const char *const same[] = {
    "0|-0|0.0|-0.0|0e5|0.000e-7|-0E+99999999999999999999999999|0e0",
    "1|1.0|1e0|10e-1|1E+0|0.1e1|100e-2|1.000|0.0001e4|1e00000000000000000000000000",
    "-1|-1.0|-10e-1",
    "10|1e1|10.0|100e-1|0.01e3|1E+1",
    "0.1|1e-1|10e-2|0.10|0.010e1",
    "-0.1|-1e-1",
    "100|1e2|1E2|1e+2|10e1",
    "1000|1e3|1000.000",
    "12345678901234567890|1234567890123456789e1|1.2345678901234567890e19",
    "12345678901234567000|12345678901234567e3",
    "0.1234567890123456789|1234567890123456789e-19",
    "0.1234567890123456788",
    "101|1.01e2|10.1e1",
    "1.01|101e-2|0.0101e2",
    "11|1.1e1",
    "1.1|11e-1|0.11e1",
    "105|1.05e2|10500e-2",
#if PTRDIFF_MAX > INT32_MAX /* elsewhere as they are spelled */
    "1e999999999999|10e999999999998|0.1e1000000000000",
    "1e-999999999999|0.1e-999999999998|10e-1000000000000",
    "1e999999999999999999|10e999999999999999998",
#endif
    "1e999999999998",
    "-1e999999999999",
    "1e99999999999999999999999",
    "1e-99999999999999999999999",
    "2e99999999999999999999999",
    "1e18446744073709551616",
    "3|3.0",
    "\"3\"|\"\\u0033\"",
    "\"3.0\"",
    "\"\"",
    "\"a\"|\"\\u0061\"",
    "\"A\"|\"\\u0041\"",
    "\"a\\u0000\"",
    "\"\\u0000\"",
    "\"\\u0000\\u0000\"",
    "\"\\n\"|\"\\u000a\"|\"\\u000A\"",
    "\"\\\\n\"|\"\\u005cn\"",
    "\"/\"|\"\\/\"|\"\\u002f\"",
    "\"\xC3\xA9\"|\"\\u00e9\"|\"\\u00E9\"",
    "\"e\\u0301\"|\"e\xCC\x81\"",
    "\"\xF0\x9F\x98\x80\"|\"\\ud83d\\ude00\"|\"\\uD83D\\uDE00\"",
    "\"\\ud83d\"|\"\\uD83D\"",
    "\"\\ude00\\ud83d\"",
    "\"\\ufffd\"|\"\xEF\xBF\xBD\"",
    "\"null\"",
    "\"true\"",
    "null| null ",
    "true|\ntrue",
    "false",
    "[]|[ ]",
    "{}|{ }",
    "[[]]",
    "[{}]",
    "[[],[]]",
    "[[[]]]",
    "[[[],[]]]",
    "[[],[[]]]",
    "[[[]],[]]",
    "{\"a\":{}}",
    "{\"a\":[]}",
    "{\"\":[]}",
    "[null]",
    "[null,null]",
    "[0]|[-0.0]",
    "[1,2]|[ 1 , 2.0 ]",
    "[2,1]",
    "[1,2,3]",
    "[[1,2],3]",
    "[1,[2,3]]",
    "[12]",
    "[\"1\",\"2\"]",
    "[\"1,2\"]",
    "[\"a\",1]",
    "{\"a\":1}|{\"\\u0061\":1e0}| { \"a\" : 1.0 } ",
    "{\"a\":1,\"a\":1}",
    "{\"b\":1,\"b\":1}",
    "{\"a\":1,\"a\":1,\"a\":1}",
    "{\"a\":1,\"a\":2}|{\"a\":2,\"a\":1}",
    "{\"a\":1,\"b\":2}|{\"b\":2,\"a\":1}|{\"b\":20e-1, \"a\":1.0}",
    "{\"a\":2,\"b\":1}|{\"b\":1,\"a\":2}",
    "{\"b\":\"a\"}",
    "{\"a\":\"b\"}",
    "[\"a\",\"b\"]",
    "{\"x\":{\"a\":1,\"b\":[1,{\"c\":2}]},\"y\":0}|{\"y\":0,\"x\":{\"b\":[1,{\"c\":2}],\"a\":1}}",
    "{\"x\":{\"a\":1,\"b\":[{\"c\":2},1]},\"y\":0}",
    "{\"x\":{\"a\":1},\"y\":{\"b\":2}}|{\"y\":{\"b\":2},\"x\":{\"a\":1}}",
    "{\"x\":{\"b\":2},\"y\":{\"a\":1}}",
    "[1,[2]]",
    "[[1],2]",
    "[[1,2]]",
    "[{},1]",
    "[{\"a\":1}]",
    "{\"a\":{\"a\":1}}",
    "{\"a\":[1]}",
    "{\"a\":[[1]]}",
    "{\"a\":{\"b\":1},\"c\":2}|{\"c\":2,\"a\":{\"b\":1}}",
    "{\"a\":{\"b\":1,\"c\":2}}",
    "{\"a\":1,\"b\":{\"c\":2}}",
    "{\"x\":{\"a\":1,\"b\":2},\"y\":{}}",
};

#define LINES (sizeof same / sizeof same[0])

static void test_equal_and_unequal(void **state)
{
    uint64_t digests[LINES] = {0};
    char line[512];

    (void)state;
    for (size_t i = 0; i < LINES; i++) {
        char *spelling;
        bool first = true;

        assert_true(strlen(same[i]) < sizeof line);
        strcpy(line, same[i]);
        for (spelling = strtok(line, "|"); spelling != NULL; spelling = strtok(NULL, "|")) {
            uint64_t found = digest(spelling);
            digests[i] = first ? found : digests[i];
            first = false;
            if (found != digests[i]) {
                print_error("differs from its line: %s\n", spelling);
            }
            assert_true(found == digests[i]);
        }
        for (size_t j = 0; j < i; j++) {
            if (digests[i] == digests[j]) {
                print_error("same digest: %s and %s\n", same[i], same[j]);
            }
            assert_true(digests[i] != digests[j]);
        }
    }
}

static void test_value_inside(void **state)
{
    struct parsed p = parse("{\"a\":{\"b\":[1,{\"c\":\"d\"}]},"
                            "\"e\":{\"b\":[1.0,{\"\\u0063\":\"d\"}]},"
                            "\"f\":\"d\",\"g\":[]}");
    struct cs_slice a = cs_json_member(p.value, "a");
    struct cs_slice e = cs_json_member(p.value, "e");
    struct cs_slice f = cs_json_member(p.value, "f");
    struct cs_slice g = cs_json_member(p.value, "g");

    (void)state;
    assert_true(cs_json_digest(a, &test_key) == cs_json_digest(e, &test_key));
    assert_true(cs_json_digest(a, &test_key) == digest("{\"b\":[1,{\"c\":\"d\"}]}"));
    assert_true(cs_json_digest(f, &test_key) == digest("\"d\""));
    assert_true(cs_json_digest(g, &test_key) == digest("[]"));
    release(&p);
}

static void test_key_matters(void **state)
{
    static const char *const texts[] = {"1", "\"a\"", "null", "[]", "{\"a\":[1]}"};
    struct cs_digest_key other = test_key;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        other = test_key;
        other.k0 ^= 1;
        assert_true(digest(texts[i]) != digest_with(texts[i], &other));
        other = test_key;
        other.k1 ^= (uint64_t)1 << 63;
        assert_true(digest(texts[i]) != digest_with(texts[i], &other));
    }
}

/* Members in any order, at a size where a slip of the walk would show. */
static void test_many_members_in_any_order(void **state)
{
    char forward[8192] = "{";
    char backward[8192] = "{";
    char member[64];

    (void)state;
    for (int i = 0; i < 200; i++) {
        const char *comma = i == 0 ? "" : ",";
        int j = 199 - i;

        snprintf(member, sizeof member, "%s\"k%d\":[%d,{\"v\":%d}]", comma, i, i, i % 7);
        strcat(forward, member);
        snprintf(member, sizeof member, "%s\"k%d\":[%d,{\"v\":%d}]", comma, j, j, j % 7);
        strcat(backward, member);
    }
    strcat(forward, "}");
    strcat(backward, "}");
    assert_true(digest(forward) == digest(backward));
    memcpy(strstr(backward, "\"v\":3"), "\"v\":4", 5);
    assert_true(digest(forward) != digest(backward));
}

/* ---- Members of an object in pieces ---- */

/* May the text be cut before this byte? No string, number, word or mark is cut. */
static bool may_be_cut(const char *text, size_t at)
{
    bool in_string = false;
    bool in_word = false;

    for (size_t i = 0; i < at; i++) {
        if (in_string) {
            in_string = text[i] != '"';
            i += text[i] == '\\';
            in_word = false;
        } else {
            in_string = text[i] == '"';
            in_word = strchr("{}[],: \t\r\n\"", text[i]) == NULL;
        }
    }
    return !in_string && !(in_word && strchr("{}[],: \t\r\n", text[at]) == NULL);
}

/* Each member as the walk over the text says, and with the digests that it has in one piece. */
static void assert_members(const struct cs_slice *pieces, const char *object)
{
    const struct cs_slice whole = cs_slice_of(object);
    struct cs_digest_walk walk;
    struct cs_digest_walk whole_walk;
    struct cs_digested_member member;
    struct cs_digested_member wanted;
    uint64_t sum = 0;
    struct cs_json_walk items;
    struct cs_json_item item;

    cs_digest_walk_begin(&walk, pieces, &test_key);
    cs_digest_walk_begin(&whole_walk, &whole, &test_key);
    cs_json_walk_begin(&items, cs_json_trim(cs_slice_of(object)));
    while (cs_json_walk_next(&items, &item)) {
        assert_true(cs_digest_walk_next(&walk, &member));
        assert_true(cs_slice_equal(member.name, item.name));
        assert_int_equal(member.first, item.value.data[0]);
        assert_true(cs_digest_walk_next(&whole_walk, &wanted));
        assert_true(member.name_digest == wanted.name_digest);
        assert_true(member.value_digest == wanted.value_digest);
        sum += member.value_digest;
    }
    assert_true(walk.sum == sum && cs_digest_members(pieces, &test_key) == sum);
    assert_false(cs_digest_walk_next(&walk, &member));
    assert_false(cs_digest_walk_next(&walk, &member));
}

static const char *const objects[] = {
    "{}",
    " { } ",
    "{\"a\":1}",
    "{ \"\" : \"x\\\"y\" , \"a\\u0062\" : [ 1 , -2.5e3 ] }",
    "{\"n\":null,\"t\":true,\"f\":false,\"a name longer than a word\":\"and its value\"}",
    "{\"o\":{\"a\":{\"b\":{}},\"c\":[[],{}]},\"o\":{\"a\":[{\"x\":1},2]}}",
};

/* Cut once, at each place in turn, and everywhere at once; each piece in memory of its own. */
static void test_pieces(void **state)
{
    struct cs_slice pieces[128];

    (void)state;
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        size_t length = strlen(objects[i]);
        size_t cuts = 0;

        for (size_t only = 0; only <= length; only++) {
            size_t count = 0;
            size_t from = 0;
            for (size_t at = 1; at <= length; at++) {
                bool cut = at < length && (only == 0 || at == only) && may_be_cut(objects[i], at);
                if (cut || at == length) {
                    pieces[count].data = exact_copy(objects[i] + from, at - from);
                    pieces[count++].length = at - from;
                    from = at;
                }
                cuts += cut;
            }
            assert_members(pieces, objects[i]);
            for (size_t k = 0; k < count; k++) {
                free_copy(pieces[k].data);
            }
        }
        assert_true(cuts > 0);
    }
}

/* The members of one object, in the form `[a, b]`: two are equal where the characters of their names
 * are, and their values. What a name ends with is not what a value may begin with. */
static void test_members(void **state)
{
    static const char object[] =
        "{\"a\":1,\"\\u0061\":1.0,\"b\":1,\"a\":\"1\",\"a0\":1,\"a\":{},\"b\":{},\"a\":[],"
        "\"a\\\"b\":\"\",\"a\":\"\\\"b\",\"a\":\"b\",\"ab\":\"\",\"\":\"a\",\"\":null,"
        "\"a\":0,\"a\":null,\"n\":null,\"a\\u00ff\":\"\"}";
    struct cs_digested_member members[32];
    const struct cs_slice whole = cs_slice_of(object);
    struct cs_digest_walk walk;
    size_t count = 0;

    (void)state;
    cs_digest_walk_begin(&walk, &whole, &test_key);
    while (cs_digest_walk_next(&walk, &members[count])) {
        count++;
    }
    assert_int_equal(count, 18);
    assert_true(members[0].name_digest == members[1].name_digest);
    assert_true(members[0].value_digest == members[1].value_digest);
    for (size_t i = 2; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_true(members[i].value_digest != members[j].value_digest);
            assert_true((members[i].name_digest == members[j].name_digest) ==
                        (cs_value_compare(members[i].name, members[j].name) == 0));
        }
    }
}

/* Empty pieces stand anywhere. */
static void test_empty_pieces(void **state)
{
    const struct cs_slice pieces[] = {{"", 0},      {"{", 1},  {NULL, 0}, {"\"a\"", 3}, {"x", 0},
                                      {": [1,", 5}, {"2]", 2}, {"", 0},   {" }", 2}};

    (void)state;
    assert_members(pieces, "{\"a\": [1,2] }");
}

/* Strings of each length around a word's, plain and with an escape at each place. */
static void test_string_lengths(void **state)
{
    char plain[64];
    char escaped[64];

    (void)state;
    for (size_t length = 1; length < 20; length++) {
        for (size_t at = 0; at < length; at++) {
            size_t end = 0;

            plain[0] = '"';
            for (size_t i = 0; i < length; i++) {
                plain[i + 1] = (char)('a' + i);
            }
            strcpy(plain + length + 1, "\"");
            memcpy(escaped, plain, at + 1);
            end = at + 1;
            end += (size_t)sprintf(escaped + end, "\\u%04x", 'a' + (unsigned)at);
            strcpy(escaped + end, plain + at + 2);
            assert_true(digest(plain) == digest(escaped));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vector),
        cmocka_unit_test(test_equal_and_unequal),
        cmocka_unit_test(test_value_inside),
        cmocka_unit_test(test_key_matters),
        cmocka_unit_test(test_many_members_in_any_order),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_empty_pieces),
        cmocka_unit_test(test_string_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
