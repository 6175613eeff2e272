/* The token or the client's credentials, from files and the environment. */
#include "platform/posix/cli/options/secrets.h"

#include "core/base/text.h"
#include "platform/posix/cli/base/environment.h"
#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/base/value.h"
#include "platform/posix/cli/options/identity.h"
#include "platform/posix/credentials/exposure.h"

#include <errno.h>
#include <string.h>

bool cli_from_file(const struct cs_desired *desired, enum cs_desired_member member, char *out,
                   size_t size)
{
    size_t needed = desired != NULL ? cs_desired_string(desired, member, out, size) : 0;

    return needed > 0 && needed <= size;
}

enum cli_action cli_refuse_value(struct cli_message *message, const char *name)
{
    return cli_wrong(
        message,
        "%.200s has a character in it that no token, secret or id has, such as the end "
        "of a line",
        name);
}

/* A token goes into the head of a request as it is. */
static enum cli_action check(struct cli_message *message, const char *name, const char *value,
                             size_t length, bool is_token)
{
    return value_is_clean(value, length, is_token) ? CLI_RUN : cli_refuse_value(message, name);
}

void cli_warn_if_exposed(const char *path)
{
    if (!cli_is_input(path) && cs_is_exposed(path)) {
        identity_tell_exposed("secret in", path);
    }
}

static enum cli_action read_text(struct cli_message *message, const char *path, bool is_token,
                                 char *out)
{
    ssize_t length = file_read(path, out, CLI_SECRET_SIZE);

    if (length < 0) {
        return cli_wrong(message, "cannot read the file %.200s: %s", path, strerror(errno));
    }
    if ((size_t)length == CLI_SECRET_SIZE) {
        return cli_wrong(message, "the file %.200s is too long for a token or a secret", path);
    }
    size_t end = value_tidy(out, (size_t)length);
    if (end == 0) {
        return cli_wrong(message, "the file %.200s is empty", path);
    }
    return check(message, path, out, end, is_token);
}

/* A file with nothing else in it; "-" is standard input. What is left in `out` is a string, and empty
 * where it is refused. */
static enum cli_action read_secret_file(struct cli_message *message, const char *path,
                                        bool is_token, char *out)
{
    enum cli_action action = read_text(message, path, is_token, out);

    if (action == CLI_RUN) {
        cli_warn_if_exposed(path);
    } else {
        cs_wipe(out, CLI_SECRET_SIZE);
    }
    return action;
}

static enum cli_action copy_secret(struct cli_message *message, const char *name, const char *value,
                                   bool is_token, char *out)
{
    if (!cs_copy_string(out, CLI_SECRET_SIZE, cs_slice_of(value))) {
        return cli_wrong(message, "%s is too long", name);
    }
    return check(message, name, value, strlen(value), is_token);
}

static enum cli_action read_token(struct cli_credentials *credentials,
                                  const struct cli_sources *sources, struct cli_message *message)
{
    if (sources->token_file != NULL) {
        return read_secret_file(message, sources->token_file, true, credentials->token);
    }
    /* Client credentials on the command line win over a token left in the shell. */
    if (sources->client_secret_file != NULL || sources->private_key != NULL) {
        return CLI_RUN;
    }
    /* And so do those of the file, which belongs to its tenant. */
    if (cli_from_file(sources->desired, CS_DESIRED_TOKEN, credentials->token,
                      sizeof credentials->token) ||
        cli_from_file(sources->desired, CS_DESIRED_CLIENT_SECRET, credentials->client_secret,
                      sizeof credentials->client_secret)) {
        return CLI_RUN;
    }
    const char *name = "AUTH0_API_TOKEN";
    const char *token = environment_value(name);
    if (token == NULL) {
        name = "AUTH0_ACCESS_TOKEN";
        token = environment_value(name);
    }
    return token == NULL ? CLI_RUN : copy_secret(message, name, token, true, credentials->token);
}

/* The secret or the private key. In the environment the key comes first, since it is the
 * stronger of the two. */
static enum cli_action read_proof(struct cli_credentials *credentials,
                                  const struct cli_sources *sources, struct cli_message *message)
{
    static const char variable[] = "AUTH0_CLIENT_SECRET";
    const char *secret = environment_value(variable);

    if (sources->client_secret_file != NULL) {
        return read_secret_file(message, sources->client_secret_file, false,
                                credentials->client_secret);
    }
    if (sources->private_key == NULL && credentials->client_secret[0] != '\0') {
        return CLI_RUN;
    }
    enum cli_action action = identity_read_key(sources, credentials, message);
    if (action != CLI_RUN || identity_has_key() || secret == NULL) {
        return action;
    }
    return copy_secret(message, variable, secret, false, credentials->client_secret);
}

static enum cli_action check_client(const struct cli_credentials *credentials,
                                    struct cli_message *message)
{
    bool proved = credentials->client_secret[0] != '\0' || identity_has_key();

    if (credentials->client_id == NULL && !proved) {
        return cli_wrong(message, "no credentials: set AUTH0_API_TOKEN, or AUTH0_CLIENT_ID and "
                                  "AUTH0_CLIENT_SECRET, or use --token-file");
    }
    if (credentials->client_id == NULL) {
        return cli_wrong(message, "a client %s without an id: set AUTH0_CLIENT_ID",
                         identity_has_key() ? "key" : "secret");
    }
    if (!proved && !identity_has_certificate()) {
        return cli_wrong(message, "a client id without a secret: set AUTH0_CLIENT_SECRET or use "
                                  "--client-secret-file or --private-key");
    }
    return CLI_RUN;
}

enum cli_action cli_read_credentials(struct cli_credentials *credentials,
                                     const struct cli_sources *sources, struct cli_message *message)
{
    enum cli_action action = identity_read_certificate(sources, message);

    if (action == CLI_RUN) {
        action = read_token(credentials, sources, message);
    }
    bool has_token = credentials->token[0] != '\0';
    if (action == CLI_RUN && !has_token) {
        action = read_proof(credentials, sources, message);
    }
    if (action == CLI_RUN && !has_token) {
        action = check_client(credentials, message);
    }
    if (action == CLI_RUN && !identity_has_key() &&
        (sources->signing_alg != NULL || credentials->key_id != NULL)) {
        return cli_wrong(message, "--signing-alg and --key-id go with a private key only");
    }
    return action;
}
