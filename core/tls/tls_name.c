/* See tls_name.h. */
#include "core/tls/tls_name.h"

#include "core/tls/der.h"

#include <string.h>

/* Tags of RFC 5280's GeneralName and GeneralSubtrees. */
enum {
    TAG_OTHER_NAME = 0xa0,
    TAG_RFC822_NAME = 0x81,
    TAG_DNS_NAME = 0x82,
    TAG_X400_ADDRESS = 0xa3,
    TAG_DIRECTORY_NAME = 0xa4,
    TAG_EDI_PARTY_NAME = 0xa5,
    TAG_URI = 0x86,
    TAG_IP_ADDRESS = 0x87,
    TAG_REGISTERED_ID = 0x88,
    TAG_PERMITTED = 0xa0,
    TAG_EXCLUDED = 0xa1
};

/* id-ce-subjectAltName 2.5.29.17 and id-ce-nameConstraints 2.5.29.30 */
static const char oid_subject_alt_name[] = "\x55\x1d\x11";
static const char oid_name_constraints[] = "\x55\x1d\x1e";

static const struct cs_slice nothing = {NULL, 0};

/* An extension that is there but cannot be read: not NULL, so that the caller sees it. */
static const struct cs_slice unreadable = {"", 0};

/* Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }, whose value
 * holds the DER of one SEQUENCE for both extensions of interest. `rest` is behind the id. */
static struct cs_slice extension_value(struct cs_slice rest)
{
    struct cs_der_item item;
    struct cs_slice contents;

    if (!cs_der_next(&rest, &item) || (item.tag == CS_DER_BOOLEAN && !cs_der_next(&rest, &item)) ||
        item.tag != CS_DER_OCTET_STRING || rest.length > 0 ||
        !cs_der_only(item.contents, CS_DER_SEQUENCE, &contents)) {
        return unreadable;
    }
    return contents;
}

/* Once at the most (RFC 5280, section 4.2). In a list that cannot be read to its end it may
 * be anywhere. */
static struct cs_slice find_extension(struct cs_slice extensions, const char *oid)
{
    struct cs_slice found = nothing;
    struct cs_slice list;
    struct cs_slice extension;
    struct cs_slice id;

    if (extensions.length == 0) {
        return nothing;
    }
    if (!cs_der_only(extensions, CS_DER_SEQUENCE, &list)) {
        return unreadable;
    }
    do {
        if (!cs_der_expect(&list, CS_DER_SEQUENCE, &extension) ||
            !cs_der_expect(&extension, CS_DER_OID, &id)) {
            return unreadable;
        }
        if (cs_slice_is(id, oid)) {
            found = found.data == NULL ? extension_value(extension) : unreadable;
        }
    } while (list.length > 0);
    return found;
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

/* ---- Is it the name? ---- */

bool cs_tls_names_include(struct cs_slice names, struct cs_slice host)
{
    uint8_t address[CS_TLS_ADDRESS_MAX];
    size_t address_length = cs_tls_parse_address(host, address);
    struct cs_slice literal = cs_slice_make((const char *)address, address_length);
    struct cs_der_item name;
    bool found = false;

    while (cs_der_next(&names, &name)) {
        if (address_length > 0) {
            found |= name.tag == TAG_IP_ADDRESS && cs_slice_equal(name.contents, literal);
        } else {
            found |= name.tag == TAG_DNS_NAME && dns_name_matches(name.contents, host);
        }
    }
    return found && names.length == 0;
}

/* ---- Are constraints what RFC 5280 has? ---- */

/* Labels of letters, digits and hyphens (underscores are met) with dots between them, and
 * perhaps one in front; or nothing, which is every name. */
static bool is_dns_constraint(struct cs_slice text)
{
    bool after_dot = false;

    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        char lower = (char)(c | 0x20);
        bool is_dot = c == '.';
        if (is_dot ? after_dot
                   : !((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_')) {
            return false;
        }
        after_dot = is_dot;
    }
    return !after_dot;
}

/* An address and a mask of the same length, which is ones and then zeros. */
static bool is_address_range(struct cs_slice range)
{
    size_t length = range.length / 2;
    unsigned before = 0xff;

    if (range.length != 8 && range.length != 32) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned mask = (uint8_t)range.data[length + i];
        unsigned zeros = mask ^ 0xffu;
        if ((zeros & (zeros + 1)) != 0 || (before != 0xff && mask != 0)) {
            return false;
        }
        before = mask;
    }
    return true;
}

static bool is_ascii(struct cs_slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (((uint8_t)text.data[i] & 0x80u) != 0) {
            return false;
        }
    }
    return true;
}

/* Elements one after another, at least `least`, all of this tag if it is not 0. */
static bool are_elements(struct cs_slice list, unsigned least, uint8_t tag)
{
    struct cs_der_item item;
    unsigned count = 0;

    for (; list.length > 0; count++) {
        if (!cs_der_next(&list, &item) || (tag != 0 && item.tag != tag)) {
            return false;
        }
    }
    return count >= least;
}

static bool is_base(const struct cs_der_item *base)
{
    struct cs_slice name;

    switch (base->tag) {
    case TAG_DNS_NAME:
        return is_dns_constraint(base->contents);
    case TAG_IP_ADDRESS:
        return is_address_range(base->contents);
    case TAG_RFC822_NAME:
    case TAG_URI:
        return is_ascii(base->contents);
    case TAG_REGISTERED_ID:
        return base->contents.length > 0;
    case TAG_DIRECTORY_NAME:
        return cs_der_only(base->contents, CS_DER_SEQUENCE, &name) &&
               are_elements(name, 0, CS_DER_SET);
    case TAG_OTHER_NAME:
    case TAG_X400_ADDRESS:
    case TAG_EDI_PARTY_NAME:
        return are_elements(base->contents, 1, 0);
    default:
        return false;
    }
}

/* ---- What they permit ---- */

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

/*
 * What one list says of one name. GeneralSubtree ::= SEQUENCE { base, minimum [0] DEFAULT
 * 0, maximum [1] OPTIONAL }, where RFC 5280 allows neither another minimum nor a maximum;
 * at least one of them.
 */
static bool list_permits(struct cs_der_item list, uint8_t tag, struct cs_slice name)
{
    struct cs_slice subtree;
    struct cs_der_item base;
    bool mentioned = false; /* the list speaks of names of this form */
    bool covered = false;   /* and one of its subtrees covers this one */

    do {
        if (!cs_der_expect(&list.contents, CS_DER_SEQUENCE, &subtree) ||
            !cs_der_next(&subtree, &base) || subtree.length > 0 || !is_base(&base)) {
            return false;
        }
        if (base.tag == tag) {
            mentioned = true;
            covered |= tag == TAG_DNS_NAME ? dns_name_within(name, base.contents)
                                           : address_within(name, base.contents);
        }
    } while (list.contents.length > 0);
    return list.tag == TAG_EXCLUDED ? !covered : covered || !mentioned;
}

/* NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1]
 * OPTIONAL }, and one of them at least. */
static bool name_permitted(struct cs_slice constraints, uint8_t tag, struct cs_slice name)
{
    struct cs_der_item list;
    uint8_t before = TAG_PERMITTED - 1;

    do {
        if (!cs_der_next(&constraints, &list) || list.tag <= before || list.tag > TAG_EXCLUDED ||
            !list_permits(list, tag, name)) {
            return false;
        }
        before = list.tag;
    } while (constraints.length > 0);
    return true;
}

bool cs_tls_names_permitted(struct cs_slice names, struct cs_slice host,
                            struct cs_slice constraints)
{
    uint8_t address[CS_TLS_ADDRESS_MAX];
    size_t address_length = cs_tls_parse_address(host, address);
    struct cs_slice literal = cs_slice_make((const char *)address, address_length);
    struct cs_der_item name;

    if (!(address_length > 0 ? name_permitted(constraints, TAG_IP_ADDRESS, literal)
                             : name_permitted(constraints, TAG_DNS_NAME, host))) {
        return false;
    }
    while (cs_der_next(&names, &name)) {
        if (name.tag == TAG_IP_ADDRESS && name.contents.length != 4 &&
            name.contents.length != CS_TLS_ADDRESS_MAX) {
            return false;
        }
        if ((name.tag == TAG_DNS_NAME || name.tag == TAG_IP_ADDRESS) &&
            !name_permitted(constraints, name.tag, name.contents)) {
            return false;
        }
    }
    return names.length == 0;
}
