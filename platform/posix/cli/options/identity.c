/* Keys, certificate and kept token in static memory, and what an agent is told of them. How they
 * are read and written is credentials/'s. */
#include "platform/posix/cli/options/identity.h"

#include "platform/posix/cli/base/environment.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/base/token_claim.h"
#include "platform/posix/credentials/assertion.h"
#include "platform/posix/credentials/client_certificate.h"
#include "platform/posix/credentials/token_cache.h"

#include <string.h>

/* The longest client id and key id that an assertion has room for. */
#define ID_MAX 255u
#define AUDIENCE_SIZE (CLI_HOST_SIZE + sizeof "https:///api/v2/")

/* Static, as all memory of this program is; what is not used is not touched. */
static struct cs_private_key key;
static struct cs_client_certificate certificate;
static struct cs_assertion assertion;
static struct cs_token_cache cache = {-1, "", NULL};
static char token[CS_TOKEN_MAX + 1];
static char scope[CS_TOKEN_SCOPE_MAX + 1];
/* What watch goes on with when new ones cannot be read. */
static struct cs_private_key key_aside;
static struct cs_client_certificate certificate_aside;
static enum cs_assertion_algorithm algorithm_aside;
static unsigned grants;  /* of all agents */
static bool is_kept;     /* a token that is granted */
static bool knows_scope; /* `scope` is the present token's */
static bool verbose;
static struct identity_token told; /* of the present token */
static void (*certified)(void *context, unsigned depth, const uint8_t *der, size_t length);
static unsigned char scratch_memory[CS_CREDENTIAL_SCRATCH_SIZE];

static struct cs_key_scratch scratch(void)
{
    const struct cs_key_scratch lent = {system_port(), scratch_memory, sizeof scratch_memory};

    return lent;
}

/* -1 where the port does not know. */
static int64_t utc_now(void)
{
    const struct connsync_port *port = system_port();
    int64_t now = 0;

    return port->utc_seconds(port->context, &now) == CONNSYNC_PORT_OK ? now : -1;
}

static enum cli_action refuse(struct cli_message *message, const char *kind, const char *name,
                              enum cs_credential_status status)
{
    return cli_wrong(message, "the %s %.200s: %s", kind,
                     strcmp(name, "-") == 0 ? "on standard input" : name,
                     cs_credential_reason(status));
}

void identity_tell_exposed(const char *kind, const char *name)
{
    log_format(LOG_NOTE, "others may read or change the %s %.200s: chmod 600", kind, name);
}

static void warn_if_exposed(const struct cs_private_key *read, const char *name)
{
    if (read->exposed) {
        identity_tell_exposed("private key", name);
    }
}

/* ---- The private key ---- */

static enum cli_action read_algorithm(const char *name, struct cli_message *message)
{
    if (name == NULL) {
        name = environment_value("AUTH0_CLIENT_ASSERTION_SIGNING_ALG");
    }
    if (name == NULL) {
        name = environment_value("AUTH0_CLIENT_SIGNING_ALGORITHM");
    }
    assertion.algorithm = CS_ASSERTION_RS256;
    if (name != NULL && !cs_assertion_algorithm_parse(name, &assertion.algorithm)) {
        return cli_wrong(message, "the signing algorithm is RS256, RS384 or PS256, not \"%.40s\"",
                         name);
    }
    return CLI_RUN;
}

static bool is_too_long(const char *id)
{
    return id != NULL && strlen(id) > ID_MAX;
}

enum cli_action identity_read_key(const struct cli_sources *sources,
                                  const struct cli_credentials *credentials,
                                  struct cli_message *message)
{
    static const char variable[] = "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY";
    struct cs_credential_source source = {sources->private_key, NULL};
    struct cs_key_scratch lent = scratch();

    if (source.path == NULL) {
        source.text = environment_get(variable);
    }
    if (source.path == NULL && source.text == NULL) {
        source.path = environment_value("AUTH0_CLIENT_SIGNING_KEY_PATH");
    }
    if (source.path == NULL && source.text == NULL) {
        return CLI_RUN;
    }
    const char *name = source.path != NULL ? source.path : variable;
    if (is_too_long(credentials->client_id) || is_too_long(credentials->key_id)) {
        return refuse(message, "private key", name, CS_CREDENTIAL_OUTPUT);
    }
    enum cs_credential_status status =
        cs_private_key_read(&key, CS_PRIVATE_KEY_ASSERTION, &source, &lent);
    if (status != CS_CREDENTIAL_OK) {
        return refuse(message, "private key", name, status);
    }
    warn_if_exposed(&key, name);
    return read_algorithm(sources->signing_alg, message);
}

bool identity_has_key(void)
{
    return key.length > 0;
}

static enum connsync_status make_assertion(void *context, int64_t utc_seconds, char *out,
                                           size_t size)
{
    (void)context;
    switch (cs_assertion_write(&assertion, utc_seconds, out, size)) {
    case CS_CREDENTIAL_OK:
        return CONNSYNC_OK;
    case CS_CREDENTIAL_ENTROPY:
        return CONNSYNC_ERR_ENTROPY;
    default:
        return CONNSYNC_ERR_ASSERTION;
    }
}

/* ---- The certificate ---- */

enum cli_action identity_read_certificate(const struct cli_sources *sources,
                                          struct cli_message *message)
{
    const char *path = sources->client_certificate;
    const char *key_path = sources->client_key != NULL ? sources->client_key : path;
    const struct cs_credential_source source = {path, NULL};
    const struct cs_credential_source key_source = {sources->client_key, NULL};
    const struct cs_key_scratch lent = scratch();
    bool of_key = false;

    if (path == NULL) {
        return sources->client_key == NULL
                   ? CLI_RUN
                   : cli_wrong(message, "--client-key goes with --client-certificate only");
    }
    if (strcmp(path, "-") == 0 || strcmp(key_path, "-") == 0) {
        return cli_wrong(message,
                         "--client-certificate and --client-key take files, not standard input");
    }
    enum cs_credential_status status = cs_client_certificate_read(
        &certificate, &source, sources->client_key != NULL ? &key_source : NULL, utc_now(), &lent,
        &of_key);
    if (status != CS_CREDENTIAL_OK) {
        return refuse(message, of_key ? "client key" : "client certificate",
                      of_key ? key_path : path, status);
    }
    warn_if_exposed(&certificate.key, key_path);
    return CLI_RUN;
}

bool identity_has_certificate(void)
{
    return certificate.key.length > 0;
}

/* ---- The kept token ---- */

static void tell_note(void)
{
    if (verbose && cache.note != NULL) {
        log_write(LOG_NOTE, cache.note);
    }
}

/* Auth0's name for who asked is azp; the subject of a client's own token is ID@clients. */
static void learn(const char *text, const char *from)
{
    if (!token_claim_text(text, "azp", told.client_id, sizeof told.client_id)) {
        (void)token_claim_text(text, "sub", told.client_id, sizeof told.client_id);
        told.client_id[strcspn(told.client_id, "@")] = '\0';
    }
    told.until = (int64_t)token_claim_number(text, "exp");
    told.from = from;
}

const struct identity_token *identity_token(void)
{
    return &told;
}

void identity_watch_chains(void (*function)(void *context, unsigned depth, const uint8_t *der,
                                            size_t length))
{
    certified = function;
}

static void keep(void *context, const struct connsync_grant *grant)
{
    struct cs_token_grant kept = {grant->utc_seconds, grant->utc_seconds, grant->token,
                                  grant->scope};

    struct identity *identity = context;

    learn(grant->token, "granted");
    identity->known = ++grants;
    if (identity->client.another != NULL && strlen(grant->token) < sizeof token) {
        memcpy(token, grant->token, strlen(grant->token) + 1);
    }
    knows_scope =
        grant->scope[0] != '\0' && cs_copy_string(scope, sizeof scope, cs_slice_of(grant->scope));
    if (!is_kept || grant->utc_seconds < 0 || grant->expires_in > CS_TOKEN_LIFETIME_MAX_S) {
        return;
    }
    kept.until += (int64_t)grant->expires_in;
    (void)cs_token_cache_store(&cache, &kept);
    tell_note();
}

static struct cs_slice der(const uint8_t *bytes, size_t length)
{
    return cs_slice_make((const char *)bytes, length);
}

static bool open_cache(const struct connsync_config *config, const char *audience)
{
    const struct cs_token_purpose purpose = {
        .domain = config->domain,
        .client_id = config->client_id,
        .audience = audience,
        .port_number = config->port_number,
        .secret = cs_slice_of(config->client_secret != NULL ? config->client_secret : ""),
        .key = der(key.der, key.length),
        .certificate = der(certificate.chain, certificate.chain_length),
        .certificate_key = der(certificate.key.der, certificate.key.length)};

    return cs_token_cache_open(&cache, &purpose);
}

static void use_cache(struct connsync_config *config)
{
    struct cs_token_entry entry = {token, sizeof token, scope, sizeof scope, 0};
    char audience[AUDIENCE_SIZE];
    struct cs_writer writer;
    int64_t now = utc_now();

    cs_writer_init(&writer, audience, sizeof audience);
    cs_write_string(&writer, "https://");
    cs_write_string(&writer, config->domain);
    cs_write_string(&writer, "/api/v2/");
    cs_token_cache_close(&cache);
    bool open = open_cache(config, config->audience != NULL ? config->audience : audience);
    tell_note();
    if (!open || now < 0) {
        return;
    }
    is_kept = true;
    if (cs_token_cache_load(&cache, now, &entry)) {
        config->token = token;
        learn(token, "kept");
        knows_scope = scope[0] != '\0';
        config->client->token_scope = knows_scope ? scope : NULL;
    }
    tell_note();
}

void identity_forget_token(void)
{
    cs_token_cache_forget(&cache);
}

static const char *another(void *context)
{
    struct identity *identity = context;
    bool is_there = identity->known != grants && token[0] != '\0';

    identity->known = grants;
    return is_there ? token : NULL;
}

/* ---- All of it ---- */

void identity_fill(struct connsync_config *config, struct identity *identity,
                   const struct cli_credentials *credentials, bool shares)
{
    struct connsync_client *client = &identity->client;

    connsync_client_init(client);
    client->context = identity;
    identity->known = grants;
    if (config->token == NULL && shares) {
        client->another = another;
        config->token = token[0] != '\0' ? token : NULL;
    }
    if (identity_has_key()) {
        assertion.key = &key;
        assertion.key_id = credentials->key_id;
        assertion.client_id = credentials->client_id;
        assertion.domain = config->domain;
        assertion.scratch = scratch();
        client->assertion = make_assertion;
    }
    if (identity_has_certificate()) {
        client->certificate = certificate.chain;
        client->certificate_length = certificate.chain_length;
        client->key = certificate.key.der;
        client->key_length = certificate.key.length;
    }
    config->client = client;
    client->granted = keep;
    client->certified = certified;
}

void identity_use_cache(struct connsync_config *config, const struct cli_credentials *credentials,
                        bool is_verbose)
{
    verbose = is_verbose;
    if (config->token != NULL) {
        learn(config->token, "given");
    }
    is_kept = false;
    knows_scope =
        config->token != NULL && token_claim_text(config->token, "scope", scope, sizeof scope);
    if (config->token == NULL && !credentials->no_token_cache) {
        use_cache(config);
    }
}

const char *identity_scope(void)
{
    return knows_scope ? scope : NULL;
}

void identity_release(void)
{
    if (token[0] != '\0') {
        cs_wipe(token, sizeof token);
    }
    cs_token_cache_close(&cache);
}

void identity_wipe(void)
{
    cs_private_key_wipe(&key);
    cs_client_certificate_wipe(&certificate);
}

void identity_set_aside(void)
{
    if (identity_has_key()) {
        key_aside = key;
        algorithm_aside = assertion.algorithm;
    }
    if (identity_has_certificate()) {
        certificate_aside = certificate;
    }
}

void identity_take_back(void)
{
    identity_wipe();
    if (key_aside.length > 0) {
        key = key_aside;
        assertion.algorithm = algorithm_aside;
    }
    if (certificate_aside.key.length > 0) {
        certificate = certificate_aside;
    }
}

void identity_drop_aside(void)
{
    cs_private_key_wipe(&key_aside);
    cs_client_certificate_wipe(&certificate_aside);
}
