/*
 * The command line and the environment, read into one struct.
 *
 * No secret comes through argv: tokens and client secrets are read from the
 * environment or from files that the options name.
 */
#ifndef CONNSYNC_CLI_OPTIONS_H
#define CONNSYNC_CLI_OPTIONS_H

#include "config/desired.h"
#include "config/domain.h"
#include "core/connsync.h"
#include "platform/posix/network/posix_proxy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CLI_HOST_SIZE CS_HOST_SIZE
/* The longest token, client secret or path in a file: a token with every scope of
 * the Management API has about 7 KB. */
#define CLI_SECRET_SIZE 16384
#define CLI_MESSAGE_SIZE 512
/* The longest value of the setting, with its final NUL. */
#define CLI_SETTING_SIZE 16
/* No board has a larger one. */
#define CLI_PARTITION_SIZE_MAX (1024u * 1024u)

enum cli_action {
    CLI_RUN,
    CLI_FLASH_IMAGE,
    CLI_PLAN,
    CLI_APPLY,
    CLI_WATCH,
    CLI_SHOW_TEXT,
    CLI_SHOW_VERSION,
    CLI_USAGE_ERROR
};

struct cli_options {
    struct connsync_job job;
    const char *domain_given;
    char domain[CLI_HOST_SIZE];
    uint16_t port_number;
    bool has_connect_to;
    char connect_to_host[CLI_HOST_SIZE];
    uint16_t connect_to_port;
    const char *proxy_url;  /* --proxy, or NULL */
    const char *exceptions; /* --no-proxy, or NULL */
    const char *token_file;
    const char *client_id_given; /* on the command line, or NULL */
    const char *client_id;
    const char *client_secret_file;
    const char *private_key;        /* a file; "-" is standard input */
    const char *signing_alg;        /* --signing-alg, or NULL */
    const char *key_id;             /* --key-id, or NULL */
    const char *client_certificate; /* a file */
    const char *client_key;         /* a file; NULL: in the one above */
    bool no_token_cache;
    const char *audience_given;
    const char *audience;
    const char *ca_file;
    uint32_t timeout_ms;
    struct connsync_pace pace; /* --max-rps, --leave, and what was learnt of the tenant */
    bool json;
    unsigned verbose;

    const char *backup;         /* --backup: a directory */
    const char *correlation_id; /* --correlation-id */
    bool undo;                  /* --restore */
    bool changes;               /* --changes */

    bool is_import; /* a list that is printed as connsync.json */
    bool is_flash_image;
    enum cli_action of_file; /* CLI_PLAN, CLI_APPLY or CLI_WATCH; else CLI_RUN */
    const char *file; /* NULL when not given; what these, flash-image, patch or restore read; "-" is
                  standard input */
    const char *output;    /* and where to it writes; "-" is standard output */
    size_t partition_size; /* 0 when not given */

    const char *out;         /* --out: where to plan writes */
    const char *plan;        /* --plan: what apply reads */
    const char *status_file; /* --status-file of watch */
    uint32_t every_s;        /* --every of watch; 0 when not given */
    bool asks_tenant;        /* an option that flash-image has no use for was given */
    bool json_logs;          /* --log-format json */

    /* What connsync.json has of domain and credentials; NULL without one. Borrowed. */
    const struct cs_desired *desired;
    char client_id_of_file[CS_DESIRED_CLIENT_ID_SIZE];
    char audience_of_file[CS_DESIRED_AUDIENCE_SIZE];

    /* Secrets, wiped by cli_forget. Empty when not given. */
    char token[CLI_SECRET_SIZE];
    char client_secret[CLI_SECRET_SIZE];
    struct connsync_posix_proxy proxy; /* the one that applies to the domain, if any */

    const char *text;               /* what CLI_SHOW_TEXT prints */
    char message[CLI_MESSAGE_SIZE]; /* what is wrong, for CLI_USAGE_ERROR */
};

/* Leaves a message of what is wrong; CLI_USAGE_ERROR. */
__attribute__((format(printf, 2, 3))) enum cli_action cli_wrong(struct cli_options *options,
                                                                const char *format, ...);

/* Wipes the secrets here. */
void cli_options_wipe(struct cli_options *options);

#endif
