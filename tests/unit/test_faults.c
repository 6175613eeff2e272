/* All faults of a connsync.json at once: each has its place, and what follows from one is not told. */
#include "desired_support.h"

#include "platform/posix/cli/check/faults.h"

#define SETTING "'set_user_root_attributes':"

struct told {
    char text[16384];
    size_t length;
    struct cs_slice document;
};

/* "LINE:COLUMN sentence" of each, with a line end. */
static void tell(void *context, const struct cs_desired_fault *fault,
                 const struct fault_place *place)
{
    struct told *told = context;
    char sentence[CS_DESIRED_SENTENCE_SIZE];
    struct cs_writer writer;

    cs_writer_init(&writer, sentence, sizeof sentence);
    cs_desired_explain(fault, told->document, &writer);
    int length = snprintf(told->text + told->length, sizeof told->text - told->length, "%u:%u %s\n",
                          (unsigned)place->line, (unsigned)place->column, sentence);
    assert_true(length > 0 && (size_t)length < sizeof told->text - told->length);
    told->length += (size_t)length;
}

static void assert_faults_of(const char *quoted, const char *wanted)
{
    struct told told = {"", 0, {NULL, 0}};
    struct faults_document document;
    size_t lines = 0;

    memset(&document, 0, sizeof document);
    char *text = with_quotes(quoted);
    document.text = cs_slice_make(text, strlen(text));
    told.document = document.text;
    document.copy = malloc(document.text.length + 1);
    document.entries = malloc((ENTRIES + 1) * sizeof *document.entries);
    document.capacity = ENTRIES;
    assert_non_null(document.copy);
    assert_non_null(document.entries);
    size_t count = faults_find(&document, tell, &told);
    assert_string_equal(told.text, wanted);
    for (const char *at = told.text; *at != '\0'; at++) {
        lines += *at == '\n';
    }
    assert_int_equal(count, lines);
    free(document.entries);
    free(document.copy);
    free(text);
}

static void test_none(void **unused)
{
    (void)unused;
    assert_faults_of("{'all':true," SETTING "'on'}", "");
    assert_faults_of(" {'connections':[{'name':'a'," SETTING "'off'}],'domain':'t.example'} ", "");
}

static void test_all_at_once(void **unused)
{
    (void)unused;
    assert_faults_of("{'domain':'x y','every':'0s',\n"
                     " 'connections':[\n"
                     "  {'id':'nope'," SETTING "'onn'},\n"
                     "  {'nmae':'x'," SETTING "'on'},\n"
                     "  {'name':'same'," SETTING "'on'},\n"
                     "  {'name':'same'," SETTING "'off'},\n"
                     "  {'name':'x'}, 7 ],\n"
                     " 'token':'a', 'client_id':'b', 'except':['y'] }",
                     "1:2 domain: must be HOST or HOST:PORT, as in tenant.eu.auth0.com\n"
                     "1:17 every: must be a whole number and s, m, h or d, from 1s to 30d\n"
                     "3:4 connections[0].id: must begin with con_; is it a name\n"
                     "3:16 connections[0].set_user_root_attributes: must be on_each_login, "
                     "on_first_login or never_on_login\n"
                     "4:4 connections[1]: unknown member \"nmae\"\n"
                     "7:3 connections[4].set_user_root_attributes: is missing\n"
                     "7:17 connections[5]: must be an object\n"
                     "8:2 token: remove it, or client_id and client_secret\n"
                     "8:32 except: only goes with \"all\": true\n"
                     "6:3 connections[3]: the same as connections[2]\n");
}

/* A member that was blanked is not missing, a list of which nothing is left not empty. */
static void test_what_follows_is_not_told(void **unused)
{
    (void)unused;
    assert_faults_of("{'connections':7}", "1:2 connections: must be a list\n");
    assert_faults_of("{'connections':[7]}", "1:17 connections[0]: must be an object\n");
    assert_faults_of("{'connections':[]}", "1:2 connections: must not be empty\n");
    assert_faults_of("{'all':7," SETTING "'on','except':['x']}",
                     "1:2 all: must be true or false\n");
    assert_faults_of("{'all':true," SETTING "'x','except':[7]}",
                     "1:13 set_user_root_attributes: must be on_each_login, on_first_login or "
                     "never_on_login\n1:54 except[0]: must be a string\n");
    assert_faults_of("{'all':true}", "1:1 set_user_root_attributes: is missing\n");
    assert_faults_of("{}", "1:1 connections: is missing\n");
}

static void test_twice(void **unused)
{
    (void)unused;
    assert_faults_of("{'domain':'x y','domain':'t.example','all':true," SETTING "'on'}",
                     "1:17 domain: is there twice\n"
                     "1:2 domain: must be HOST or HOST:PORT, as in tenant.eu.auth0.com\n");
    assert_faults_of("{'all':true," SETTING "'on','except':['a','b','a']}",
                     "1:63 except[2]: the same as except[0]\n");
}

/* Each byte at which a text may end has one fault at the least. */
static void test_cut(void **unused)
{
    static const char whole[] = "{'connections':[{'name':'a'," SETTING "'off'}],'x':[1,{}]}";
    char cut[sizeof whole];

    (void)unused;
    for (size_t length = 0; length + 1 < sizeof whole; length++) {
        struct told told = {"", 0, {NULL, 0}};
        struct cs_desired_entry entries[4];
        char copy[sizeof whole];
        struct faults_document document = {.copy = copy, .entries = entries, .capacity = 4};
        memcpy(cut, whole, length);
        for (size_t i = 0; i < length; i++) {
            cut[i] = cut[i] == '\'' ? '"' : cut[i];
        }
        document.text = cs_slice_make(cut, length);
        told.document = document.text;
        assert_int_equal(faults_find(&document, tell, &told), 1);
        assert_non_null(strstr(told.text, "not strict JSON"));
    }
}

static void test_no_more_than_the_limit(void **unused)
{
    enum {
        COUNT = 2 * FAULTS_MAX
    };
    static char text[COUNT * 16];
    static struct cs_desired_entry entries[COUNT];
    static char copy[sizeof text];
    struct told told = {"", 0, {NULL, 0}};
    struct faults_document document = {.copy = copy, .entries = entries, .capacity = COUNT};
    size_t length = (size_t)snprintf(text, sizeof text, "{\"connections\":[");

    (void)unused;
    for (unsigned i = 0; i < COUNT; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s7", i > 0 ? "," : "");
    }
    length += (size_t)snprintf(text + length, sizeof text - length, "]}");
    document.text = cs_slice_make(text, length);
    told.document = document.text;
    told.length = 0;
    assert_int_equal(faults_find(&document, tell, &told), FAULTS_MAX);
    assert_non_null(strstr(told.text, "connections[99]: must be an object"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_what_follows_is_not_told),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_no_more_than_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
