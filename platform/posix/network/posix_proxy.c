/* Which proxy applies, from URLs, variables and exceptions. It opens nothing: posix_tunnel.c
 * speaks to the proxy. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/network/posix_proxy.h"

#include "core/base/text.h"
#include "core/tls/base64.h"
#include "platform/posix/network/posix_resolver.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FORM "http://[USER:PASSWORD@]HOST[:PORT]"

static struct cs_slice part(struct cs_slice text, size_t from, size_t to)
{
    return cs_slice_make(text.data + from, to - from);
}

/* Where `wanted` first stands in `text`; its length if nowhere. */
static size_t find(struct cs_slice text, char wanted)
{
    const char *at = text.length == 0 ? NULL : memchr(text.data, wanted, text.length);
    return at == NULL ? text.length : (size_t)(at - text.data);
}

static size_t find_last(struct cs_slice text, char wanted)
{
    for (size_t i = text.length; i > 0; i--) {
        if (text.data[i - 1] == wanted) {
            return i - 1;
        }
    }
    return text.length;
}

/* Nothing, which leaves `*port_number` as it is, or a colon and a number. */
static bool read_port(struct cs_slice text, uint16_t *port_number)
{
    uint64_t number = 0;
    if (text.length == 0) {
        return true;
    }
    if (text.data[0] != ':' || !cs_slice_to_u64(part(text, 1, text.length), &number) ||
        number == 0 || number > UINT16_MAX) {
        return false;
    }
    *port_number = (uint16_t)number;
    return true;
}

/* HOST, HOST:PORT, [IPV6], [IPV6]:PORT, or a bare IPv6 address, which is known by its
 * several colons and can have no port. */
static bool split_host(struct cs_slice text, struct cs_slice *host, uint16_t *port_number)
{
    size_t end;
    if (text.length > 0 && text.data[0] == '[') {
        end = find(text, ']');
        if (end == text.length) {
            return false;
        }
        *host = part(text, 1, end);
        return read_port(part(text, end + 1, text.length), port_number);
    }
    end = find(text, ':');
    if (end != find_last(text, ':')) {
        end = text.length;
    }
    *host = part(text, 0, end);
    return read_port(part(text, end, text.length), port_number);
}

static bool parse_address(struct cs_slice text, struct cs_posix_address *address)
{
    char string[CS_POSIX_ADDRESS_TEXT_SIZE];
    return cs_copy_string(string, sizeof string, text) && cs_posix_address_parse(string, address);
}

/* ---- The URL ---- */

/* Leaves of `*text` what follows the scheme. */
static const char *take_scheme(struct cs_slice *text)
{
    size_t length = find(*text, ':');
    if (length + 3 > text->length || memcmp(text->data + length, "://", 3) != 0) {
        return NULL; /* HOST:PORT alone means http, everywhere */
    }
    struct cs_slice scheme = part(*text, 0, length);
    if (cs_slice_equal_nocase(scheme, cs_slice_of("https"))) {
        return "TLS to the proxy itself (https://) is not supported; use " FORM;
    }
    if (length >= 5 && cs_slice_equal_nocase(part(scheme, 0, 5), cs_slice_of("socks"))) {
        return "SOCKS proxies are not supported; use " FORM;
    }
    if (!cs_slice_equal_nocase(scheme, cs_slice_of("http"))) {
        return "this is no proxy's URL; it takes " FORM;
    }
    *text = part(*text, length + 3, text->length);
    return NULL;
}

static bool is_host_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

/* A name, or an address; the only one with colons stands in brackets. */
static bool is_host(struct cs_slice host, bool bracketed)
{
    struct cs_posix_address address;
    if (bracketed) {
        return parse_address(host, &address) && address.family == AF_INET6;
    }
    for (size_t i = 0; i < host.length; i++) {
        if (!is_host_byte(host.data[i])) {
            return false;
        }
    }
    return host.length > 0;
}

static const char *read_host(struct connsync_posix_proxy *proxy, struct cs_slice text)
{
    struct cs_slice host = {NULL, 0};
    bool bracketed = cs_slice_starts_with(text, "[");
    proxy->port_number = CONNSYNC_POSIX_PROXY_PORT;
    if (!split_host(text, &host, &proxy->port_number) || !is_host(host, bracketed) ||
        !cs_copy_string(proxy->host, sizeof proxy->host, host)) {
        proxy->host[0] = '\0';
        return "the proxy's host or port is not valid; it takes " FORM;
    }
    return NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Appends `text` with its percent escapes decoded. Control characters may not be in a
 * user name or a password (RFC 7617, section 2). */
static bool decode(struct cs_writer *out, struct cs_slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.length ? hex_digit(text.data[i + 1]) : -1;
            int low = i + 2 < text.length ? hex_digit(text.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        if ((unsigned char)c < 0x20 || c == 0x7f) {
            return false;
        }
        cs_write(out, cs_slice_make(&c, 1));
    }
    return !out->overflowed;
}

/* The first colon of `text` ends the user name; one that was escaped would end it, for
 * the proxy, at another place. */
static bool decode_user(struct cs_writer *out, struct cs_slice text)
{
    size_t colon = find(text, ':');
    if (!decode(out, part(text, 0, colon)) || find(cs_written(out), ':') != out->length) {
        return false;
    }
    cs_write_string(out, ":");
    return colon == text.length ? !out->overflowed
                                : decode(out, part(text, colon + 1, text.length));
}

static const char *read_user(struct connsync_posix_proxy *proxy, struct cs_slice text)
{
    char plain[CONNSYNC_POSIX_PROXY_USER_MAX + 1u];
    struct cs_writer out;
    cs_writer_init(&out, plain, sizeof plain);
    bool right = decode_user(&out, text);
    if (right) {
        right = cs_base64_encode(proxy->credentials, sizeof proxy->credentials, cs_written(&out));
    }
    cs_wipe(plain, out.length);
    return right ? NULL
                 : "the proxy's user name or password is not valid or too long; in a URL, "
                   "characters other than letters and digits are written as %XX";
}

/* What stands between the scheme and the path, which has to be empty. */
static bool take_authority(struct cs_slice *text)
{
    size_t end = 0;
    while (end < text->length && strchr("/?#", text->data[end]) == NULL) {
        end++;
    }
    struct cs_slice rest = part(*text, end, text->length);
    *text = part(*text, 0, end);
    return rest.length == 0 || cs_slice_is(rest, "/");
}

const char *connsync_posix_proxy_parse(struct connsync_posix_proxy *proxy, const char *url)
{
    struct cs_slice text = cs_slice_of(url);
    connsync_posix_proxy_wipe(proxy);
    const char *wrong = take_scheme(&text);
    if (wrong != NULL) {
        return wrong;
    }
    if (!take_authority(&text)) {
        return "a proxy's URL ends after its host and port; it takes " FORM;
    }
    size_t at = find_last(text, '@');
    bool has_user = at < text.length;
    wrong = read_host(proxy, has_user ? part(text, at + 1, text.length) : text);
    if (wrong == NULL && has_user) {
        wrong = read_user(proxy, part(text, 0, at));
    }
    if (wrong != NULL) {
        connsync_posix_proxy_wipe(proxy);
    }
    return wrong;
}

void connsync_posix_proxy_wipe(struct connsync_posix_proxy *proxy)
{
    proxy->host[0] = '\0';
    /* A buffer that nothing was written to is not touched: that would only take memory. */
    if (proxy->credentials[0] != '\0') {
        cs_wipe(proxy->credentials, sizeof proxy->credentials);
    }
}

/* ---- The exceptions ---- */

struct target {
    struct cs_slice host; /* without the root's dot */
    uint16_t port_number;
    bool is_address;
    struct cs_posix_address address;
};

static size_t address_bits(const struct cs_posix_address *address)
{
    return address->family == AF_INET ? 32 : 128;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, size_t count)
{
    size_t whole = count / 8;
    unsigned rest = (unsigned)(count % 8);
    if (memcmp(a, b, whole) != 0) {
        return false;
    }
    return rest == 0 || ((unsigned)(a[whole] ^ b[whole]) >> (8u - rest)) == 0;
}

/* ADDRESS/BITS */
static bool network_fits(struct cs_slice entry, size_t slash, const struct target *target)
{
    struct cs_posix_address network;
    uint64_t bits = 0;
    return target->is_address && parse_address(part(entry, 0, slash), &network) &&
           cs_slice_to_u64(part(entry, slash + 1, entry.length), &bits) &&
           network.family == target->address.family && bits <= address_bits(&network) &&
           same_bits(network.bytes, target->address.bytes, (size_t)bits);
}

static bool address_fits(struct cs_slice host, const struct target *target)
{
    struct cs_posix_address address;
    return parse_address(host, &address) && address.family == target->address.family &&
           same_bits(address.bytes, target->address.bytes, address_bits(&address));
}

/* A domain fits its own name and all names under it, with or without a dot in front. */
static bool domain_fits(struct cs_slice domain, const struct target *target)
{
    struct cs_slice host = target->host;
    if (cs_slice_starts_with(domain, "*.")) {
        domain = part(domain, 1, domain.length);
    }
    if (cs_slice_starts_with(domain, ".")) {
        domain = part(domain, 1, domain.length);
    }
    if (domain.length > 0 && domain.data[domain.length - 1] == '.') {
        domain.length--;
    }
    if (domain.length == 0 || domain.length > host.length) {
        return false;
    }
    size_t before = host.length - domain.length;
    return cs_slice_equal_nocase(part(host, before, host.length), domain) &&
           (before == 0 || host.data[before - 1] == '.');
}

static bool entry_fits(struct cs_slice entry, const struct target *target)
{
    struct cs_slice host = {NULL, 0};
    uint16_t port_number = target->port_number;
    size_t slash = find(entry, '/');
    if (cs_slice_is(entry, "*")) {
        return true;
    }
    if (slash < entry.length) {
        return network_fits(entry, slash, target);
    }
    if (!split_host(entry, &host, &port_number) || port_number != target->port_number) {
        return false;
    }
    return target->is_address ? address_fits(host, target) : domain_fits(host, target);
}

bool connsync_posix_proxy_excepts(const char *exceptions, const char *host, uint16_t port_number)
{
    struct target target;
    target.host = cs_slice_of(host);
    target.port_number = port_number;
    target.is_address = cs_posix_address_parse(host, &target.address);
    if (target.host.length > 0 && host[target.host.length - 1] == '.') {
        target.host.length--;
    }
    const char *at = exceptions != NULL ? exceptions : "";
    while (*at != '\0') {
        size_t length = strcspn(at, ", \t");
        if (length > 0 && entry_fits(cs_slice_make(at, length), &target)) {
            return true;
        }
        at += length + (at[length] != '\0' ? 1u : 0u);
    }
    return false;
}

/* ---- The choice ---- */

/* The first variable that is set and not empty; `*name` is its name. */
static const char *environment(const char *const *names, const char **name)
{
    for (; *names != NULL; names++) {
        const char *value = getenv(*names);
        if (value != NULL && value[0] != '\0') {
            *name = *names;
            return value;
        }
    }
    return NULL;
}

const char *connsync_posix_proxy_choose(struct connsync_posix_proxy *proxy,
                                        struct connsync_posix_proxy_choice *choice)
{
    static const char *const url_names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                            NULL};
    static const char *const exception_names[] = {"no_proxy", "NO_PROXY", NULL};
    const char *url = choice->url;
    const char *exceptions = choice->exceptions;
    const char *ignored = NULL;
    connsync_posix_proxy_wipe(proxy);
    choice->source = url != NULL ? "--proxy" : NULL;
    if (url == NULL) {
        url = environment(url_names, &choice->source);
    }
    if (exceptions == NULL) {
        exceptions = environment(exception_names, &ignored);
    }
    if (choice->url != NULL && strchr(url, '@') != NULL) {
        return "a user name and password would be seen by others in the list of processes; "
               "put the URL into HTTPS_PROXY";
    }
    if (url == NULL || url[0] == '\0' ||
        connsync_posix_proxy_excepts(exceptions, choice->host, choice->port_number)) {
        return NULL;
    }
    return connsync_posix_proxy_parse(proxy, url);
}

const char *connsync_posix_proxy_failure_name(enum connsync_posix_proxy_failure failure)
{
    switch (failure) {
    case CONNSYNC_POSIX_PROXY_UNREACHABLE:
        return "proxy_unreachable";
    case CONNSYNC_POSIX_PROXY_CREDENTIALS:
        return "proxy_credentials";
    case CONNSYNC_POSIX_PROXY_DECLINED:
        return "proxy_declined";
    case CONNSYNC_POSIX_PROXY_ANSWER:
        return "proxy_answer";
    default:
        return "ok";
    }
}
