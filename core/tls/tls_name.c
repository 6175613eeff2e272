/* See tls_name.h. */
#include "core/tls/tls_name.h"

#include "core/tls/der.h"

#include <string.h>

/* Tags of RFC 5280's GeneralName and GeneralSubtrees. */
enum {
    TAG_DNS_NAME = 0x82,
    TAG_IP_ADDRESS = 0x87,
    TAG_PERMITTED = 0xa0,
    TAG_EXCLUDED = 0xa1
};

/* id-ce-subjectAltName 2.5.29.17 and id-ce-nameConstraints 2.5.29.30 */
static const char oid_subject_alt_name[] = {0x55, 0x1d, 0x11};
static const char oid_name_constraints[] = {0x55, 0x1d, 0x1e};

static const struct cs_slice nothing = {NULL, 0};

/* Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }, whose value
 * holds the DER of one SEQUENCE for both extensions of interest. */
static struct cs_slice find_extension(struct cs_slice extensions, const char *oid)
{
    struct cs_slice list = nothing;
    struct cs_slice extension = nothing;

    if (!cs_der_expect(&extensions, CS_DER_SEQUENCE, &list)) {
        return nothing;
    }
    while (cs_der_expect(&list, CS_DER_SEQUENCE, &extension)) {
        struct cs_der_item item;
        struct cs_slice id = nothing;
        struct cs_slice contents = nothing;

        if (!cs_der_expect(&extension, CS_DER_OID, &id) || id.length != 3 ||
            memcmp(id.data, oid, 3) != 0) {
            continue;
        }
        if (!cs_der_next(&extension, &item)) {
            return cs_slice_make("", 0);
        }
        if (item.tag == CS_DER_BOOLEAN && !cs_der_next(&extension, &item)) {
            return cs_slice_make("", 0);
        }
        /* Present but unreadable: not NULL, so that the caller sees it, and empty. */
        if (item.tag != CS_DER_OCTET_STRING ||
            !cs_der_expect(&item.contents, CS_DER_SEQUENCE, &contents)) {
            return cs_slice_make("", 0);
        }
        return contents;
    }
    return nothing;
}

struct cs_slice cs_tls_subject_alt_names(struct cs_slice extensions)
{
    return find_extension(extensions, oid_subject_alt_name);
}

struct cs_slice cs_tls_name_constraints(struct cs_slice extensions)
{
    return find_extension(extensions, oid_name_constraints);
}

/* ---- DNS names ---- */

static struct cs_slice skip_front(struct cs_slice text, size_t count)
{
    return cs_slice_make(text.data + count, text.length - count);
}

/* The part after the first dot, without it; empty when there is no dot. */
static struct cs_slice parent_domain(struct cs_slice name)
{
    const char *dot = name.length == 0 ? NULL : memchr(name.data, '.', name.length);

    return dot == NULL ? nothing : skip_front(name, (size_t)(dot - name.data) + 1);
}

static bool dns_name_matches(struct cs_slice pattern, struct cs_slice host)
{
    if (host.length == 0) {
        return false;
    }
    if (!cs_slice_starts_with(pattern, "*.")) {
        return cs_slice_equal_nocase(pattern, host);
    }
    struct cs_slice suffix = skip_front(pattern, 2);
    struct cs_slice domain = parent_domain(host);

    if (domain.length == 0 || parent_domain(suffix).length == 0 || host.data[0] == '.') {
        return false;
    }
    return cs_slice_equal_nocase(suffix, domain);
}

/* RFC 5280: a constraint covers the name itself and everything below it; one
 * that begins with a dot, a common extension, only what is below it. */
static bool dns_name_within(struct cs_slice name, struct cs_slice constraint)
{
    if (constraint.length == 0) {
        return true;
    }
    if (name.length < constraint.length) {
        return false;
    }
    size_t front = name.length - constraint.length;
    if (!cs_slice_equal_nocase(skip_front(name, front), constraint)) {
        return false;
    }
    return constraint.data[0] == '.' ? front > 0 : front == 0 || name.data[front - 1] == '.';
}

/* ---- Addresses ---- */

static size_t parse_ipv4(struct cs_slice host, uint8_t *address)
{
    size_t count = 0;
    size_t at = 0;

    while (count < 4) {
        unsigned value = 0;
        size_t start = at;
        while (at < host.length && host.data[at] >= '0' && host.data[at] <= '9' && at - start < 3) {
            value = value * 10 + (unsigned)(host.data[at] - '0');
            at++;
        }
        if (at == start || value > 255) {
            return 0;
        }
        address[count++] = (uint8_t)value;
        if (count < 4 && (at == host.length || host.data[at++] != '.')) {
            return 0;
        }
    }
    return at == host.length ? 4 : 0;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One group of one to four hexadecimal digits. */
static bool parse_group(struct cs_slice host, size_t *at, uint8_t *out)
{
    unsigned value = 0;
    size_t start = *at;

    while (*at < host.length && *at - start < 4 && hex_value(host.data[*at]) >= 0) {
        value = value << 4 | (unsigned)hex_value(host.data[*at]);
        (*at)++;
    }
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)(value & 0xff);
    return *at > start;
}

static bool double_colon_at(struct cs_slice host, size_t at)
{
    return at + 1 < host.length && host.data[at] == ':' && host.data[at + 1] == ':';
}

/* RFC 4291 section 2.2, forms 1 and 2; zone identifiers name no public server. */
static size_t parse_ipv6(struct cs_slice host, uint8_t *address)
{
    size_t count = 0;
    size_t gap = SIZE_MAX;
    size_t at = 0;

    memset(address, 0, CS_TLS_ADDRESS_MAX);
    while (at < host.length) {
        if (double_colon_at(host, at)) {
            if (gap != SIZE_MAX) {
                return 0;
            }
            gap = count;
            at += 2;
            if (at == host.length) {
                break;
            }
        } else if (count > 0 && host.data[at++] != ':') {
            return 0;
        }
        if (count == CS_TLS_ADDRESS_MAX || !parse_group(host, &at, address + count)) {
            return 0;
        }
        count += 2;
    }
    if (gap == SIZE_MAX) {
        return count == CS_TLS_ADDRESS_MAX ? count : 0;
    }
    if (count == CS_TLS_ADDRESS_MAX) {
        return 0;
    }
    memmove(address + CS_TLS_ADDRESS_MAX - (count - gap), address + gap, count - gap);
    memset(address + gap, 0, CS_TLS_ADDRESS_MAX - count);
    return CS_TLS_ADDRESS_MAX;
}

size_t cs_tls_parse_address(struct cs_slice host, uint8_t address[CS_TLS_ADDRESS_MAX])
{
    if (host.length >= 2 && host.data[0] == '[' && host.data[host.length - 1] == ']') {
        host = cs_slice_make(host.data + 1, host.length - 2);
    }
    if (host.length == 0) {
        return 0;
    }
    if (memchr(host.data, ':', host.length) != NULL) {
        return parse_ipv6(host, address);
    }
    return parse_ipv4(host, address);
}

/* ---- The questions ---- */

bool cs_tls_names_include(struct cs_slice names, struct cs_slice host)
{
    uint8_t address[CS_TLS_ADDRESS_MAX];
    size_t address_length = cs_tls_parse_address(host, address);
    struct cs_der_item name;

    while (cs_der_next(&names, &name)) {
        if (address_length > 0 && name.tag == TAG_IP_ADDRESS &&
            name.contents.length == address_length &&
            memcmp(name.contents.data, address, address_length) == 0) {
            return true;
        }
        if (address_length == 0 && name.tag == TAG_DNS_NAME &&
            dns_name_matches(name.contents, host)) {
            return true;
        }
    }
    return false;
}

/* A subtree's iPAddress is an address and a mask of the same length. */
static bool address_within(struct cs_slice address, struct cs_slice subtree)
{
    if (subtree.length != 2 * address.length) {
        return false;
    }
    for (size_t i = 0; i < address.length; i++) {
        unsigned mask = (uint8_t)subtree.data[address.length + i];
        unsigned differing = (uint8_t)address.data[i] ^ (unsigned)(uint8_t)subtree.data[i];
        if ((differing & mask) != 0) {
            return false;
        }
    }
    return true;
}

/* How one name stands to one list of subtrees. */
struct standing {
    bool mentioned; /* the list speaks of names of this form */
    bool covered;   /* and one of its subtrees covers this one */
};

static struct standing stand(struct cs_slice subtrees, uint8_t tag, struct cs_slice name)
{
    struct standing standing = {false, false};
    struct cs_slice subtree = nothing;

    while (cs_der_expect(&subtrees, CS_DER_SEQUENCE, &subtree)) {
        struct cs_der_item base;
        if (!cs_der_next(&subtree, &base) || base.tag != tag) {
            continue;
        }
        standing.mentioned = true;
        if (tag == TAG_DNS_NAME ? dns_name_within(name, base.contents)
                                : address_within(name, base.contents)) {
            standing.covered = true;
        }
    }
    return standing;
}

static bool name_permitted(struct cs_slice constraints, uint8_t tag, struct cs_slice name)
{
    struct cs_der_item list;

    while (cs_der_next(&constraints, &list)) {
        struct standing standing = stand(list.contents, tag, name);
        if (list.tag == TAG_PERMITTED && standing.mentioned && !standing.covered) {
            return false;
        }
        if (list.tag == TAG_EXCLUDED && standing.covered) {
            return false;
        }
    }
    return true;
}

bool cs_tls_names_permitted(struct cs_slice names, struct cs_slice host,
                            struct cs_slice constraints)
{
    uint8_t address[CS_TLS_ADDRESS_MAX];
    size_t address_length = cs_tls_parse_address(host, address);
    struct cs_slice literal = cs_slice_make((const char *)address, address_length);
    struct cs_der_item name;

    if (constraints.length == 0) {
        return false;
    }
    if (!(address_length > 0 ? name_permitted(constraints, TAG_IP_ADDRESS, literal)
                             : name_permitted(constraints, TAG_DNS_NAME, host))) {
        return false;
    }
    while (cs_der_next(&names, &name)) {
        if ((name.tag == TAG_DNS_NAME || name.tag == TAG_IP_ADDRESS) &&
            !name_permitted(constraints, name.tag, name.contents)) {
            return false;
        }
    }
    return true;
}
