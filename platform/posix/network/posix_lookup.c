/* Looks one name up in one family: in /etc/hosts, then by the system's resolver; and addresses as
 * text and as sockets have them. That it blocks, and may be late, is posix_resolver.c's affair. */
/* For getaddrinfo(), O_CLOEXEC and, with -std=c11, for all of POSIX. */
#define _GNU_SOURCE 1

#include "platform/posix/network/posix_lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
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

/* A file, read a byte at a time. */
struct reader {
    int fd;
    ssize_t at;
    ssize_t end; /* of what is in the buffer; 0 or less at the end of the file */
    char buffer[512];
};

/* The byte at hand; a line's end where the file ends. */
static char look(struct reader *reader)
{
    if (reader->at == reader->end && reader->end >= 0) {
        do {
            reader->end = read(reader->fd, reader->buffer, sizeof reader->buffer);
        } while (reader->end < 0 && errno == EINTR);
        reader->at = 0;
        reader->end = reader->end == 0 ? -1 : reader->end;
    }
    return reader->end > 0 ? reader->buffer[reader->at] : '\n';
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Reads the next word of the line, and passes by what does not fit. False at the line's end. */
static bool next_word(struct reader *reader, char *word, size_t size)
{
    size_t length = 0;

    while (is_blank(look(reader))) {
        reader->at++;
    }
    while (look(reader) != '\n' && look(reader) != '#' && !is_blank(look(reader))) {
        word[length] = look(reader);
        length += length + 1 < size ? 1 : 0;
        reader->at++;
    }
    word[length] = '\0';
    return length > 0;
}

static void pass_line(struct reader *reader)
{
    while (look(reader) != '\n') {
        reader->at++;
    }
    reader->at++;
}

/* Is it the name that is looked for? The final dot is in no hosts file. */
static bool is_name(const char *word, const char *host)
{
    size_t length = strlen(word);

    return strncasecmp(word, host, length) == 0 &&
           (host[length] == '\0' || strcmp(host + length, ".") == 0);
}

static void add(struct cs_posix_answer *answer, const struct cs_posix_address *address, int family)
{
    if (address->family == family && answer->count < CS_POSIX_ADDRESS_MAX) {
        answer->addresses[answer->count++] = *address;
    }
}

bool cs_posix_hosts_find(const char *path, const char *host, int family,
                         struct cs_posix_answer *answer)
{
    struct reader reader = {open(path, O_RDONLY | O_CLOEXEC), 0, 0, ""};
    char word[CS_POSIX_HOST_MAX + 2];
    struct cs_posix_address address;
    bool found = false;

    if (reader.fd < 0) {
        return false;
    }
    while (look(&reader), reader.end > 0) {
        bool usable =
            next_word(&reader, word, sizeof word) && cs_posix_address_parse(word, &address);
        while (usable && next_word(&reader, word, sizeof word)) {
            if (is_name(word, host)) {
                add(answer, &address, family);
                found = true;
                usable = false; /* once is enough */
            }
        }
        pass_line(&reader);
    }
    (void)close(reader.fd);
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
    return dots >= ABSOLUTE_DOTS && last[1] != '\0' && strcasecmp(last, SERVICES) != 0;
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
