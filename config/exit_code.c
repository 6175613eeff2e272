/* The exit code of each status. Refusals share one, and what is not named here may pass with
 * time, or be anything: it is a failure, as is a status that is not known. */
#include "config/exit_code.h"

int cs_exit_code(enum connsync_status status)
{
    if (connsync_status_is_refusal(status)) {
        return CS_EXIT_REFUSED;
    }
    switch (status) {
    case CONNSYNC_OK:
    case CONNSYNC_ITEM:
        return CS_EXIT_DONE;
    case CONNSYNC_ERR_CLIENT_CERTIFICATE:
    case CONNSYNC_ERR_UNAUTHORIZED:
    case CONNSYNC_ERR_FORBIDDEN:
    case CONNSYNC_ERR_SCOPE:
    case CONNSYNC_ERR_CLIENT_CREDENTIALS:
    case CONNSYNC_ERR_ASSERTION:
        return CS_EXIT_CREDENTIALS;
    case CONNSYNC_ERR_NOT_FOUND:
        return CS_EXIT_NO_CONNECTION;
    case CONNSYNC_ERR_RATE_LIMITED:
        return CS_EXIT_RATE_LIMITED;
    case CONNSYNC_ERR_LOSS:
    case CONNSYNC_ERR_NOT_APPLIED:
        return CS_EXIT_VERIFY;
    case CONNSYNC_ERR_TLS:
    case CONNSYNC_ERR_TLS_VERSION:
    case CONNSYNC_ERR_CERT_UNTRUSTED:
    case CONNSYNC_ERR_CERT_NAME:
    case CONNSYNC_ERR_CERT_EXPIRED:
    case CONNSYNC_ERR_CERT_NOT_YET_VALID:
    case CONNSYNC_ERR_TIME_UNKNOWN:
    case CONNSYNC_ERR_CERT_USAGE:
    case CONNSYNC_ERR_CERT_WEAK:
    case CONNSYNC_ERR_CERT_CONSTRAINT:
    case CONNSYNC_ERR_CERT_ANCHOR:
    case CONNSYNC_ERR_CERT_CRITICAL_EXTENSION:
    case CONNSYNC_ERR_TLS_POST_HANDSHAKE:
        return CS_EXIT_TLS;
    case CONNSYNC_ERR_ARGUMENT:
    case CONNSYNC_ERR_HTTP_REQUEST:
        return CS_EXIT_USAGE;
    default:
        return CS_EXIT_FAILURE;
    }
}
