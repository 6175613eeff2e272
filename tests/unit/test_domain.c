/* Hosts as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/domain.h"

struct host_case {
    const char *text;
    const char *host; /* NULL: not a host */
    uint16_t port;    /* 7: none given */
};

static void check(const struct host_case *cases, size_t count,
                  bool (*read_host)(char *text, uint16_t *port_number))
{
    for (size_t i = 0; i < count; i++) {
        char text[CS_HOST_SIZE];
        uint16_t port = 7;

        (void)strcpy(text, cases[i].text);
        assert_int_equal(read_host(text, &port), cases[i].host != NULL);
        if (cases[i].host != NULL) {
            assert_string_equal(text, cases[i].host);
        }
        assert_int_equal(port, cases[i].port);
    }
}

static void test_hosts(void **state)
{
    static const struct host_case cases[] = {
        {"h", "h", 7},        {"h:1", "h", 1},     {"h:65535", "h", 65535},
        {"h:65536", NULL, 7}, {"h:0", NULL, 7},    {"h:", NULL, 7},
        {"h:x", NULL, 7},     {"", NULL, 7},       {":1", NULL, 7},
        {"::1", "::1", 7},    {"[::1]", "::1", 7}, {"[::1]:44", "::1", 44},
        {"[::1", NULL, 7},    {"[::1]x", NULL, 7}, {"[]:1", NULL, 7},
        {"[", NULL, 7},       {"[h]", "h", 7},     {"1.2.3.4:5", "1.2.3.4", 5},
        {"h:+1", NULL, 7},    {"h: 1", NULL, 7},   {"a:b:c", "a:b:c", 7},
    };

    (void)state;
    check(cases, sizeof cases / sizeof cases[0], cs_host_read);
}

static void test_domains(void **state)
{
    static const struct host_case cases[] = {
        {"tenant.eu.auth0.com", "tenant.eu.auth0.com", 7},
        {"https://tenant.eu.auth0.com/", "tenant.eu.auth0.com", 7},
        {"https://t_1.test:8443/", "t_1.test", 8443},
        {"Tenant.test.", "Tenant.test", 7},
        {"tenant.test.:1", "tenant.test", 1},
        {"https://[::1]:44/", "::1", 44},
        {"h", "h", 7},
        {"https://", NULL, 7},
        {"https:///", NULL, 7},
        {"http://tenant.test", NULL, 7},
        {"tenant.test//", NULL, 7},
        {"tenant.test/path", NULL, 7},
        {"user@tenant.test", NULL, 7},
        {"a b", NULL, 7},
        {"\xC3\xBC.test", NULL, 7},
        {".", NULL, 7},
        {"/", NULL, 7},
        {"", NULL, 7},
    };

    (void)state;
    check(cases, sizeof cases / sizeof cases[0], cs_domain_read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_domains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
