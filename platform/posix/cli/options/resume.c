/* What the agent is given of an earlier run's TLS session, and what becomes of the last one. When one
 * may be used is the core's: core/base/session.h. */
#include "platform/posix/cli/options/resume.h"

#include "platform/posix/credentials/session_cache.h"

#include <string.h>

/* Tickets may hold the client's certificate. */
#define SESSION_SIZE 4096u
/* Their beginning tells two sessions apart. */
#define TAG_SIZE 32u

static struct connsync_session session;
static uint8_t bytes[SESSION_SIZE];
static struct cs_session_cache cache = {-1, ""};
static size_t kept_length; /* of the file, and how it begins */
static uint8_t kept_tag[TAG_SIZE];

static void load(const struct connsync_config *config)
{
    struct cs_slice certificate = {NULL, 0};

    if (config->client != NULL && config->client->certificate != NULL) {
        certificate = cs_slice_make((const char *)config->client->certificate,
                                    config->client->certificate_length);
    }
    cs_session_cache_open(&cache, config->domain, config->port_number, certificate);
    kept_length = cs_session_cache_load(&cache, bytes, sizeof bytes);
    memcpy(kept_tag, bytes, sizeof kept_tag);
}

void resume_fill(struct connsync_config *config, bool is_kept)
{
    resume_close();
    if (is_kept) {
        load(config);
    }
    connsync_session_init(&session, bytes, sizeof bytes, kept_length);
    config->session = &session;
}

/* Each takes what was kept last, and keeps what it is given. */
void resume_share(struct connsync_config *config)
{
    config->session = &session;
}

static bool is_another(void)
{
    return session.length != kept_length || memcmp(kept_tag, bytes, sizeof kept_tag) != 0;
}

void resume_close(void)
{
    if (session.hooks == NULL) {
        return;
    }
    if (is_another()) {
        cs_session_cache_store(&cache, bytes, session.length);
    }
    cs_session_cache_close(&cache);
    connsync_session_forget(&session);
    kept_length = 0;
}

void resume_forget(void)
{
    if (session.hooks != NULL) {
        connsync_session_forget(&session);
    }
}
