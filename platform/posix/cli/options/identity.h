/*
 * What proves who the client is, beside a token and a secret: its private key, from which
 * client assertions are made, its certificate for mutual TLS, and the token that was kept
 * from an earlier run. One of each in this process, and each wiped after use.
 */
#ifndef CONNSYNC_CLI_IDENTITY_H
#define CONNSYNC_CLI_IDENTITY_H

#include "platform/posix/cli/options/options.h"

/* Reads the private key that the options or the environment name, if they name one, and
 * how to sign with it. */
enum cli_action identity_read_key(struct cli_options *options);

/* Reads the client certificate that the options name, if they name one. */
enum cli_action identity_read_certificate(struct cli_options *options);

/* Is there a private key, a certificate? */
bool identity_has_key(void);
bool identity_has_certificate(void);

/* Adds all of it to what an agent is opened with. With a client's credentials, looks for a
 * kept token; the one that an agent is granted will be kept. The options stay the caller's
 * until the agent is closed. */
void identity_fill(struct connsync_config *config, const struct cli_options *options);

/* The service does not take the token that was kept, nor gives another. */
void identity_forget_token(void);

/* The agent is closed: wipes the kept token. */
void identity_release(void);

/* Wipes the keys. */
void identity_wipe(void);

/* Keys that are about to be read again: keeps a copy, puts it back if they cannot be read,
 * and wipes it. */
void identity_set_aside(void);
void identity_take_back(void);
void identity_drop_aside(void);

#endif
