/* Looks one name up in one family: in /etc/hosts, then by the system's resolver; and addresses as
 * text and as sockets have them. That it blocks, and may be late, is posix_resolver.c's affair. */
/* For getaddrinfo(), O_CLOEXEC and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_lookup.h"

#include "core/base/text.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOSTS_FILE "/etc/hosts"
/* A name with fewer dots may be one of the place where it is used. */
#define ABSOLUTE_DOTS 2
/* The namespace of services within a Kubernetes cluster, reached through its search list. */
#define SERVICES ".svc"

bool cs_posix_address_parse(const char *text, struct cs_posix_address *address)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, address->bytes) == 1) {
        address->family = AF_INET;
        return true;
    }
    if (inet_pton(AF_INET6, text, address->bytes) == 1) {
        address->family = AF_INET6;
        return true;
    }
    return false;
}

void cs_posix_address_text(const struct cs_posix_address *address, char *out, size_t size)
{
    if (size == 0) {
        return;
    }
    if (inet_ntop(address->family, address->bytes, out, (socklen_t)size) == NULL) {
        out[0] = '\0';
    }
}

socklen_t cs_posix_address_socket(const struct cs_posix_address *address, uint16_t port_number,
                                  struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (address->family == AF_INET) {
        struct sockaddr_in in;
        memset(&in, 0, sizeof in);
        in.sin_family = AF_INET;
        in.sin_port = htons(port_number);
        memcpy(&in.sin_addr, address->bytes, sizeof in.sin_addr);
        memcpy(out, &in, sizeof in);
        return (socklen_t)sizeof in;
    }
    struct sockaddr_in6 in6;
    memset(&in6, 0, sizeof in6);
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port_number);
    in6.sin6_scope_id = address->scope;
    memcpy(&in6.sin6_addr, address->bytes, sizeof in6.sin6_addr);
    memcpy(out, &in6, sizeof in6);
    return (socklen_t)sizeof in6;
}

/* ---- /etc/hosts ---- */

/* The whole file, or NULL where there is none, or nothing in it. */
static char *map(const char *path, size_t *size)
{
    struct stat facts;
    void *text = MAP_FAILED;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0 && fstat(fd, &facts) == 0) {
        *size = (size_t)facts.st_size;
        text = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return text == MAP_FAILED ? NULL : text;
}

static bool is_address(const char *word, size_t length, struct cs_posix_address *address)
{
    char text[CS_POSIX_ADDRESS_TEXT_SIZE];

    if (length >= sizeof text) {
        return false;
    }
    memcpy(text, word, length);
    text[length] = '\0';
    return cs_posix_address_parse(text, address);
}

/* The final dot is in no hosts file. */
static struct cs_slice without_dot(const char *host)
{
    struct cs_slice name = cs_slice_of(host);

    name.length -= name.length > 0 && host[name.length - 1] == '.';
    return name;
}

static void add(struct cs_posix_answer *answer, const struct cs_posix_address *address, int family)
{
    if (address->family == family && answer->count < CS_POSIX_ADDRESS_MAX) {
        answer->addresses[answer->count++] = *address;
    }
}

static size_t word_length(const char *word, const char *end)
{
    const char *at = word;

    while (at < end && strchr(" \t\r\n#", *at) == NULL) {
        at++;
    }
    return (size_t)(at - word);
}

/* What a line holds, from left to right. */
enum part {
    ADDRESS,
    NAMES,
    REST
};

/* What comes next, behind a byte between words. */
static enum part after(enum part part, char byte)
{
    if (byte == '\n') {
        return ADDRESS;
    }
    return byte == '#' ? REST : part;
}

bool cs_posix_hosts_find(const char *path, const char *host, int family,
                         struct cs_posix_answer *answer)
{
    struct cs_posix_address address;
    struct cs_slice name = without_dot(host);
    enum part part = ADDRESS;
    size_t size = 0;
    char *text = map(path, &size);
    bool found = false;

    for (size_t at = 0; text != NULL && at < size;) {
        struct cs_slice word = cs_slice_make(text + at, word_length(text + at, text + size));
        if (word.length == 0) {
            part = after(part, text[at]);
            at++;
            continue;
        }
        at += word.length;
        if (part == ADDRESS) {
            part = is_address(word.data, word.length, &address) ? NAMES : REST;
        } else if (part == NAMES && cs_slice_equal_nocase(word, name)) {
            add(answer, &address, family);
            found = true;
            part = REST;
        }
    }
    if (text != NULL) {
        (void)munmap(text, size);
    }
    return found;
}

/* ---- The system's resolver ---- */

static int32_t outcome_of(int code)
{
    switch (code) {
    case 0:
        return CS_POSIX_RESOLVED;
    case EAI_NONAME:
        return CS_POSIX_NO_SUCH_NAME;
#if defined(EAI_NODATA) && EAI_NODATA != EAI_NONAME
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        return CS_POSIX_NO_ADDRESS;
    case EAI_AGAIN:
        return CS_POSIX_NO_NAME_SERVER;
    default:
        return CS_POSIX_RESOLVER_FAILED;
    }
}

static void address_of(const struct addrinfo *info, struct cs_posix_address *address)
{
    memset(address, 0, sizeof *address);
    address->family = info->ai_family;
    if (info->ai_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, info->ai_addr, sizeof in);
        memcpy(address->bytes, &in.sin_addr, sizeof in.sin_addr);
        return;
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, info->ai_addr, sizeof in6);
    memcpy(address->bytes, &in6.sin6_addr, sizeof in6.sin6_addr);
    address->scope = in6.sin6_scope_id;
}

bool cs_posix_is_absolute(const char *host)
{
    int dots = 0;
    const char *last = host;

    for (const char *at = strchr(host, '.'); at != NULL; at = strchr(at + 1, '.')) {
        dots++;
        last = at;
    }
    return dots >= ABSOLUTE_DOTS && last[1] != '\0' &&
           !cs_slice_equal_nocase(cs_slice_of(last), cs_slice_of(SERVICES));
}

void cs_posix_lookup(const char *host, int family, struct cs_posix_answer *answer)
{
    if (cs_posix_hosts_find(HOSTS_FILE, host, family, answer)) {
        answer->outcome = answer->count > 0 ? CS_POSIX_RESOLVED : CS_POSIX_NO_ADDRESS;
        return;
    }
    char name[CS_POSIX_HOST_MAX + 2];
    (void)snprintf(name, sizeof name, "%s%s", host, cs_posix_is_absolute(host) ? "." : "");
    struct addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    struct addrinfo *list = NULL;
    answer->outcome = outcome_of(getaddrinfo(name, NULL, &hints, &list));
    if (answer->outcome != CS_POSIX_RESOLVED) {
        return;
    }
    for (const struct addrinfo *info = list; info != NULL; info = info->ai_next) {
        struct cs_posix_address address;
        address_of(info, &address);
        add(answer, &address, family);
    }
    freeaddrinfo(list);
}
