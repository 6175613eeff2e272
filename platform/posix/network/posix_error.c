/* Errno as this program says it, and as the port's status. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/network/posix_error.h"

#include <errno.h>

const char *cs_posix_error_text(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return "connection refused";
    case ETIMEDOUT:
        return "no answer";
    case ECONNRESET:
    case EPIPE:
        return "connection reset by the peer";
    case ENETUNREACH:
    case EHOSTUNREACH:
        return "no route";
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
        return "no address of our own in that family";
    case ENETDOWN:
        return "the network is down";
    case EACCES:
    case EPERM:
        return "forbidden by the system";
    case EMFILE:
    case ENFILE:
        return "no file descriptor left";
    case ENOBUFS:
    case ENOMEM:
        return "the system is out of memory";
    default:
        return "failed";
    }
}

bool cs_posix_is_network_error(int error)
{
    switch (error) {
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EACCES:
    case EPERM:
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return true;
    default:
        return false;
    }
}
