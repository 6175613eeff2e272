/* core/tls/tls_name.c and der.c: names in certificates, which are DER of whoever sends one. */
#include "core/tls/tls_name.c"
#include "core/tls/der.c"

#include "proof.h"

/* Any element that may stand in front, or none. */
bool any_element(struct cs_slice *rest, struct cs_der_item *item)
{
    size_t head = 2 + any_size(3);
    size_t length = nondet_size();

    if (nondet_bool() || rest->length < head || length > rest->length - head) {
        return false;
    }
    item->tag = (uint8_t)nondet_char();
    item->whole = cs_slice_make(rest->data, head + length);
    item->contents = cs_slice_make(rest->data + head, length);
    *rest = cs_slice_make(rest->data + head + length, rest->length - head - length);
    return true;
}

void prove_der(void)
{
    struct cs_slice text = any_text();
    struct cs_slice rest = text;
    struct cs_slice contents;
    struct cs_der_item item;

    if (cs_der_next(&rest, &item)) {
        __CPROVER_assert(is_part(item.whole, text) && is_part(item.contents, item.whole),
                         "within it");
        __CPROVER_assert(is_part(rest, text) && rest.length + item.whole.length == text.length,
                         "all");
    } else {
        __CPROVER_assert(rest.data == text.data && rest.length == text.length, "it is left");
    }
    (void)cs_der_only(text, (uint8_t)nondet_char(), &contents);
    (void)cs_der_expect(&text, (uint8_t)nondet_char(), &contents);
}

void prove_tls_extension(void)
{
    struct cs_slice extensions = any_text();
    struct cs_slice found = cs_tls_extension(extensions, CS_TLS_OID_SUBJECT_ALT_NAME);

    __CPROVER_assert(found.length == 0 || is_part(found, extensions), "a part of it");
}

void prove_dns_names(void)
{
    struct cs_slice name = any_text();
    struct cs_slice other = any_text();

    (void)dns_name_matches(other, name);
    bool within = dns_name_within(name, other);
    __CPROVER_assert(!within || name.length >= other.length, "no name is above itself");
    (void)is_dns_constraint(other);
    __CPROVER_assert(parent_domain(name).length <= name.length, "a part of it");
}

size_t any_numbers(struct cs_slice text, const struct notation *notation,
                   uint8_t address[CS_TLS_ADDRESS_MAX])
{
    __CPROVER_assert(__CPROVER_r_ok(text.data, text.length) && notation->digits > 0, "a text");
    __CPROVER_assert(__CPROVER_w_ok(address, CS_TLS_ADDRESS_MAX), "room");
    return nondet_bool() ? NO_NUMBERS : any_size(CS_TLS_ADDRESS_MAX);
}

void prove_tls_address(void)
{
    uint8_t address[CS_TLS_ADDRESS_MAX];
    size_t length = cs_tls_parse_address(any_text(), address);

    __CPROVER_assert(length == 0 || length == 4 || length == 16, "IPv4, IPv6, or none");
}

void prove_address_range(void)
{
    struct cs_slice range = any_slice(32);
    struct cs_slice address = any_slice(16);

    (void)is_address_range(range);
    (void)address_within(address, range);
    (void)is_ascii(range);
}

void prove_constraint_base(void)
{
    (void)is_base((uint8_t)nondet_char(), any_text());
}

void prove_is_within(void)
{
    struct cs_der_item name = {(uint8_t)nondet_char(), {NULL, 0}, any_text()};

    (void)is_within(&name, any_text());
}
