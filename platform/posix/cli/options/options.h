/*
 * What the command line, the environment and connsync.json say, as one struct for each part of
 * the program that uses it. A function takes the part that it needs; whole are the options only
 * for who reads them, and for who runs a command.
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

#define CLI_HOST_SIZE CS_HOST_SIZE
/* The longest token, client secret or path in a file: a token with every scope of
 * the Management API has about 7 KB. */
#define CLI_SECRET_SIZE 16384
#define CLI_MESSAGE_SIZE 512
/* The longest value of the setting, with its final NUL. */
#define CLI_SETTING_SIZE 16
/* No board has a larger one. */
#define CLI_PARTITION_SIZE_MAX (1024u * 1024u)

/* The commands that ask no tenant, as bits. */
enum {
    CLI_OF_IMAGE = 1,  /* flash-image */
    CLI_OF_STATUS = 2, /* watch-status */
    CLI_OF_FILE = 4    /* validate */
};

enum cli_action {
    CLI_RUN, /* one job; of a function that reads something: nothing is wrong with it */
    CLI_IMPORT,
    CLI_FLASH_IMAGE,
    CLI_PLAN,
    CLI_APPLY,
    CLI_WATCH,
    CLI_WATCH_STATUS,
    CLI_VALIDATE,
    CLI_DOCTOR,
    CLI_SHOW_TEXT,
    CLI_SHOW_VERSION,
    CLI_USAGE_ERROR
};

/* What is wrong, for CLI_USAGE_ERROR. */
struct cli_message {
    char text[CLI_MESSAGE_SIZE];
};

/* Where domain, credentials and proxy come from: as the command line has it, NULL for what it
 * does not. Read by cli_resolve(). */
struct cli_sources {
    const struct cs_desired *desired; /* of connsync.json; NULL without one. Borrowed. */
    const char *domain;
    const char *client_id;
    const char *audience;
    const char *token_file;
    const char *client_secret_file;
    const char *private_key; /* a file; "-" is standard input */
    const char *signing_alg;
    const char *client_certificate; /* a file */
    const char *client_key;         /* a file; NULL: in the one above */
    const char *proxy;              /* a URL */
    const char *no_proxy;
};

/* The tenant, and how it is reached. */
struct cli_tenant {
    char domain[CLI_HOST_SIZE];
    uint16_t port_number; /* 0: the usual one */
    bool has_connect_to;
    char connect_to_host[CLI_HOST_SIZE];
    uint16_t connect_to_port;
    const char *ca_file;
    uint32_t timeout_ms;
    struct connsync_pace pace;         /* --max-rps, --leave, and what was learnt of the tenant */
    struct connsync_posix_proxy proxy; /* the one that applies to the domain, if any; a secret */
};

/* Who asks it. Keys and certificate are identity.h's. */
struct cli_credentials {
    const char *client_id;
    const char *audience;
    const char *key_id; /* --key-id, or NULL */
    bool no_token_cache;
    bool no_session_cache;
    bool early_data;
    char client_id_of_file[CS_DESIRED_CLIENT_ID_SIZE];
    char audience_of_file[CS_DESIRED_AUDIENCE_SIZE];
    /* Secrets, wiped by cli_forget(). Empty when not given. */
    char token[CLI_SECRET_SIZE];
    char client_secret[CLI_SECRET_SIZE];
};

/* What is told of it, and how. */
struct cli_output {
    bool json;
    bool json_logs; /* --log-format json */
    unsigned verbose;
    bool may_write;  /* the command can write to a tenant */
    unsigned format; /* of plan: enum document_format */
    bool names_each; /* there are several connections: also what is printed apart names its own */
};

/* What is done about a write beside verifying it. */
struct cli_safeguards {
    const char *backup;         /* --backup: a directory */
    const char *correlation_id; /* --correlation-id */
    bool restore;               /* --restore */
    bool changes;               /* --changes */
};

/* What plan, apply, watch and watch-status have for themselves. */
struct cli_fleet {
    const char *out;          /* --out: where to plan writes */
    const char *plan;         /* --plan: what apply reads */
    const char *status_file;  /* --status-file of watch */
    const char *metrics_file; /* --metrics-file of watch */
    const char *listing;      /* --listing of validate */
    const char *format;       /* --format of plan */
    bool yes;                 /* --yes of apply */
    uint32_t every_s;         /* --every of watch; 0 when not given */
    uint32_t max_age_s;       /* --max-age of watch-status; likewise */
    bool ready;               /* --ready of watch-status */
    unsigned parallel;        /* --parallel; 0 when not given */
};

/* What flash-image makes. */
struct cli_image {
    const char *path;      /* --output; "-" is standard output */
    size_t partition_size; /* 0 when not given */
};

struct cli_options {
    const struct cli_command *command; /* NULL if none was given */
    const char *file; /* what it reads, NULL when not given; "-" is standard input */
    bool help;
    const char *file_option; /* --file, as other programs have it: FILE; or NULL */
    bool says_off;           /* of set: the value is the Dashboard's word */
    bool version;
    unsigned foreign; /* CLI_OF_IMAGE, _STATUS, _FILE: an option it has no use for was given */
    struct connsync_job job;
    struct cli_output output;
    struct cli_safeguards safeguards;
    struct cli_fleet fleet;
    struct cli_image image;
    struct cli_sources sources;
    struct cli_tenant tenant;
    struct cli_credentials credentials;
    const char *text; /* what CLI_SHOW_TEXT prints */
    struct cli_message message;
};

/* Leaves a message of what is wrong; CLI_USAGE_ERROR. */
__attribute__((format(printf, 2, 3))) enum cli_action cli_wrong(struct cli_message *message,
                                                                const char *format, ...);

/* Is it standard input? NULL is not. */
bool cli_is_input(const char *path);

#endif
