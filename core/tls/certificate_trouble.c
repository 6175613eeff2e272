/* Looks up keys and extensions by their object identifiers. See certificate_trouble.h. */
#include "core/tls/certificate_trouble.h"

#include "core/tls/der.h"
#include "core/tls/key_kind.h"

#include <string.h>

/* ---- Names ---- */

/* The types of attributes that are shown: 2.5.4.N (RFC 5280, appendix A). */
static const char *word_of(struct cs_slice type)
{
    static const char arc[] = {'\x55', '\x04'};
    enum {
        COMMON_NAME = 3,
        ORGANISATION = 10,
        UNIT = 11
    };

    if (type.length != sizeof arc + 1 || memcmp(type.data, arc, sizeof arc) != 0) {
        return NULL;
    }
    switch (type.data[sizeof arc]) {
    case COMMON_NAME:
        return "CN=";
    case ORGANISATION:
        return "O=";
    case UNIT:
        return "OU=";
    default:
        return NULL;
    }
}

static void write_value(struct cs_writer *writer, struct cs_slice value)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        char escaped[] = {'\\', hex[c >> 4], hex[c & 15]};
        bool is_plain = c >= ' ' && c < 0x7f && c != '\\' && c != ',';
        cs_write(writer, is_plain ? cs_slice_make(value.data + i, 1)
                                  : cs_slice_make(escaped, sizeof escaped));
    }
}

/* Name ::= SEQUENCE OF SET OF SEQUENCE { type, value } */
void cs_certificate_name(char out[CONNSYNC_CERTIFICATE_NAME_SIZE], struct cs_slice name)
{
    struct cs_writer writer;
    struct cs_slice set;
    struct cs_slice pair;
    struct cs_slice type;
    struct cs_der_item value;

    cs_writer_init(&writer, out, CONNSYNC_CERTIFICATE_NAME_SIZE);
    if (!cs_der_only(name, CS_DER_SEQUENCE, &name)) {
        return;
    }
    while (cs_der_expect(&name, CS_DER_SET, &set)) {
        while (cs_der_expect(&set, CS_DER_SEQUENCE, &pair)) {
            if (cs_der_expect(&pair, CS_DER_OID, &type) && cs_der_next(&pair, &value) &&
                word_of(type) != NULL) {
                cs_write_string(&writer, writer.length > 0 ? ", " : "");
                cs_write_string(&writer, word_of(type));
                write_value(&writer, value.contents);
            }
        }
    }
}

/* ---- Extensions ---- */

/* X.690, section 8.19: base 128; the first number holds two. One that is padded, has no end or does
 * not fit is no text rather than another one's. */
static void write_oid(char out[CONNSYNC_OID_SIZE], struct cs_slice oid)
{
    struct cs_writer writer;
    uint64_t number = 0;
    const char *before = "";
    bool is_sound = false;

    cs_writer_init(&writer, out, CONNSYNC_OID_SIZE);
    for (size_t i = 0; i < oid.length; i++) {
        unsigned char c = (unsigned char)oid.data[i];
        if (number >> 57 != 0 || (number == 0 && c == 0x80)) {
            is_sound = false;
            break;
        }
        is_sound = (c & 0x80u) == 0;
        number = number << 7 | (c & 0x7fu);
        if (!is_sound) {
            continue;
        }
        if (before[0] == '\0') {
            unsigned first = number < 80 ? (unsigned)number / 40 : 2;
            cs_write_u64(&writer, first);
            number -= (uint64_t)first * 40;
            before = ".";
        }
        cs_write_string(&writer, before);
        cs_write_u64(&writer, number);
        number = 0;
    }
    if (!is_sound || writer.overflowed) {
        out[0] = '\0';
    }
}

/* certificatePolicies ::= SEQUENCE OF SEQUENCE { id, ... }; anyPolicy promises nothing, and of what
 * others promise nothing is known. */
static bool names_policies(struct cs_slice value)
{
    static const char any[] = {'\x55', '\x1d', '\x20', '\x00'};
    struct cs_slice list;
    struct cs_slice policy;
    struct cs_slice id;

    if (!cs_der_only(value, CS_DER_SEQUENCE, &list)) {
        return true;
    }
    while (list.length > 0) {
        if (!cs_der_expect(&list, CS_DER_SEQUENCE, &policy) ||
            !cs_der_expect(&policy, CS_DER_OID, &id) ||
            !cs_slice_equal(id, cs_slice_make(any, sizeof any))) {
            return true;
        }
    }
    return false;
}

/* Those of 2.5.29 that the library reads, or leaves to tls_name.c: identifiers of keys, usages,
 * names, basic constraints, policies. */
static bool is_read(struct cs_slice oid, struct cs_slice value)
{
    static const char arc[] = {'\x55', '\x1d'};
    static const char last[] = {14, 15, 17, 19, 35, 37};
    enum {
        POLICIES = 32
    };

    if (oid.length != sizeof arc + 1 || memcmp(oid.data, arc, sizeof arc) != 0) {
        return false;
    }
    char which = oid.data[sizeof arc];
    return which == POLICIES ? !names_policies(value) : memchr(last, which, sizeof last) != NULL;
}

/* Extension ::= SEQUENCE { id, critical BOOLEAN DEFAULT FALSE, value OCTET STRING } */
bool cs_certificate_odd_extension(struct connsync_certificate *told,
                                  const struct cs_certificate *parts)
{
    struct cs_slice list;
    struct cs_slice extension;
    struct cs_slice oid;
    struct cs_der_item item;

    if (!cs_der_only(cs_certificate_extensions(parts), CS_DER_SEQUENCE, &list)) {
        return false;
    }
    while (cs_der_expect(&list, CS_DER_SEQUENCE, &extension)) {
        if (cs_der_expect(&extension, CS_DER_OID, &oid) && cs_der_next(&extension, &item) &&
            item.tag == CS_DER_BOOLEAN && item.contents.length == 1 && item.contents.data[0] != 0 &&
            cs_der_next(&extension, &item) && !is_read(oid, item.contents)) {
            write_oid(told->extension, oid);
            return true;
        }
    }
    return false;
}

/* ---- Keys ---- */

static uint8_t trouble_of_key(struct cs_slice certificate)
{
    switch (cs_tls_key_trouble(certificate)) {
    case CONNSYNC_TLS_UNTOLD:
        return CONNSYNC_ANCHOR_UNREADABLE;
    case CONNSYNC_TLS_KEY_RSA:
        return CONNSYNC_ANCHOR_KEY_RSA;
    case CONNSYNC_TLS_KEY_P521:
        return CONNSYNC_ANCHOR_KEY_P521;
    default:
        return CONNSYNC_ANCHOR_KEY_OTHER;
    }
}

void cs_certificate_find_trouble(struct connsync_certificate *told, struct cs_slice certificate)
{
    struct cs_certificate parts;

    told->trouble = CONNSYNC_ANCHOR_UNREADABLE;
    if (!cs_certificate_read(certificate, &parts)) {
        return;
    }
    told->trouble = trouble_of_key(certificate);
    if (told->trouble == CONNSYNC_ANCHOR_UNREADABLE && cs_certificate_odd_extension(told, &parts)) {
        told->trouble = CONNSYNC_ANCHOR_EXTENSION;
    }
}
