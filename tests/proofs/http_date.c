/* core/http/http_date.c: dates, and the fields that need them. */
#include "core/http/http_date.c"

#include "proof.h"

void prove_http_date(void)
{
    uint64_t utc = cs_http_parse_date(any_text());

    __CPROVER_assert(utc == CS_HTTP_UNKNOWN || utc <= 253402300800,
                     "a date of four digits, or none");
}

uint64_t any_date(struct cs_slice text)
{
    __CPROVER_assert(__CPROVER_r_ok(text.data, text.length), "a value");
    return nondet_u64();
}

struct cs_http_parser nondet_parser(void);

void prove_http_rates(void)
{
    struct cs_http_parser parser = nondet_parser();
    __CPROVER_assume(parser.name_length <= sizeof parser.name);
    int found = cs_http_rates.find(&parser);

    __CPROVER_assert(found == -1 || (found >= CS_HTTP_FIELD_MORE && found < CS_HTTP_RATES_END),
                     "known");
    if (found >= 0) {
        parser.field = (int8_t)found;
        cs_http_rates.take(&parser, any_text());
    }
}
