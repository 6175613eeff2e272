/*
 * What proves who the client is, beside a token and a secret: its private key, from which
 * client assertions are made, its certificate for mutual TLS, and the token that was kept
 * from an earlier run. One of each in this process, and each wiped after use.
 */
#ifndef CONNSYNC_CLI_IDENTITY_H
#define CONNSYNC_CLI_IDENTITY_H

#include "platform/posix/cli/options/options.h"

/* Reads the private key that the command line or the environment names, if one is named, and
 * how to sign with it. */
enum cli_action identity_read_key(const struct cli_sources *sources,
                                  const struct cli_credentials *credentials,
                                  struct cli_message *message);

/* Reads the client certificate that the command line names, if it names one. */
enum cli_action identity_read_certificate(const struct cli_sources *sources,
                                          struct cli_message *message);

/* The note that others may read the file `name`, which is or holds a `kind`. */
void identity_tell_exposed(const char *kind, const char *name);

/* Is there a private key, a certificate? */
bool identity_has_key(void);
bool identity_has_certificate(void);

/* What each agent has of it. The caller's, from identity_fill() until the agent is closed. */
struct identity {
    struct connsync_client client;
    unsigned known; /* private: how many tokens had been granted when it was given its own */
};

/* Adds all of it to what an agent is opened with, but for a kept token. The one that an agent is
 * granted will be kept, if identity_use_cache() was called for the first; where it shares with others,
 * it is theirs as well. The credentials stay the caller's until the agent is closed, and so do the texts
 * of `config`. */
void identity_fill(struct connsync_config *config, struct identity *identity,
                   const struct cli_credentials *credentials, bool shares);

/* For the first agent, afterwards: with a client's credentials, looks for a kept token. */
void identity_use_cache(struct connsync_config *config, const struct cli_credentials *credentials,
                        bool is_verbose);

/* The service does not take the token that was kept, nor gives another. */
void identity_forget_token(void);

/* The scopes of the token that is in use; NULL where they are not known: it is opaque. */
const char *identity_scope(void);

/* What the token that is in use says of itself, or of where it is from. */
struct identity_token {
    char
        client_id[CS_DESIRED_CLIENT_ID_SIZE]; /* whom it was granted to; "" where it does not say */
    int64_t until;                            /* seconds since 1970; 0 where it does not say */
    const char
        *from; /* "given", "kept" from an earlier run, or "granted" now; NULL: there is none */
};
const struct identity_token *identity_token(void);

/* `function` is shown each certificate of a chain, as connsync_client says. To be called before
 * identity_fill(). */
void identity_watch_chains(void (*function)(void *context, unsigned depth, const uint8_t *der,
                                            size_t length));

/* The agent is closed: wipes the kept token. */
void identity_release(void);

/* Wipes the keys; a kept token stays. */
void identity_wipe(void);

/* Keys that are about to be read again: keeps a copy, puts it back if they cannot be read,
 * and wipes it. */
void identity_set_aside(void);
void identity_take_back(void);
void identity_drop_aside(void);

#endif
