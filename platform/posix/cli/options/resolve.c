/* Which domain, client, audience and proxy hold, of what the command line, connsync.json and the
 * environment say. Secrets are secrets.c's, keys identity.c's. */
#include "platform/posix/cli/options/resolve.h"

#include "platform/posix/cli/base/environment.h"
#include "platform/posix/cli/options/commands.h"
#include "platform/posix/cli/options/identity.h"
#include "platform/posix/cli/options/secrets.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

#define HTTPS_PORT 443

/* A host with an optional scheme, slash and port, as people copy it. */
static enum cli_action read_domain(struct cli_tenant *tenant, const struct cli_sources *sources,
                                   struct cli_message *message)
{
    const char *domain = sources->domain;

    tenant->port_number = 0;
    if (domain == NULL && sources->desired != NULL &&
        cs_desired_domain(sources->desired, tenant->domain, &tenant->port_number)) {
        return CLI_RUN;
    }
    if (domain == NULL) {
        domain = environment_value("AUTH0_DOMAIN");
    }
    if (domain == NULL) {
        return cli_wrong(message, "no domain: set AUTH0_DOMAIN or use --domain");
    }
    if (!cs_copy_string(tenant->domain, CLI_HOST_SIZE, cs_slice_of(domain)) ||
        !cs_domain_read(tenant->domain, &tenant->port_number)) {
        return cli_wrong(message,
                         "the domain must be HOST or HOST:PORT, as in tenant.eu.auth0.com, "
                         "not \"%.100s\"",
                         domain);
    }
    return CLI_RUN;
}

void cli_write_domain(char out[CLI_DOMAIN_SIZE], const struct cli_tenant *tenant)
{
    bool usual = tenant->port_number == 0 || tenant->port_number == HTTPS_PORT;

    (void)snprintf(out, CLI_DOMAIN_SIZE, usual ? "%s" : "%s:%u", tenant->domain,
                   (unsigned)tenant->port_number);
}

static enum cli_action choose_proxy(struct cli_tenant *tenant, const struct cli_sources *sources,
                                    struct cli_message *message)
{
    struct connsync_posix_proxy_choice choice;

    memset(&choice, 0, sizeof choice);
    choice.url = sources->proxy;
    choice.exceptions = sources->no_proxy;
    choice.host = tenant->domain;
    choice.port_number = tenant->port_number != 0 ? tenant->port_number : HTTPS_PORT;
    const char *reason = connsync_posix_proxy_choose(&tenant->proxy, &choice);
    return reason == NULL ? CLI_RUN : cli_wrong(message, "%s: %s", choice.source, reason);
}

/* One that is no secret: as given, of connsync.json, or of the environment; NULL without one. */
static const char *find_text(const char *given, const struct cs_desired *desired,
                             enum cs_desired_member member, char *room, size_t size,
                             const char *variable)
{
    if (given != NULL) {
        return given;
    }
    return cli_from_file(desired, member, room, size) ? room : environment_value(variable);
}

static void read_names(struct cli_credentials *credentials, const struct cli_sources *sources)
{
    credentials->client_id = find_text(sources->client_id, sources->desired, CS_DESIRED_CLIENT_ID,
                                       credentials->client_id_of_file,
                                       sizeof credentials->client_id_of_file, "AUTH0_CLIENT_ID");
    credentials->audience = find_text(sources->audience, sources->desired, CS_DESIRED_AUDIENCE,
                                      credentials->audience_of_file,
                                      sizeof credentials->audience_of_file, "AUTH0_AUDIENCE");
}

/* Who gives two of them means one, and would be surprised by which. */
static enum cli_action check_conflicts(const struct cli_sources *sources, const char *file,
                                       struct cli_message *message)
{
    if (sources->private_key != NULL &&
        (sources->token_file != NULL || sources->client_secret_file != NULL)) {
        return cli_wrong(message,
                         "--private-key does not go with --token-file or --client-secret-file");
    }
    return cli_is_input(sources->private_key) && cli_is_input(file)
               ? cli_wrong(message, "FILE and --private-key cannot both be standard input")
               : CLI_RUN;
}

static void wipe(struct cli_options *options)
{
    struct cli_credentials *credentials = &options->credentials;

    /* As far as they go: to write into pages that nothing was read into only takes memory. */
    cs_wipe(credentials->token, strlen(credentials->token));
    cs_wipe(credentials->client_secret, strlen(credentials->client_secret));
    connsync_posix_proxy_wipe(&options->tenant.proxy);
    identity_wipe();
}

void cli_forget(struct cli_options *options)
{
    wipe(options);
    identity_release();
}

enum cli_action cli_resolve(struct cli_options *options)
{
    const struct cli_sources *sources = &options->sources;

    wipe(options);
    options->credentials.token[0] = '\0';
    options->credentials.client_secret[0] = '\0';
    read_names(&options->credentials, sources);
    enum cli_action action = read_domain(&options->tenant, sources, &options->message);
    if (action == CLI_RUN) {
        action = choose_proxy(&options->tenant, sources, &options->message);
    }
    if (action == CLI_RUN) {
        action = check_conflicts(sources, options->file, &options->message);
    }
    if (action == CLI_RUN) {
        action = cli_read_credentials(&options->credentials, sources, &options->message);
    }
    if (options->command->action != CLI_WATCH) {
        environment_forget(); /* watch reads it again with another connsync.json */
    }
    const char *illegal = environment_take_illegal();
    return illegal == NULL ? action : cli_refuse_value(&options->message, illegal);
}
