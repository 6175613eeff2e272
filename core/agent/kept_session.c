/* The TLS session that an agent goes on from: core/base/session.h says what is kept, and for whom.
 * How a handshake does so is core/tls's. */
#include "core/agent/agent.h"
#include "core/tls/tls.h"

#include <string.h>

/* A session is the service's at this port, for the client with this certificate. */
static enum connsync_status resume(struct connsync *agent)
{
    const struct connsync_config *config = &agent->config;
    const struct connsync_client *client = config->client;
    struct cs_slice pieces[2] = {cs_slice_make((const char *)&agent->exchange.port_number,
                                               sizeof agent->exchange.port_number),
                                 {NULL, 0}};

    if (client != NULL && client->certificate != NULL) {
        pieces[1] = cs_slice_make((const char *)client->certificate, client->certificate_length);
    }
    return cs_tls_resume(agent->exchange.tls, config->session, pieces, 2);
}

void connsync_session_init(struct connsync_session *session, void *data, size_t size, size_t length)
{
    static const struct connsync_session_hooks hooks = {.resume = resume};

    memset(session, 0, sizeof *session);
    session->data = data;
    session->size = size;
    session->length = length <= size ? length : 0;
    session->hooks = &hooks;
}

void connsync_session_forget(struct connsync_session *session)
{
    cs_wipe(session->data, session->length); /* what was longer was wiped when it was replaced */
    session->length = 0;
}
