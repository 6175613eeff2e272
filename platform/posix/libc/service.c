/*
 * What getaddrinfo() asks for the port of a service, in place of the C library's, which reads
 * /etc/services: nobody here names a service.
 */
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* As musl has it, in lookup.h. */
struct service {
    uint16_t port;
    unsigned char protocol;
    unsigned char kind;
};

int __lookup_serv(struct service *services, const char *name, int protocol, int kind, int flags);

int __lookup_serv(struct service *services, const char *name, int protocol, int kind, int flags)
{
    (void)protocol;
    (void)kind;
    (void)flags;
    if (name != NULL) {
        return EAI_SERVICE;
    }
    services[0] = (struct service){0, IPPROTO_TCP, SOCK_STREAM};
    return 1;
}
