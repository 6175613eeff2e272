/* Reads a certificate's names and name constraints, and compares them with a host. Whether
 * all of a chain then is as it must be is decided in verdict.c. */
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
struct cs_slice cs_tls_extension(struct cs_slice extensions, const char *oid)
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
    if (cs_slice_starts_with(pattern, "*.")) {
        pattern = skip_front(pattern, 2);
        if (parent_domain(pattern).length == 0 || cs_slice_starts_with(host, ".")) {
            return false;
        }
        host = parent_domain(host);
    }
    return host.length > 0 && cs_slice_equal_nocase(pattern, host);
}

/* RFC 5280: a constraint covers the name itself and everything below it; one
 * that begins with a dot, a common extension, only what is below it. */
static bool dns_name_within(struct cs_slice name, struct cs_slice constraint)
{
    if (constraint.length == 0 || name.length < constraint.length) {
        return constraint.length == 0;
    }
    size_t front = name.length - constraint.length;
    if (!cs_slice_equal_nocase(skip_front(name, front), constraint)) {
        return false;
    }
    return constraint.data[0] == '.' ? front > 0 : front == 0 || name.data[front - 1] == '.';
}

/* ---- Addresses ---- */

/* How numbers stand in an address. */
struct notation {
    char separator;
    int base;
    size_t digits; /* of a number, at the most */
    size_t bytes;  /* that a number takes */
};

static const struct notation ipv4 = {'.', 10, 3, 1};
static const struct notation ipv6 = {':', 16, 4, 2};

#define NO_NUMBERS SIZE_MAX

/* The bytes of one number after another; NO_NUMBERS for anything else. */
static size_t parse_numbers(struct cs_slice text, const struct notation *notation,
                            uint8_t address[CS_TLS_ADDRESS_MAX])
{
    size_t at = 0;

    for (size_t count = 0; count < CS_TLS_ADDRESS_MAX;) {
        size_t start = at;
        unsigned value = 0;
        for (; at < text.length && at - start < notation->digits; at++) {
            int digit = cs_hex_digit(text.data[at]);
            if (digit < 0 || digit >= notation->base) {
                break;
            }
            value = value * (unsigned)notation->base + (unsigned)digit;
        }
        if (at == start || value >> (8 * notation->bytes) != 0) {
            break;
        }
        address[count] = (uint8_t)(value >> 8);
        count += notation->bytes;
        address[count - 1] = (uint8_t)(value & 0xff);
        if (at == text.length) {
            return count;
        }
        if (text.data[at++] != notation->separator) {
            break;
        }
    }
    return NO_NUMBERS;
}

/* RFC 4291 section 2.2, forms 1 and 2; zone identifiers name no public server. */
static bool parse_ipv6(struct cs_slice host, uint8_t address[CS_TLS_ADDRESS_MAX])
{
    uint8_t back[CS_TLS_ADDRESS_MAX];
    size_t gap = 0;

    while (gap < host.length && !cs_slice_starts_with(skip_front(host, gap), "::")) {
        gap++;
    }
    struct cs_slice front = cs_slice_make(host.data, gap);
    if (gap == host.length) {
        return parse_numbers(front, &ipv6, address) == CS_TLS_ADDRESS_MAX;
    }
    struct cs_slice behind = skip_front(host, gap + 2);
    size_t before = gap == 0 ? 0 : parse_numbers(front, &ipv6, address);
    size_t after = behind.length == 0 ? 0 : parse_numbers(behind, &ipv6, back);
    /* The gap stands for one group of zeros at least. */
    if (before >= CS_TLS_ADDRESS_MAX || after >= CS_TLS_ADDRESS_MAX - before) {
        return false;
    }
    memset(address + before, 0, CS_TLS_ADDRESS_MAX - before);
    memcpy(address + CS_TLS_ADDRESS_MAX - after, back, after);
    return true;
}

size_t cs_tls_parse_address(struct cs_slice host, uint8_t address[CS_TLS_ADDRESS_MAX])
{
    if (host.length >= 2 && host.data[0] == '[' && host.data[host.length - 1] == ']') {
        host = cs_slice_make(host.data + 1, host.length - 2);
    }
    if (host.length > 0 && memchr(host.data, ':', host.length) != NULL) {
        return parse_ipv6(host, address) ? CS_TLS_ADDRESS_MAX : 0;
    }
    return parse_numbers(host, &ipv4, address) == 4 ? 4 : 0;
}

/* ---- Is it the name? ---- */

/* `host` as a certificate would name it. */
static struct cs_der_item name_of_host(struct cs_slice host, uint8_t address[CS_TLS_ADDRESS_MAX])
{
    struct cs_der_item name = {TAG_DNS_NAME, host, host};
    size_t length = cs_tls_parse_address(host, address);

    if (length > 0) {
        name.tag = TAG_IP_ADDRESS;
        name.contents = cs_slice_make((const char *)address, length);
    }
    return name;
}

bool cs_tls_names_include(struct cs_slice names, struct cs_slice host)
{
    uint8_t address[CS_TLS_ADDRESS_MAX];
    struct cs_der_item wanted = name_of_host(host, address);
    struct cs_der_item name;
    bool found = false;

    while (cs_der_next(&names, &name)) {
        if (name.tag == wanted.tag) {
            found |= name.tag == TAG_IP_ADDRESS ? cs_slice_equal(name.contents, wanted.contents)
                                                : dns_name_matches(name.contents, host);
        }
    }
    return found && names.length == 0;
}

/* ---- Are constraints what RFC 5280 has? ---- */

/* Labels of letters, digits and hyphens (underscores are met) with dots between them, and
 * perhaps one in front; or nothing, which is every name. */
static bool is_dns_constraint(struct cs_slice text)
{
    char before = '-';

    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        char lower = (char)(c | 0x20);
        bool in_label =
            (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!in_label && (c != '.' || before == '.')) {
            return false;
        }
        before = c;
    }
    return before != '.';
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

/* Elements one after another, all of this tag if it is not 0. */
static bool are_elements(struct cs_slice list, uint8_t tag)
{
    struct cs_der_item item;

    while (cs_der_next(&list, &item)) {
        if (tag != 0 && item.tag != tag) {
            return false;
        }
    }
    return list.length == 0;
}

static bool is_base(uint8_t tag, struct cs_slice contents)
{
    struct cs_slice name;

    switch (tag) {
    case TAG_DNS_NAME:
        return is_dns_constraint(contents);
    case TAG_IP_ADDRESS:
        return is_address_range(contents);
    case TAG_RFC822_NAME:
    case TAG_URI:
        return is_ascii(contents);
    case TAG_REGISTERED_ID:
        return contents.length > 0;
    case TAG_DIRECTORY_NAME:
        return cs_der_only(contents, CS_DER_SEQUENCE, &name) && are_elements(name, CS_DER_SET);
    case TAG_OTHER_NAME:
    case TAG_X400_ADDRESS:
    case TAG_EDI_PARTY_NAME:
        return contents.length > 0 && are_elements(contents, 0);
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

static bool is_within(const struct cs_der_item *name, struct cs_slice subtree)
{
    return name->tag == TAG_DNS_NAME ? dns_name_within(name->contents, subtree)
                                     : address_within(name->contents, subtree);
}

/*
 * What one list says of one name. GeneralSubtree ::= SEQUENCE { base, minimum [0] DEFAULT
 * 0, maximum [1] OPTIONAL }, where RFC 5280 allows neither another minimum nor a maximum;
 * at least one of them.
 */
static bool list_permits(struct cs_der_item list, const struct cs_der_item *name)
{
    struct cs_slice subtree;
    struct cs_der_item base;
    bool mentioned = false; /* the list speaks of names of this form */
    bool covered = false;   /* and one of its subtrees covers this one */

    do {
        if (!cs_der_expect(&list.contents, CS_DER_SEQUENCE, &subtree) ||
            !cs_der_next(&subtree, &base) || subtree.length > 0 ||
            !is_base(base.tag, base.contents)) {
            return false;
        }
        if (base.tag == name->tag) {
            mentioned = true;
            covered |= is_within(name, base.contents);
        }
    } while (list.contents.length > 0);
    return list.tag == TAG_EXCLUDED ? !covered : covered || !mentioned;
}

/* NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1]
 * OPTIONAL }, and one of them at least. */
static bool name_permitted(struct cs_slice constraints, const struct cs_der_item *name)
{
    struct cs_der_item list;
    uint8_t before = TAG_PERMITTED - 1;

    do {
        if (!cs_der_next(&constraints, &list) || list.tag <= before || list.tag > TAG_EXCLUDED ||
            !list_permits(list, name)) {
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
    struct cs_der_item name = name_of_host(host, address);

    do {
        bool is_address = name.tag == TAG_IP_ADDRESS;
        if (is_address && name.contents.length != 4 && name.contents.length != CS_TLS_ADDRESS_MAX) {
            return false;
        }
        if ((is_address || name.tag == TAG_DNS_NAME) && !name_permitted(constraints, &name)) {
            return false;
        }
    } while (cs_der_next(&names, &name));
    return names.length == 0;
}
