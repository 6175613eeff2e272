/* connsync.json: what it says, and each thing that can be wrong with it. */
#include "desired_support.h"

#define FIRST "'set_user_root_attributes':'on_first_login'"
#define ONE "'connections':[{'name':'a'," FIRST "}]"

static const char whole[] =
    " {\n'domain' : 'https://tenant.eu.auth0.com:8443/','client_id':'an\\u002did',"
    "'client_secret':'MARKER\\'w\\u00e9 \\ud83d\\ude00\\\\','audience':'urn:x','every':'15m',"
    "'all':true," FIRST ",'except':['z','con_z'],'connections':["
    "{'name':'google-oauth2','set_user_root_attributes':'off'},"
    "{'set_user_root_attributes':'never_on_login','id':'con_1'} , "
    "{'strategy':'samlp','set_user_root_attributes':'on'}\t]}\r\n";

static void expect_text(const struct cs_desired *desired, enum cs_desired_member member,
                        const char *wanted)
{
    size_t size = strlen(wanted) + 1;
    char *out = malloc(size);

    assert_non_null(out);
    assert_int_equal(cs_desired_string(desired, member, NULL, 0), size);
    assert_int_equal(cs_desired_string(desired, member, out, size - 1), size);
    assert_int_equal(cs_desired_string(desired, member, out, size), size);
    assert_string_equal(out, wanted);
    free(out);
}

static void expect_entry(const struct cs_desired *desired, size_t index, enum cs_desired_member key,
                         const char *wanted, enum connsync_setting setting)
{
    char text[CS_DESIRED_ENTRY_SIZE];

    assert_true(index < desired->count);
    cs_desired_entry_text(desired, &desired->entries[index], text);
    assert_string_equal(text, wanted);
    assert_int_equal(desired->entries[index].key, key);
    assert_int_equal(desired->entries[index].setting, setting);
}

static void expect_whole(const struct document *document)
{
    const struct cs_desired *desired = &document->desired;
    char host[CS_HOST_SIZE];
    uint16_t port = 443;

    assert_string_equal(document->sentence, "");
    assert_true(cs_desired_domain(desired, host, &port));
    assert_string_equal(host, "tenant.eu.auth0.com");
    assert_int_equal(port, 8443);
    expect_text(desired, CS_DESIRED_CLIENT_ID, "an-id");
    expect_text(desired, CS_DESIRED_CLIENT_SECRET, "MARKER\"w\xC3\xA9 \xF0\x9F\x98\x80\\");
    expect_text(desired, CS_DESIRED_AUDIENCE, "urn:x");
    assert_int_equal(cs_desired_string(desired, CS_DESIRED_TOKEN, NULL, 0), 0);
    assert_int_equal(desired->every_s, 900);
    assert_true(desired->all);
    assert_int_equal(desired->rest.setting, CONNSYNC_ON_FIRST_LOGIN);
    assert_int_equal(desired->count, 5);
    expect_entry(desired, 0, CS_DESIRED_NAME, "z", CONNSYNC_SETTING_UNKNOWN);
    expect_entry(desired, 1, CS_DESIRED_ID, "con_z", CONNSYNC_SETTING_UNKNOWN);
    expect_entry(desired, 2, CS_DESIRED_NAME, "google-oauth2", CONNSYNC_ON_FIRST_LOGIN);
    expect_entry(desired, 3, CS_DESIRED_ID, "con_1", CONNSYNC_NEVER_ON_LOGIN);
    expect_entry(desired, 4, CS_DESIRED_STRATEGY, "samlp", CONNSYNC_ON_EACH_LOGIN);
}

static void test_whole(void **state)
{
    struct document document = read_quoted(whole, 5);

    (void)state;
    expect_whole(&document);
    forget(&document);
}

/* Every character of every string may be spelled as an escape, names of members too. */
static void test_escaped(void **state)
{
    char *text = with_quotes(whole);
    char *escaped = malloc(6 * sizeof whole);
    size_t length = 0;
    bool inside = false;

    (void)state;
    assert_non_null(escaped);
    for (size_t i = 0; text[i] != '\0'; i++) {
        inside = inside != (text[i] == '"');
        if (inside && text[i] == '\\') { /* an escape already: kept with what it escapes */
            escaped[length++] = text[i++];
            escaped[length++] = text[i];
            for (int more = text[i] == 'u' ? 4 : 0; more > 0; more--) {
                escaped[length++] = text[++i];
            }
        } else if (inside && text[i] != '"') {
            length += (size_t)sprintf(escaped + length, "\\u%04x", (unsigned)text[i]);
        } else {
            escaped[length++] = text[i];
        }
    }
    struct document document = read_bytes(escaped, length, 5);
    expect_whole(&document);
    forget(&document);
    free(escaped);
    free(text);
}

static void test_defaults(void **state)
{
    struct document document = read_quoted("{" ONE "}", 1);
    char host[CS_HOST_SIZE];
    uint16_t port = 0;

    (void)state;
    assert_true(document.ok);
    assert_int_equal(document.desired.every_s, 3600);
    assert_false(document.desired.all);
    assert_false(cs_desired_domain(&document.desired, host, &port));
    forget(&document);
    document = read_quoted("{'all':false," ONE "}", 1);
    assert_true(document.ok);
    forget(&document);
    document = read_quoted("{'all':true," FIRST "}", 0);
    assert_true(document.ok);
    assert_int_equal(document.desired.count, 0);
    forget(&document);
}

/* ---- What is wrong ---- */

static const struct {
    const char *text;
    const char *sentence;
} faults[] = {
    {"", "line 1, column 1: not strict JSON (RFC 8259)"},
    {"{\n 'domain': 'x',\n}", "line 3, column 1: not strict JSON (RFC 8259)"},
    {"{" ONE "} x", "line 1, column 76: not strict JSON (RFC 8259)"},
    {"[]", "the document: must be an object"},
    {"1", "the document: must be an object"},
    {"{}", "connections: is missing"},
    {"{'all':false}", "connections: is missing"},
    {"{'connexions':[]}", "the document: unknown member \"connexions\""},
    {"{'':1}", "the document: unknown member \"\""},
    {"{'a\\u001b[2Jb':1}", "the document: unknown member \"a...\""},
    {"{'caf\xC3\xA9 x':1}", "the document: unknown member \"caf???x\""},
    {"{'0123456789012345678901234567890123456789':1}",
     "the document: unknown member \"0123456789012345678901234567890123456789\""},
    {"{'01234567890123456789012345678901234567890':1}",
     "the document: unknown member \"0123456789012345678901234567890123456789...\""},
    {"{'Domain':'x'}", "the document: unknown member \"Domain\""},
    {"{'domain\\u0000':'x'}", "the document: unknown member \"domain...\""},
    {"{'name':'x'}", "the document: unknown member \"name\""},
    {"{'domain':'a','d\\u006fmain':'a'}", "domain: is there twice"},
    {"{" ONE "," ONE "}", "connections: is there twice"},
    {"{'domain':1}", "domain: must be a string"},
    {"{'client_id':null}", "client_id: must be a string"},
    {"{'client_secret':['x']}", "client_secret: must be a string"},
    {"{'token':{}}", "token: must be a string"},
    {"{'audience':true}", "audience: must be a string"},
    {"{'every':60}", "every: must be a string"},
    {"{'set_user_root_attributes':false}", "set_user_root_attributes: must be a string"},
    {"{'all':'true'}", "all: must be true or false"},
    {"{'all':1}", "all: must be true or false"},
    {"{'all':null}", "all: must be true or false"},
    {"{'except':'x'}", "except: must be a list"},
    {"{'connections':{}}", "connections: must be a list"},
    {"{'connections':['x']}", "connections[0]: must be an object"},
    {"{'connections':[[]]}", "connections[0]: must be an object"},
    {"{'connections':[{'name':'a'," FIRST "},{'name':'b'," FIRST "},null]}",
     "connections[2]: must be an object"},
    {"{'except':['x',1]}", "except[1]: must be a string"},
    {"{'except':[{'name':'x'}]}", "except[0]: must be a string"},
    {"{'connections':[{'name':1}]}", "connections[0].name: must be a string"},
    {"{'connections':[{'set_user_root_attributes':true}]}",
     "connections[0].set_user_root_attributes: must be a string"},
    {"{'domain':''}", "domain: must not be empty"},
    {"{'token':''}", "token: must not be empty"},
    {"{'every':''}", "every: must not be empty"},
    {"{'connections':[]}", "connections: must not be empty"},
    {"{'except':[ ]}", "except: must not be empty"},
    {"{'connections':[{'strategy':''}]}", "connections[0].strategy: must not be empty"},
    {"{'client_secret':'a\\u0000b'}", "client_secret: has a character that may not be in it"},
    {"{'client_secret':'a\\n'}", "client_secret: has a character that may not be in it"},
    {"{'client_secret':'a\x7f'}", "client_secret: has a character that may not be in it"},
    {"{'client_secret':'\\ud83d'}", "client_secret: has a character that may not be in it"},
    {"{'client_secret':'\\ude00\\ud83d'}", "client_secret: has a character that may not be in it"},
    {"{'token':'a b'}", "token: has a character that may not be in it"},
    {"{'token':'\xC3\xA9'}", "token: has a character that may not be in it"},
    {"{'except':['a\\tb']}", "except[0]: has a character that may not be in it"},
    {"{'except':['a\\u0080b']}", "except[0]: has a character that may not be in it"},
    {"{'except':['a\xC2\x9F']}", "except[0]: has a character that may not be in it"},
    {"{'domain':'http://x'}", "domain: must be HOST or HOST:PORT, as in tenant.eu.auth0.com"},
    {"{'domain':'x/y'}", "domain: must be HOST or HOST:PORT, as in tenant.eu.auth0.com"},
    {"{'every':'60'}", "every: must be a whole number and s, m, h or d, from 1s to 30d"},
    {"{'every':'31d'}", "every: must be a whole number and s, m, h or d, from 1s to 30d"},
    {"{'every':'100000000000000000000s'}",
     "every: must be a whole number and s, m, h or d, from 1s to 30d"},
    {"{'all':true,'set_user_root_attributes':'of'}",
     "set_user_root_attributes: must be on_each_login, on_first_login or never_on_login"},
    {"{'connections':[{'name':'a'," FIRST "},{'set_user_root_attributes':'On'}]}",
     "connections[1].set_user_root_attributes: must be on_each_login, on_first_login or "
     "never_on_login"},
    {"{'connections':[{'id':'a'," FIRST "}]}",
     "connections[0].id: must begin with con_; is it a name"},
    {"{'connections':[{'name':'con_a'," FIRST "}]}",
     "connections[0].name: begins with con_; give it as id"},
    {"{'connections':[{" FIRST "}]}", "connections[0]: needs exactly one of id, name and strategy"},
    {"{'connections':[{}]}", "connections[0]: needs exactly one of id, name and strategy"},
    {"{'connections':[{'name':'a','id':'con_a'," FIRST "}]}",
     "connections[0]: needs exactly one of id, name and strategy"},
    {"{'connections':[{'strategy':'a','name':'b'," FIRST "}]}",
     "connections[0]: needs exactly one of id, name and strategy"},
    {"{'connections':[{'name':'a','name':'a'," FIRST "}]}", "connections[0].name: is there twice"},
    {"{'connections':[{'name':'a','enabled':true}]}", "connections[0]: unknown member \"enabled\""},
    {"{'connections':[{'domain':'a'}]}", "connections[0]: unknown member \"domain\""},
    {"{'connections':[{'name':'a'}]}", "connections[0].set_user_root_attributes: is missing"},
    {"{'all':true," ONE "}", "set_user_root_attributes: is missing"},
    {"{" FIRST "," ONE "}", "set_user_root_attributes: only goes with \"all\": true"},
    {"{'except':['b']," ONE "}", "except: only goes with \"all\": true"},
    {"{'token':'t','client_id':'i'," ONE "}", "token: remove it, or client_id and client_secret"},
    {"{'client_secret':'i','token':'t'," ONE "}",
     "token: remove it, or client_id and client_secret"},
    {"{'connections':[{'name':'a'," FIRST "},{'name':'b'," FIRST "},{'name':'\\u0061',"
     "'set_user_root_attributes':'on'}]}",
     "connections[2]: the same as connections[0]"},
    {"{" ONE ",'all':true," FIRST ",'except':['b','a']}", "except[1]: the same as connections[0]"},
    {"{'except':['a'],'all':true," FIRST "," ONE "}", "connections[0]: the same as except[0]"},
    {"{'except':['a','con_b','con_b'],'all':true," FIRST "}", "except[2]: the same as except[1]"},
    {"{'connections':[{'name':'a'," FIRST "},{'name':'b'," FIRST "},{'name':'c'," FIRST "},"
     "{'name':'d'," FIRST "}]}",
     "connections: too many; there is room for 3"},
};

static void test_faults(void **state)
{
    bool seen[CS_DESIRED_ERR_BOARD_CREDENTIALS + 1] = {false};
    char one[] = "{}";
    struct document document;

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        document = read_quoted(faults[i].text, 3);
        assert_string_equal(document.sentence, faults[i].sentence);
        seen[document.fault.error] = true;
        forget(&document);
    }
    document.ok = cs_desired_read(&document.desired, cs_slice_make(one, CS_DESIRED_TEXT_MAX + 1),
                                  NULL, 0, &document.fault);
    explain(&document, cs_slice_of(one));
    assert_string_equal(document.sentence, "the document: too large");
    for (size_t error = 1; error < CS_DESIRED_ERR_UNMATCHED; error++) {
        assert_true(seen[error] || error == CS_DESIRED_ERR_TOO_LARGE ||
                    error == CS_DESIRED_ERR_TOO_LONG);
    }
}

/* The longest string that each member takes, and one byte more. */
static void test_limits(void **state)
{
    static const struct {
        const char *before;
        size_t limit;
        const char *after;
        const char *place;
    } cases[] = {
        {"{'domain':'", CS_HOST_SIZE - 1, "'," ONE "}", "domain"},
        {"{'client_id':'", 255, "'," ONE "}", "client_id"},
        {"{'client_secret':'", 1023, "'," ONE "}", "client_secret"},
        {"{'token':'", 16383, "'," ONE "}", "token"},
        {"{'audience':'", 255, "'," ONE "}", "audience"},
        {"{'connections':[{'name':'", 128, "'," FIRST "}]}", "connections[0].name"},
        {"{'connections':[{'id':'con_", 60, "'," FIRST "}]}", "connections[0].id"},
        {"{'connections':[{'strategy':'", 64, "'," FIRST "}]}", "connections[0].strategy"},
        {"{'all':true," FIRST ",'except':['", 128, "']}", "except[0]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t more = 0; more < 2; more++) {
            size_t limit = cases[i].limit + more;
            char *text = malloc(limit * 6 + 256);
            assert_non_null(text);
            strcpy(text, cases[i].before);
            for (size_t k = 0; k < limit; k++) {
                strcat(text, k % 64 == 0 ? "\\u0078" : "x");
            }
            strcat(text, cases[i].after);
            struct document document = read_quoted(text, 1);
            assert_int_equal(document.ok, more == 0);
            assert_int_equal(document.fault.error == CS_DESIRED_ERR_TOO_LONG, more == 1);
            assert_int_equal(
                strncmp(document.sentence, cases[i].place, more * strlen(cases[i].place)), 0);
            forget(&document);
            free(text);
        }
    }
}

static void test_intervals(void **state)
{
    static const struct {
        const char *text;
        uint32_t seconds; /* 0: not an interval */
    } cases[] = {
        {"1s", 1},       {"59s", 59},        {"2592000s", 2592000},
        {"2592001s", 0}, {"15m", 900},       {"43201m", 0},
        {"1h", 3600},    {"720h", 2592000},  {"721h", 0},
        {"1d", 86400},   {"30d", 2592000},   {"0s", 0},
        {"0d", 0},       {"s", 0},           {"", 0},
        {"1", 0},        {"-1s", 0},         {"1 h", 0},
        {" 1h", 0},      {"1.5h", 0},        {"1H", 0},
        {"1h30m", 0},    {"4294967297s", 0}, {"007s", 7},
        {"1w", 0},
    };
    uint32_t seconds;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t wanted = cases[i].seconds;
        seconds = 0;
        assert_int_equal(cs_interval_read(cases[i].text, &seconds), wanted > 0);
        assert_int_equal(seconds, wanted);
    }
}

/* ---- What a board can do ---- */

static void expect_board(const char *quoted, const char *sentence)
{
    struct document document = read_quoted(quoted, 99);

    assert_string_equal(document.sentence, "");
    document.ok = cs_desired_check_board(&document.desired, &document.fault);
    explain(&document, document.desired.text);
    assert_string_equal(document.sentence, sentence);
    forget(&document);
}

static void test_boards(void **state)
{
    char many[4096] = "{'domain':'d','token':'t','connections':[";

    (void)state;
    expect_board("{'domain':'d','token':'t'," ONE "}", "");
    expect_board("{'domain':'d','client_id':'i','client_secret':'s'," ONE "}", "");
    expect_board("{'token':'t'," ONE "}", "domain: is missing");
    expect_board("{'domain':'d'," ONE "}",
                 "the document: a board needs a token, or client_id and client_secret");
    expect_board("{'domain':'d','client_id':'i'," ONE "}",
                 "the document: a board needs a token, or client_id and client_secret");
    expect_board("{'domain':'d','client_secret':'i'," ONE "}",
                 "the document: a board needs a token, or client_id and client_secret");
    expect_board("{'domain':'d','token':'t','all':true," FIRST "}",
                 "all: a board needs each connection in connections");
    expect_board("{'domain':'d','token':'t','connections':[{'name':'a'," FIRST "},"
                 "{'strategy':'s'," FIRST "}]}",
                 "connections[1].strategy: a board needs the id or the name instead");
    for (int i = 0; i < 32; i++) {
        (void)sprintf(many + strlen(many), "%s{'name':'n%d'," FIRST "}", i > 0 ? "," : "", i);
    }
    size_t length = strlen(many);
    strcpy(many + length, "]}");
    expect_board(many, "");
    strcpy(many + length, ",{'name':'x'," FIRST "}]}");
    expect_board(many, "connections: too many; there is room for 32");
}

/* ---- Damage ---- */

static void check_survivor(const struct document *document)
{
    static char out[CS_DESIRED_TOKEN_SIZE];
    uint16_t port = 0;

    for (int member = 0; member <= CS_DESIRED_AUDIENCE; member++) {
        size_t size =
            cs_desired_string(&document->desired, (enum cs_desired_member)member, out, sizeof out);
        assert_true(size <= sizeof out);
        assert_true(size == 0 || strlen(out) == size - 1);
    }
    (void)cs_desired_domain(&document->desired, out, &port);
    for (size_t i = 0; i < document->desired.count; i++) {
        cs_desired_entry_text(&document->desired, &document->desired.entries[i], out);
        assert_true(strlen(out) > 0);
    }
}

/* Every byte of a good document, with every other value; and the document cut at every
 * byte. Whatever comes of it is well-formed or an error, and never has a secret in it. */
static void test_damaged(void **state)
{
    char *text = with_quotes(whole);
    size_t length = strlen(text);

    (void)state;
    for (size_t i = 0; i < length; i++) {
        char kept = text[i];
        for (int value = 0; value < 256; value++) {
            text[i] = (char)value;
            struct document document = read_bytes(text, length, 5);
            if (document.ok) {
                check_survivor(&document);
            } else {
                assert_true(strlen(document.sentence) > 10);
                assert_null(strstr(document.sentence, "MARKER"));
            }
            forget(&document);
        }
        text[i] = kept;
        struct document cut = read_bytes(text, i, 5);
        assert_int_equal(cut.ok, i > length - 3); /* line end and carriage return may go */
        forget(&cut);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),    cmocka_unit_test(test_escaped),
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_faults),
        cmocka_unit_test(test_limits),   cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_boards),   cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
