/*
 * How the agent reaches what a client has beside its secret: assertions, kept tokens, scopes
 * and certificates. Through hooks that connsync_client_init sets, so that only who calls it
 * links client.c and what that calls.
 */
#ifndef CONNSYNC_CORE_AGENT_CLIENT_H
#define CONNSYNC_CORE_AGENT_CLIENT_H

#include "core/agent/agent.h"

struct connsync_client_hooks {
    /* Has it a proof of who it is that could stand in for a secret? */
    bool (*has_proof)(const struct connsync_client *client);
    size_t proof_size;                         /* that a proof may add to a token request */
    const struct cs_http_extra_fields *fields; /* that it needs of an answer */

    enum connsync_status (*identify)(const struct connsync_client *client, struct cs_tls *tls);
    /* At the beginning of a job: drops a kept token that is known to lack a scope. */
    void (*begin)(struct connsync *agent);
    enum connsync_status (*write_proof)(struct connsync *agent, struct cs_writer *form);
    /* Does the token that was granted, in the present document, have the scopes? */
    enum connsync_status (*check_scopes)(struct connsync *agent);
    void (*hand_over)(struct connsync *agent);
    /* Was it for the clock that the service rejected an assertion? Then the next is issued by
     * the service's. */
    bool (*reissues)(struct connsync *agent, enum connsync_status status);
};

/* Can a token be asked for? */
static inline bool cs_client_is_usable(const struct connsync_config *config)
{
    const struct connsync_client *client = config->client;

    return config->client_id != NULL &&
           (config->client_secret != NULL || (client != NULL && client->hooks->has_proof(client)));
}

#endif
