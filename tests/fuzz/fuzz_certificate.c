/* Any bytes as a certificate: its outline, dates, names, extensions, and which kind of key it has. Parts
 * lie within it, one after the other; what is behind it changes nothing, and what is said of it is text. */
#include "core/tls/certificate.h"
#include "core/tls/certificate_trouble.h"
#include "core/tls/key_kind.h"
#include "core/tls/tls_name.h"

#include <stdlib.h>
#include <string.h>

#define BEHIND 3

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_text(const char *text, size_t size)
{
    const char *end = memchr(text, '\0', size);

    require(end != NULL);
    for (; *text != '\0'; text++) {
        require(*text >= ' ' && *text < 0x7f);
    }
}

static void check_parts(const struct cs_certificate *parts)
{
    const char *at = parts->whole.data;
    const char *end = at + parts->whole.length;

    for (size_t i = 0; i < CS_CERTIFICATE_PARTS; i++) {
        struct cs_slice part = parts->parts[i];
        require(part.length == 0 || (part.data >= at && part.data + part.length <= end));
        at = part.length > 0 ? part.data + part.length : at;
    }
    require(parts->rest.length == 0 ||
            (parts->rest.data >= at && parts->rest.data + parts->rest.length <= end));
}

static void check_meaning(const struct cs_certificate *parts)
{
    char name[CONNSYNC_CERTIFICATE_NAME_SIZE];
    struct connsync_certificate told;
    struct cs_slice extensions = cs_certificate_extensions(parts);
    struct cs_slice names = cs_tls_extension(extensions, CS_TLS_OID_SUBJECT_ALT_NAME);
    int64_t from = 0;
    int64_t to = 0;

    memset(&told, 0, sizeof told);
    (void)cs_certificate_dates(parts, &from, &to);
    cs_certificate_name(name, parts->subject);
    check_text(name, sizeof name);
    cs_certificate_name(name, parts->issuer);
    check_text(name, sizeof name);
    if (cs_certificate_odd_extension(&told, parts)) {
        check_text(told.extension, sizeof told.extension);
    }
    (void)cs_tls_names_include(names, cs_slice_of("a.test"));
}

static void check_trouble(struct cs_slice text)
{
    struct connsync_certificate told;

    memset(&told, 0, sizeof told);
    cs_certificate_find_trouble(&told, text);
    check_text(told.extension, sizeof told.extension);
}

static void check_list(struct cs_slice list)
{
    struct cs_certificate parts;
    size_t before = list.length + 1;

    while (cs_certificate_next(&list, &parts)) {
        struct cs_certificate again;
        require(list.length < before);
        before = list.length;
        check_parts(&parts);
        if (cs_certificate_read(parts.whole, &again)) {
            require(again.whole.length == parts.whole.length);
            check_meaning(&parts);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_slice text = cs_slice_make((const char *)data, size);
    struct cs_certificate parts;
    struct cs_certificate more;
    uint8_t *longer = malloc(size + BEHIND);

    require(longer != NULL);
    memcpy(longer, data, size);
    memset(longer + size, 0x30, BEHIND);
    struct cs_slice longer_text = cs_slice_make((const char *)longer, size + BEHIND);
    struct cs_slice rest = text;
    if (cs_certificate_next(&rest, &parts)) {
        rest = longer_text;
        require(cs_certificate_next(&rest, &more) && more.whole.length == parts.whole.length);
        require(cs_tls_key_trouble(text) == cs_tls_key_trouble(longer_text));
    } else {
        require(cs_tls_key_trouble(text) == CONNSYNC_TLS_UNTOLD);
    }
    check_list(text);
    check_trouble(text);
    free(longer);
    return 0;
}
