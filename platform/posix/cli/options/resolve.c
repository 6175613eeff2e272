/* Which domain, client, audience and proxy hold, of what the command line, connsync.json and the
 * environment say. Secrets are secrets.c's, keys identity.c's. */
#include "platform/posix/cli/options/resolve.h"

#include "platform/posix/cli/base/environment.h"
#include "platform/posix/cli/options/identity.h"
#include "platform/posix/cli/options/secrets.h"

#include <stdio.h>
#include <string.h>

#define HTTPS_PORT 443

/* A host with an optional scheme, slash and port, as people copy it. */
static enum cli_action read_domain(struct cli_options *options)
{
    const char *domain = options->domain_given;

    options->port_number = 0;
    if (domain == NULL && options->desired != NULL &&
        cs_desired_domain(options->desired, options->domain, &options->port_number)) {
        return CLI_RUN;
    }
    if (domain == NULL) {
        domain = environment_get("AUTH0_DOMAIN");
    }
    if (domain == NULL) {
        return cli_wrong(options, "%s", "no domain: set AUTH0_DOMAIN or use --domain");
    }
    if (!cs_copy_string(options->domain, CLI_HOST_SIZE, cs_slice_of(domain)) ||
        !cs_domain_read(options->domain, &options->port_number)) {
        return cli_wrong(options,
                         "the domain must be HOST or HOST:PORT, as in tenant.eu.auth0.com, "
                         "not \"%.100s\"",
                         domain);
    }
    return CLI_RUN;
}

void cli_write_domain(char out[CLI_DOMAIN_SIZE], const struct cli_options *options)
{
    bool usual = options->port_number == 0 || options->port_number == HTTPS_PORT;

    (void)snprintf(out, CLI_DOMAIN_SIZE, usual ? "%s" : "%s:%u", options->domain,
                   (unsigned)options->port_number);
}

static enum cli_action choose_proxy(struct cli_options *options)
{
    struct connsync_posix_proxy_choice choice;

    memset(&choice, 0, sizeof choice);
    choice.url = options->proxy_url;
    choice.exceptions = options->exceptions;
    choice.host = options->domain;
    choice.port_number = options->port_number != 0 ? options->port_number : HTTPS_PORT;
    const char *wrong_with_it = connsync_posix_proxy_choose(&options->proxy, &choice);
    return wrong_with_it == NULL ? CLI_RUN
                                 : cli_wrong(options, "%s: %s", choice.source, wrong_with_it);
}

static void read_names(struct cli_options *options)
{
    options->client_id = options->client_id_given;
    if (options->client_id == NULL) {
        bool found = cli_from_file(options, CS_DESIRED_CLIENT_ID, options->client_id_of_file,
                                   sizeof options->client_id_of_file);
        options->client_id =
            found ? options->client_id_of_file : environment_get("AUTH0_CLIENT_ID");
    }
    options->audience = options->audience_given;
    if (options->audience == NULL) {
        bool found = cli_from_file(options, CS_DESIRED_AUDIENCE, options->audience_of_file,
                                   sizeof options->audience_of_file);
        options->audience = found ? options->audience_of_file : environment_get("AUTH0_AUDIENCE");
    }
}

void cli_forget(struct cli_options *options)
{
    cli_options_wipe(options);
    identity_wipe();
}

enum cli_action cli_resolve(struct cli_options *options)
{
    cli_forget(options);
    options->token[0] = '\0';
    options->client_secret[0] = '\0';
    read_names(options);
    enum cli_action action = read_domain(options);
    if (action == CLI_RUN) {
        action = choose_proxy(options);
    }
    return action == CLI_RUN ? cli_read_credentials(options) : action;
}
