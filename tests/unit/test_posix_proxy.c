/*
 * Which proxy applies: URLs, exceptions, and where both come from.
 */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/network/posix_proxy.h"

#include "core/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static struct connsync_posix_proxy proxy;

/* --- URLs --- */

struct url_case {
    const char *url;
    const char *host;
    unsigned port_number;
    const char *credentials; /* in Base64 */
};

static const struct url_case urls[] = {
    {"http://proxy.test:3128", "proxy.test", 3128, ""},
    {"http://proxy.test:3128/", "proxy.test", 3128, ""},
    {"HTTP://proxy.test", "proxy.test", 1080, ""},
    {"proxy.test", "proxy.test", 1080, ""},
    {"proxy.test:1", "proxy.test", 1, ""},
    {"proxy_1.a-b.test:65535/", "proxy_1.a-b.test", 65535, ""},
    {"10.0.0.1:8080", "10.0.0.1", 8080, ""},
    {"http://[2001:db8::1]", "2001:db8::1", 1080, ""},
    {"http://[::1]:3128/", "::1", 3128, ""},
    {"[::1]:3128", "::1", 3128, ""},
    {"http://u:p@proxy.test", "proxy.test", 1080, "dTpw"},
    {"u:p@proxy.test:3128", "proxy.test", 3128, "dTpw"},
    {"http://u:p@[::1]:3128", "::1", 3128, "dTpw"},
    {"http://u@proxy.test", "proxy.test", 1080, "dTo="},                  /* u: */
    {"http://u:@proxy.test", "proxy.test", 1080, "dTo="},                 /* u: */
    {"http://:p@proxy.test", "proxy.test", 1080, "OnA="},                 /* :p */
    {"http://@proxy.test", "proxy.test", 1080, "Og=="},                   /* : */
    {"http://u:a:b@proxy.test", "proxy.test", 1080, "dTphOmI="},          /* u:a:b */
    {"http://u:a@b@proxy.test", "proxy.test", 1080, "dTphQGI="},          /* u:a@b */
    {"http://u:%3a%40%2F%25@proxy.test", "proxy.test", 1080, "dTo6QC8l"}, /* u::@/% */
    {"http://%C3%bc:p@proxy.test", "proxy.test", 1080, "w7w6cA=="},       /* u-umlaut:p */
};

static void reads_urls(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(urls); i++) {
        const char *wrong = connsync_posix_proxy_parse(&proxy, urls[i].url);
        if (wrong != NULL) {
            fail_msg("%s: %s", urls[i].url, wrong);
        }
        assert_string_equal(proxy.host, urls[i].host);
        assert_int_equal(proxy.port_number, urls[i].port_number);
        assert_string_equal(proxy.credentials, urls[i].credentials);
    }
}

static const char *const wrong_urls[] = {
    "http://",
    "http:///",
    "/",
    ":3128",
    "http://:3128",
    "http://u:p@",
    "http://u:p@:3128",
    "proxy.test:",
    "proxy.test:0",
    "proxy.test:65536",
    "proxy.test:99999999999999999999",
    "proxy.test:x",
    "proxy.test:-1",
    "proxy.test: 1",
    "proxy.test:1:2",
    "::1",
    "http://::1",
    "http://[::1",
    "http://::1]",
    "http://[::1]x",
    "http://[::1]3128",
    "http://[]",
    "[10.0.0.1]",
    "[proxy.test]",
    "[fe80::1%25eth0]",
    "proxy test",
    " proxy.test",
    "proxy.test ",
    "pr\xc3\xb6xy",
    "proxy.test\r\nX: y",
    "http://proxy.test/path",
    "http://proxy.test?q",
    "http://proxy.test#f",
    "http://proxy.test//",
    "https://proxy.test",
    "HTTPS://proxy.test:443",
    "socks://proxy.test",
    "socks4a://proxy.test",
    "socks5://proxy.test",
    "SOCKS5H://u:p@proxy.test",
    "ftp://proxy.test",
    "://proxy.test",
    "http:/proxy.test",
    "http//proxy.test",
    "http://http://proxy.test",
    /* A password with characters that it should have escaped. */
    "http://u:p/w@proxy.test",
    "http://u:p?w@proxy.test",
    "http://u:p#w@proxy.test",
    /* Escapes that are none, and what credentials may not hold. */
    "http://u:%@proxy.test",
    "http://u:%4@proxy.test",
    "http://u:%4g@proxy.test",
    "http://u:%%41@proxy.test",
    "http://u%3Ax:p@proxy.test",
    "http://u:%00@proxy.test",
    "http://u:%0d%0aX@proxy.test",
    "http://u:\n@proxy.test",
    "http://u%7f:p@proxy.test",
};

/* Nothing may be left, and the sentence may hold nothing of the URL's. */
static void refuses_urls(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(wrong_urls); i++) {
        const char *wrong = connsync_posix_proxy_parse(&proxy, wrong_urls[i]);
        if (wrong == NULL) {
            fail_msg("not refused: %s", wrong_urls[i]);
            return;
        }
        assert_null(strchr(wrong, '\n'));
        assert_string_equal(proxy.host, "");
        for (size_t byte = 0; byte < sizeof proxy.credentials; byte++) {
            assert_int_equal(proxy.credentials[byte], '\0');
        }
        connsync_posix_proxy_wipe(&proxy);
    }
}

/* Hosts and credentials of every length about their limits. */
static void keeps_to_its_limits(void **state)
{
    (void)state;
    static char url[2u * CONNSYNC_POSIX_PROXY_USER_MAX];
    for (unsigned length = 250; length < 260; length++) {
        (void)snprintf(url, sizeof url, "http://%0*d:3128", (int)length, 1);
        bool fits = length <= CONNSYNC_POSIX_HOST_MAX;
        assert_int_equal(connsync_posix_proxy_parse(&proxy, url) == NULL, fits);
        assert_int_equal(strlen(proxy.host), fits ? length : 0);
    }
    for (unsigned length = CONNSYNC_POSIX_PROXY_USER_MAX - 6;
         length < CONNSYNC_POSIX_PROXY_USER_MAX + 6; length++) {
        (void)snprintf(url, sizeof url, "http://u:%0*d@proxy.test", (int)length - 2, 1);
        bool fits = length <= CONNSYNC_POSIX_PROXY_USER_MAX;
        assert_int_equal(connsync_posix_proxy_parse(&proxy, url) == NULL, fits);
        assert_int_equal(strlen(proxy.credentials), fits ? (length + 2) / 3 * 4 : 0);
        connsync_posix_proxy_wipe(&proxy);
    }
}

static void wipes_credentials(void **state)
{
    (void)state;
    assert_null(connsync_posix_proxy_parse(&proxy, "http://user:password@proxy.test"));
    connsync_posix_proxy_wipe(&proxy);
    assert_string_equal(proxy.host, "");
    for (size_t i = 0; i < sizeof proxy.credentials; i++) {
        assert_int_equal(proxy.credentials[i], '\0');
    }
}

/* --- Exceptions --- */

struct exception_case {
    const char *list;
    const char *host;
    unsigned port_number;
    bool fits;
};

static const struct exception_case exceptions[] = {
    {"", "a.test", 443, false},
    {",, ,\t", "a.test", 443, false},
    {"*", "a.test", 443, true},
    {"b.test,*", "::1", 443, true},
    {"**", "a.test", 443, false},
    /* Domains. */
    {"a.test", "a.test", 443, true},
    {"A.Test", "a.tEST", 443, true},
    {"a.test", "x.a.test", 443, true},
    {"a.test", "x.y.a.test", 443, true},
    {"a.test", "xa.test", 443, false},
    {"a.test", "a.test.org", 443, false},
    {"a.test", "test", 443, false},
    {".a.test", "a.test", 443, true},
    {".a.test", "x.a.test", 443, true},
    {".a.test", "xa.test", 443, false},
    {"*.a.test", "a.test", 443, true},
    {"*.a.test", "x.a.test", 443, true},
    {"*.a.test", "xa.test", 443, false},
    {"*a.test", "a.test", 443, false},
    {"x.a.test", "a.test", 443, false},
    {"a.test.", "a.test", 443, true},
    {"a.test", "a.test.", 443, true},
    {".", "a.test", 443, false},
    {"*.", "a.test", 443, false},
    {"test", "a.test", 443, true},
    {"localhost", "localhost", 443, true},
    {"127.0.0.1", "localhost", 443, false},
    /* Lists. */
    {"b.test,a.test", "a.test", 443, true},
    {"b.test, a.test ,c.test", "a.test", 443, true},
    {"b.test a.test", "a.test", 443, true},
    {",a.test,", "a.test", 443, true},
    {"b.test,c.test", "a.test", 443, false},
    {"b.test;a.test", "a.test", 443, false},
    /* Ports. */
    {"a.test:443", "a.test", 443, true},
    {"a.test:443", "x.a.test", 443, true},
    {"a.test:444", "a.test", 443, false},
    {"a.test:444,a.test", "a.test", 443, true},
    {"a.test:", "a.test", 443, false},
    {"a.test:x", "a.test", 443, false},
    {"a.test:443x", "a.test", 443, false},
    {":443", "a.test", 443, false},
    /* Addresses. */
    {"10.0.0.1", "10.0.0.1", 443, true},
    {"10.0.0.1", "10.0.0.10", 443, false},
    {"10.0.0.1:443", "10.0.0.1", 443, true},
    {"10.0.0.1:444", "10.0.0.1", 443, false},
    {"0.1", "10.0.0.1", 443, false},
    {".0.0.1", "10.0.0.1", 443, false},
    {"10", "10.0.0.1", 443, false},
    {"::1", "::1", 443, true},
    {"[::1]", "::1", 443, true},
    {"[::1]:443", "::1", 443, true},
    {"[::1]:444", "::1", 443, false},
    {"0:0:0:0:0:0:0:1", "::1", 443, true},
    {"[::1", "::1", 443, false},
    {"[::1]443", "::1", 443, false},
    {"2001:DB8::1", "2001:db8:0::1", 443, true},
    {"127.0.0.1", "::1", 443, false},
    {"0.0.0.0", "::", 443, false},
    /* Networks. */
    {"10.0.0.0/8", "10.255.0.1", 443, true},
    {"10.0.0.0/8", "11.0.0.1", 443, false},
    {"10.9.9.9/8", "10.0.0.1", 443, true},
    {"10.0.0.0/9", "10.127.255.255", 443, true},
    {"10.0.0.0/9", "10.128.0.0", 443, false},
    {"10.0.0.0/31", "10.0.0.1", 443, true},
    {"10.0.0.0/31", "10.0.0.2", 443, false},
    {"10.0.0.0/32", "10.0.0.0", 443, true},
    {"10.0.0.0/32", "10.0.0.1", 443, false},
    {"10.0.0.0/33", "10.0.0.0", 443, false},
    {"0.0.0.0/0", "10.0.0.1", 443, true},
    {"0.0.0.0/0", "::1", 443, false},
    {"::/0", "10.0.0.1", 443, false},
    {"::/0", "2001:db8::1", 443, true},
    {"2001:db8::/32", "2001:db8:ffff::1", 443, true},
    {"2001:db8::/32", "2001:db9::1", 443, false},
    {"2001:db8::/33", "2001:db8:7fff::1", 443, true},
    {"2001:db8::/33", "2001:db8:8000::1", 443, false},
    {"2001:db8::/128", "2001:db8::", 443, true},
    {"2001:db8::/129", "2001:db8::", 443, false},
    {"10.0.0.0/", "10.0.0.0", 443, false},
    {"10.0.0.0/x", "10.0.0.0", 443, false},
    {"10.0.0.0/-1", "10.0.0.0", 443, false},
    {"10.0.0.0/8/8", "10.0.0.0", 443, false},
    {"/8", "10.0.0.0", 443, false},
    {"/", "a.test", 443, false},
    {"a.test/8", "a.test", 443, false},
};

static void finds_exceptions(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(exceptions); i++) {
        const struct exception_case *one = &exceptions[i];
        bool fits = connsync_posix_proxy_excepts(one->list, one->host, (uint16_t)one->port_number);
        if (fits != one->fits) {
            fail_msg("\"%s\" and %s port %u: %d", one->list, one->host, one->port_number, fits);
        }
    }
    assert_false(connsync_posix_proxy_excepts(NULL, "a.test", 443));
}

/* --- The choice --- */

static const char *const variables[] = {"https_proxy", "HTTPS_PROXY", "all_proxy",
                                        "ALL_PROXY",   "no_proxy",    "NO_PROXY"};

static int clear_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(variables); i++) {
        assert_int_equal(unsetenv(variables[i]), 0);
    }
    return 0;
}

static const char *choose(struct connsync_posix_proxy_choice *choice, const char *url,
                          const char *list)
{
    memset(choice, 0, sizeof *choice);
    choice->url = url;
    choice->exceptions = list;
    choice->host = "tenant.test";
    choice->port_number = 443;
    return connsync_posix_proxy_choose(&proxy, choice);
}

/* Every set of the four variables: the first of them that is not empty counts. */
static void takes_the_first_variable(void **state)
{
    for (unsigned set = 0; set < 81; set++) { /* each one not there, empty, or there */
        struct connsync_posix_proxy_choice choice;
        const char *wanted = NULL;
        clear_environment(state);
        unsigned rest = set;
        for (size_t i = 0; i < 4; i++, rest /= 3) {
            char url[32];
            (void)snprintf(url, sizeof url, "proxy-%zu.test", i);
            if (rest % 3 > 0) {
                assert_int_equal(setenv(variables[i], rest % 3 == 2 ? url : "", 1), 0);
            }
            wanted = wanted == NULL && rest % 3 == 2 ? variables[i] : wanted;
        }
        assert_null(choose(&choice, NULL, NULL));
        if (wanted == NULL) {
            assert_null(choice.source);
            assert_string_equal(proxy.host, "");
        } else {
            assert_string_equal(choice.source, wanted);
            assert_string_not_equal(proxy.host, "");
        }
        assert_null(choose(&choice, "given.test:1", NULL));
        assert_string_equal(choice.source, "--proxy");
        assert_string_equal(proxy.host, "given.test");
        assert_null(choose(&choice, "", NULL));
        assert_string_equal(proxy.host, "");
    }
}

static void heeds_the_exceptions(void **state)
{
    (void)state;
    struct connsync_posix_proxy_choice choice;
    setenv("HTTPS_PROXY", "http://u:p@proxy.test", 1);
    setenv("NO_PROXY", "tenant.test", 1);
    assert_null(choose(&choice, NULL, NULL));
    assert_string_equal(proxy.host, "");
    assert_string_equal(proxy.credentials, "");
    assert_null(choose(&choice, "given.test", NULL)); /* --proxy is subject to them too */
    assert_string_equal(proxy.host, "");
    assert_null(choose(&choice, NULL, "")); /* --no-proxy "" takes them back */
    assert_string_equal(proxy.host, "proxy.test");
    assert_null(choose(&choice, NULL, "other.test"));
    assert_string_equal(proxy.host, "proxy.test");
    setenv("no_proxy", "other.test", 1);
    assert_null(choose(&choice, NULL, NULL));
    assert_string_equal(proxy.host, "proxy.test");
    setenv("HTTPS_PROXY", "socks5://proxy.test", 1);
    assert_non_null(choose(&choice, NULL, NULL));
    assert_null(choose(&choice, NULL, "*")); /* an excepted host's URL is not looked at */
}

static void takes_no_credentials_from_the_command_line(void **state)
{
    (void)state;
    struct connsync_posix_proxy_choice choice;
    static const char *const given[] = {"http://u:p@proxy.test", "u:p@proxy.test",
                                        "http://u@proxy.test", "http://u:p/@proxy.test"};
    for (size_t i = 0; i < LENGTH(given); i++) {
        const char *wrong = choose(&choice, given[i], "*");
        assert_non_null(wrong);
        assert_non_null(strstr(wrong, "HTTPS_PROXY"));
        assert_string_equal(proxy.host, "");
        assert_string_equal(proxy.credentials, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_urls),
        cmocka_unit_test(refuses_urls),
        cmocka_unit_test(keeps_to_its_limits),
        cmocka_unit_test(wipes_credentials),
        cmocka_unit_test(finds_exceptions),
        cmocka_unit_test_setup_teardown(takes_the_first_variable, clear_environment,
                                        clear_environment),
        cmocka_unit_test_setup_teardown(heeds_the_exceptions, clear_environment, clear_environment),
        cmocka_unit_test_setup_teardown(takes_no_credentials_from_the_command_line,
                                        clear_environment, clear_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
