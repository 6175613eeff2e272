/* The token or the client's credentials, from files and the environment. */
#include "platform/posix/cli/options/secrets.h"

#include "core/base/text.h"
#include "platform/posix/cli/base/environment.h"
#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/options/identity.h"

#include <errno.h>
#include <string.h>

bool cli_from_file(const struct cli_options *options, enum cs_desired_member member, char *out,
                   size_t size)
{
    size_t needed =
        options->desired != NULL ? cs_desired_string(options->desired, member, out, size) : 0;

    return needed > 0 && needed <= size;
}

/* The first line of a file, without its end; "-" is standard input. */
static enum cli_action read_secret_file(struct cli_options *options, const char *path, char *out)
{
    ssize_t length = file_read(path, out, CLI_SECRET_SIZE);

    if (length < 0) {
        return cli_wrong(options, "cannot read the file %.200s: %s", path, strerror(errno));
    }
    if ((size_t)length == CLI_SECRET_SIZE) {
        return cli_wrong(options, "the file %.200s is too long for a token or a secret", path);
    }
    out[length] = '\0';
    size_t end = strcspn(out, "\r\n");
    cs_wipe(out + end, (size_t)length - end); /* what follows the first line */
    return end > 0 ? CLI_RUN : cli_wrong(options, "the file %.200s is empty", path);
}

static enum cli_action copy_secret(struct cli_options *options, const char *name, const char *value,
                                   char *out)
{
    if (!cs_copy_string(out, CLI_SECRET_SIZE, cs_slice_of(value))) {
        return cli_wrong(options, "%s is too long", name);
    }
    return CLI_RUN;
}

static enum cli_action read_token(struct cli_options *options)
{
    if (options->token_file != NULL) {
        return read_secret_file(options, options->token_file, options->token);
    }
    /* Client credentials on the command line win over a token left in the shell. */
    if (options->client_secret_file != NULL || options->private_key != NULL) {
        return CLI_RUN;
    }
    /* And so do those of the file, which belongs to its tenant. */
    if (cli_from_file(options, CS_DESIRED_TOKEN, options->token, sizeof options->token) ||
        cli_from_file(options, CS_DESIRED_CLIENT_SECRET, options->client_secret,
                      sizeof options->client_secret)) {
        return CLI_RUN;
    }
    const char *token = environment_get("AUTH0_API_TOKEN");
    if (token == NULL) {
        token = environment_get("AUTH0_ACCESS_TOKEN");
    }
    return token == NULL ? CLI_RUN : copy_secret(options, "AUTH0_API_TOKEN", token, options->token);
}

/* The secret or the private key. In the environment the key comes first, since it is the
 * stronger of the two. */
static enum cli_action read_proof(struct cli_options *options)
{
    const char *secret = environment_get("AUTH0_CLIENT_SECRET");

    if (options->client_secret_file != NULL) {
        return read_secret_file(options, options->client_secret_file, options->client_secret);
    }
    if (options->private_key == NULL && options->client_secret[0] != '\0') {
        return CLI_RUN;
    }
    enum cli_action action = identity_read_key(options);
    if (action != CLI_RUN || identity_has_key() || secret == NULL) {
        return action;
    }
    return copy_secret(options, "AUTH0_CLIENT_SECRET", secret, options->client_secret);
}

static enum cli_action check_client(struct cli_options *options)
{
    bool proved = options->client_secret[0] != '\0' || identity_has_key();

    if (options->client_id == NULL && !proved) {
        return cli_wrong(options, "%s",
                         "no credentials: set AUTH0_API_TOKEN, or AUTH0_CLIENT_ID and "
                         "AUTH0_CLIENT_SECRET, or use --token-file");
    }
    if (options->client_id == NULL) {
        return cli_wrong(options, "a client %s without an id: set AUTH0_CLIENT_ID",
                         identity_has_key() ? "key" : "secret");
    }
    if (!proved && !identity_has_certificate()) {
        return cli_wrong(options, "%s",
                         "a client id without a secret: set AUTH0_CLIENT_SECRET or use "
                         "--client-secret-file or --private-key");
    }
    return CLI_RUN;
}

/* Who gives two of them means one, and would be surprised by which. */
static enum cli_action check_conflicts(struct cli_options *options)
{
    bool from_input = options->private_key != NULL && strcmp(options->private_key, "-") == 0;

    if (options->private_key != NULL &&
        (options->token_file != NULL || options->client_secret_file != NULL)) {
        return cli_wrong(options, "%s",
                         "--private-key does not go with --token-file or --client-secret-file");
    }
    if (from_input && options->file != NULL && strcmp(options->file, "-") == 0) {
        return cli_wrong(options, "%s", "FILE and --private-key cannot both be standard input");
    }
    return CLI_RUN;
}

enum cli_action cli_read_credentials(struct cli_options *options)
{
    enum cli_action action = check_conflicts(options);

    if (action == CLI_RUN) {
        action = identity_read_certificate(options);
    }
    if (action == CLI_RUN) {
        action = read_token(options);
    }
    bool has_token = options->token[0] != '\0';
    if (action == CLI_RUN && !has_token) {
        action = read_proof(options);
    }
    if (action == CLI_RUN && !has_token) {
        action = check_client(options);
    }
    if (action == CLI_RUN && !identity_has_key() &&
        (options->signing_alg != NULL || options->key_id != NULL)) {
        return cli_wrong(options, "%s", "--signing-alg and --key-id go with a private key only");
    }
    return action;
}
