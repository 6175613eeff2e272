/* The statuses as those who show them see them: name, sentence, exit code, also of numbers that
 * are no status. tests/docs holds the tables to the enumeration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/exit_code.h"
#include "config/status_text.h"
#include "core/base/status.h"

static void test_known(void **state)
{
    (void)state;
    assert_string_equal(connsync_status_name(CONNSYNC_OK), "ok");
    assert_int_equal(cs_exit_code(CONNSYNC_OK), CS_EXIT_DONE);
    assert_string_equal(connsync_status_name(CONNSYNC_ERR_UNVERIFIED), "unverified");
    assert_int_equal(cs_exit_code(CONNSYNC_ERR_UNVERIFIED), CS_EXIT_FAILURE);
    assert_int_equal(cs_exit_code(CONNSYNC_ERR_CERT_WEAK), CS_EXIT_TLS);
    assert_int_equal(cs_exit_code(CONNSYNC_REFUSED_VALUE), CS_EXIT_REFUSED);
    assert_false(connsync_status_is_refusal(CONNSYNC_ERR_ASSERTION));
    assert_true(connsync_status_is_refusal(CONNSYNC_REFUSED_NO_OPTIONS));
    assert_true(connsync_status_is_refusal(CONNSYNC_REFUSED_OTHER_CONNECTION));
    assert_false(connsync_status_is_refusal(CONNSYNC_ERR_LOSS));
}

/* Between two statuses, behind the last, and numbers whose lowest byte is that of a status. */
static void test_unknown(void **state)
{
    static const int unknown[] = {3, 13, 19, 65, 119, 143, 255, 256, 256 + 22, -1, -256, INT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        enum connsync_status status = (enum connsync_status)unknown[i];
        assert_string_equal(connsync_status_name(status), "unknown_status");
        assert_int_equal(cs_exit_code(status), CS_EXIT_FAILURE);
        assert_non_null(strstr(cs_status_text(status), "not known"));
        assert_false(connsync_status_is_refusal(status));
    }
}

/* A number that only a later version knows: its range says that nothing was written. */
static void test_unknown_refusal(void **state)
{
    enum connsync_status status = (enum connsync_status)139;

    (void)state;
    assert_true(connsync_status_is_refusal(status));
    assert_string_equal(connsync_status_name(status), "unknown_status");
    assert_int_equal(cs_exit_code(status), CS_EXIT_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_unknown_refusal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
