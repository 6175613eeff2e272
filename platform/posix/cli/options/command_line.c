/* The command line: words to options. What the options may be together is checks.h; credentials
 * and tenant are resolve.h, which main() asks afterwards. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/options/command_line.h"

#include "config/flash_image.h"
#include "core/base/text.h"
#include "platform/posix/cli/options/checks.h"
#include "platform/posix/cli/options/help.h"
#include "platform/posix/cli/options/options_of_file.h"

#include <getopt.h>
#include <string.h>

#define TIMEOUT_SECONDS_MAX 86400u
#define COMMANDS                                                                                   \
    "there are get, set, patch, restore, list, plan, apply, watch, import and flash-image"

enum option_code {
    OPTION_DOMAIN = 256,
    OPTION_TOKEN_FILE,
    OPTION_CLIENT_ID,
    OPTION_CLIENT_SECRET_FILE,
    OPTION_PRIVATE_KEY,
    OPTION_SIGNING_ALG,
    OPTION_KEY_ID,
    OPTION_CLIENT_CERTIFICATE,
    OPTION_CLIENT_KEY,
    OPTION_NO_TOKEN_CACHE,
    OPTION_AUDIENCE,
    OPTION_CA_FILE,
    OPTION_TIMEOUT,
    OPTION_CONNECT_TO,
    OPTION_PROXY,
    OPTION_NO_PROXY,
    OPTION_DRY_RUN,
    OPTION_ALLOW_ENCRYPTED,
    OPTION_JSON,
    OPTION_PARTITION_SIZE,
    OPTION_OUT,
    OPTION_PLAN,
    OPTION_EVERY,
    OPTION_STATUS_FILE,
    OPTION_LOG_FORMAT,
    OPTION_MAX_RPS,
    OPTION_LEAVE,
    OPTION_BACKUP,
    OPTION_RESTORE,
    OPTION_CHANGES,
    OPTION_CORRELATION_ID,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_LICENSES
};

static const struct option long_options[] = {
    {"domain", required_argument, NULL, OPTION_DOMAIN},
    {"token-file", required_argument, NULL, OPTION_TOKEN_FILE},
    {"client-id", required_argument, NULL, OPTION_CLIENT_ID},
    {"client-secret-file", required_argument, NULL, OPTION_CLIENT_SECRET_FILE},
    {"private-key", required_argument, NULL, OPTION_PRIVATE_KEY},
    {"signing-alg", required_argument, NULL, OPTION_SIGNING_ALG},
    {"key-id", required_argument, NULL, OPTION_KEY_ID},
    {"client-certificate", required_argument, NULL, OPTION_CLIENT_CERTIFICATE},
    {"client-key", required_argument, NULL, OPTION_CLIENT_KEY},
    {"no-token-cache", no_argument, NULL, OPTION_NO_TOKEN_CACHE},
    {"audience", required_argument, NULL, OPTION_AUDIENCE},
    {"ca-file", required_argument, NULL, OPTION_CA_FILE},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"connect-to", required_argument, NULL, OPTION_CONNECT_TO},
    {"proxy", required_argument, NULL, OPTION_PROXY},
    {"no-proxy", required_argument, NULL, OPTION_NO_PROXY},
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {"allow-encrypted-configuration", no_argument, NULL, OPTION_ALLOW_ENCRYPTED},
    {"json", no_argument, NULL, OPTION_JSON},
    {"output", required_argument, NULL, 'o'},
    {"partition-size", required_argument, NULL, OPTION_PARTITION_SIZE},
    {"out", required_argument, NULL, OPTION_OUT},
    {"plan", required_argument, NULL, OPTION_PLAN},
    {"every", required_argument, NULL, OPTION_EVERY},
    {"status-file", required_argument, NULL, OPTION_STATUS_FILE},
    {"log-format", required_argument, NULL, OPTION_LOG_FORMAT},
    {"max-rps", required_argument, NULL, OPTION_MAX_RPS},
    {"leave", required_argument, NULL, OPTION_LEAVE},
    {"backup", required_argument, NULL, OPTION_BACKUP},
    {"restore", no_argument, NULL, OPTION_RESTORE},
    {"changes", no_argument, NULL, OPTION_CHANGES},
    {"correlation-id", required_argument, NULL, OPTION_CORRELATION_ID},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"licenses", no_argument, NULL, OPTION_LICENSES},
    {NULL, 0, NULL, 0},
};

static enum cli_action show(struct cli_options *options, const char *text)
{
    options->text = text;
    return CLI_SHOW_TEXT;
}

/* ---- The command line ---- */

static const char *help_of(const struct cli_options *options, const char *command)
{
    if (command == NULL) {
        return cli_help;
    }
    if (options->is_flash_image) {
        return cli_help_flash_image;
    }
    if (options->of_file != CLI_RUN) {
        return cli_help_of_file(options);
    }
    if (options->is_import) {
        return cli_help_import;
    }
    const struct connsync_operation *operation = options->job.operation;
    if (operation == &connsync_operation_set) {
        return cli_help_set;
    }
    if (operation == &connsync_operation_patch) {
        return cli_help_patch;
    }
    if (operation == &connsync_operation_restore) {
        return cli_help_restore;
    }
    return operation == &connsync_operation_list ? cli_help_list : cli_help_get;
}

static enum cli_action read_timeout(struct cli_options *options, const char *text)
{
    uint64_t seconds = 0;

    if (!cs_slice_to_u64(cs_slice_of(text), &seconds) || seconds == 0 ||
        seconds > TIMEOUT_SECONDS_MAX) {
        return cli_wrong(options, "--timeout takes whole seconds from 1 to 86400, not \"%.40s\"",
                         text);
    }
    options->timeout_ms = (uint32_t)seconds * 1000u;
    return CLI_RUN;
}

static enum cli_action read_connect_to(struct cli_options *options, const char *text)
{
    options->has_connect_to = true;
    if (!cs_copy_string(options->connect_to_host, CLI_HOST_SIZE, cs_slice_of(text)) ||
        !cs_host_read(options->connect_to_host, &options->connect_to_port)) {
        return cli_wrong(options, "--connect-to takes ADDRESS or ADDRESS:PORT, not \"%.100s\"",
                         text);
    }
    return CLI_RUN;
}

static enum cli_action read_partition_size(struct cli_options *options, const char *text)
{
    uint64_t size = 0;

    if (!cs_slice_to_u64(cs_slice_of(text), &size) || size <= CS_FLASH_IMAGE_HEAD_SIZE ||
        size > CLI_PARTITION_SIZE_MAX) {
        return cli_wrong(options, "--partition-size takes whole bytes from 17 to %u, not \"%.40s\"",
                         CLI_PARTITION_SIZE_MAX, text);
    }
    options->partition_size = (size_t)size;
    return CLI_RUN;
}

/* Where an option's text goes as it is; NULL for options that are something else. */
static const char **text_of(struct cli_options *options, int code)
{
    switch (code) {
    case OPTION_DOMAIN:
        return &options->domain_given;
    case OPTION_TOKEN_FILE:
        return &options->token_file;
    case OPTION_CLIENT_ID:
        return &options->client_id_given;
    case OPTION_CLIENT_SECRET_FILE:
        return &options->client_secret_file;
    case OPTION_PRIVATE_KEY:
        return &options->private_key;
    case OPTION_SIGNING_ALG:
        return &options->signing_alg;
    case OPTION_KEY_ID:
        return &options->key_id;
    case OPTION_CLIENT_CERTIFICATE:
        return &options->client_certificate;
    case OPTION_CLIENT_KEY:
        return &options->client_key;
    case OPTION_AUDIENCE:
        return &options->audience_given;
    case OPTION_CA_FILE:
        return &options->ca_file;
    case OPTION_PROXY:
        return &options->proxy_url;
    case OPTION_NO_PROXY:
        return &options->exceptions;
    case 'o':
        return &options->output;
    case OPTION_OUT:
        return &options->out;
    case OPTION_PLAN:
        return &options->plan;
    case OPTION_STATUS_FILE:
        return &options->status_file;
    case OPTION_BACKUP:
        return &options->backup;
    case OPTION_CORRELATION_ID:
        return &options->correlation_id;
    default:
        return NULL;
    }
}

/* What an option without a value turns on. */
static bool *switch_of(struct cli_options *options, int code)
{
    switch (code) {
    case OPTION_DRY_RUN:
        return &options->job.dry_run;
    case OPTION_ALLOW_ENCRYPTED:
        return &options->job.allow_encrypted_configuration;
    case OPTION_JSON:
        return &options->json;
    case OPTION_RESTORE:
        return &options->undo;
    case OPTION_CHANGES:
        return &options->changes;
    case OPTION_NO_TOKEN_CACHE:
        return &options->no_token_cache;
    default:
        return NULL;
    }
}

static enum cli_action take_option(struct cli_options *options, int code, char **argv)
{
    const char **text = text_of(options, code);
    bool *flag = switch_of(options, code);

    if (text != NULL) {
        *text = optarg;
        return CLI_RUN;
    }
    if (flag != NULL) {
        *flag = true;
        return CLI_RUN;
    }
    switch (code) {
    case OPTION_TIMEOUT:
        return read_timeout(options, optarg);
    case OPTION_CONNECT_TO:
        return read_connect_to(options, optarg);
    case OPTION_PARTITION_SIZE:
        return read_partition_size(options, optarg);
    case OPTION_EVERY:
        return cli_read_every(options, optarg);
    case OPTION_LOG_FORMAT:
        return cli_read_log_format(options, optarg);
    case OPTION_MAX_RPS:
        return cli_read_max_rps(options, optarg);
    case OPTION_LEAVE:
        return cli_read_leave(options, optarg);
    case 'v':
        options->verbose++;
        return CLI_RUN;
    case ':':
        if (optopt < OPTION_DOMAIN) {
            /* Where argv then stands differs from one C library to the next. */
            return cli_wrong(options, "-%c needs a value", optopt);
        }
        return cli_wrong(options, "%.60s needs a value", argv[optind - 1]);
    default:
        /* check_names() has seen all that is wrong with a long one. */
        return cli_wrong(options, "unknown option -%c; see --help", optopt);
    }
}

static bool read_command(struct cli_options *options, const char *command, int *arguments)
{
    if (strcmp(command, "get") == 0) {
        options->job.operation = &connsync_operation_get;
        *arguments = 1;
    } else if (strcmp(command, "set") == 0) {
        options->job.operation = &connsync_operation_set;
        *arguments = 2;
    } else if (strcmp(command, "patch") == 0) {
        options->job.operation = &connsync_operation_patch;
        *arguments = 2;
    } else if (strcmp(command, "restore") == 0) {
        options->job.operation = &connsync_operation_restore;
        *arguments = 1;
    } else if (strcmp(command, "list") == 0) {
        options->job.operation = &connsync_operation_list;
        *arguments = 0;
    } else if (strcmp(command, "import") == 0) {
        options->job.operation = &connsync_operation_list;
        options->is_import = true;
        *arguments = 0;
    } else if (strcmp(command, "flash-image") == 0) {
        options->is_flash_image = true;
        *arguments = 1;
    } else {
        *arguments = 0;
        return cli_read_command_of_file(options, command);
    }
    return true;
}

static const char *usage_of(const struct cli_options *options)
{
    if (options->is_flash_image) {
        return "connsync flash-image FILE -o IMAGE";
    }
    const struct connsync_operation *operation = options->job.operation;
    if (operation == &connsync_operation_set) {
        return "connsync set CONNECTION VALUE";
    }
    if (operation == &connsync_operation_patch) {
        return "connsync patch CONNECTION FILE";
    }
    return operation == &connsync_operation_restore ? "connsync restore FILE"
                                                    : "connsync get CONNECTION";
}

static enum cli_action read_arguments(struct cli_options *options, int count, char **words,
                                      int wanted)
{
    if (options->of_file != CLI_RUN && count > 0) {
        options->file = words[0];
        wanted = 1;
    }
    if (count < wanted) {
        return cli_wrong(options, "usage: %s", usage_of(options));
    }
    if (count > wanted) {
        return cli_wrong(options, "unexpected argument \"%.60s\"", words[wanted]);
    }
    if (options->is_flash_image) {
        options->file = words[0];
        return CLI_FLASH_IMAGE;
    }
    if (options->of_file != CLI_RUN) {
        return options->of_file;
    }
    if (options->job.operation == &connsync_operation_restore ||
        options->job.operation == &connsync_operation_patch) {
        options->file = words[wanted - 1];
    }
    if (options->job.operation == &connsync_operation_restore) {
        return CLI_RUN;
    }
    if (wanted > 0) {
        options->job.connection = words[0];
        if (words[0][0] == '\0') {
            return cli_wrong(options, "%s", "CONNECTION is empty: give an id (con_...) or a name");
        }
    }
    if (options->job.operation == &connsync_operation_set) {
        options->job.wanted = connsync_setting_parse(words[1]);
        if (options->job.wanted == CONNSYNC_SETTING_UNKNOWN) {
            return cli_wrong(options,
                             "VALUE is on_each_login, on_first_login, never_on_login, on or off; "
                             "not \"%.60s\"",
                             words[1]);
        }
    }
    return CLI_RUN;
}

static bool is_of_flash_image(int code)
{
    return code == 'o' || code == OPTION_PARTITION_SIZE || code == OPTION_LOG_FORMAT || code == 'v';
}

static const struct option *find_option(const char *name, size_t length)
{
    for (const struct option *option = long_options; option->name != NULL; option++) {
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0) {
            return option;
        }
    }
    return NULL;
}

/* getopt_long takes any beginning of a name for the name, and --token SECRET would
 * be read as --token-file SECRET. Only whole names are options here, and of one
 * that is not known nothing but the name is repeated. */
static enum cli_action check_names(struct cli_options *options, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            continue;
        }
        size_t length = strcspn(argv[i] + 2, "=");
        const struct option *option = find_option(argv[i] + 2, length);
        if (option == NULL) {
            return cli_wrong(options, "unknown option %.*s; see --help", (int)(length + 2),
                             argv[i]);
        }
        if (option->has_arg == no_argument && argv[i][length + 2] == '=') {
            return cli_wrong(options, "--%s takes no value", option->name);
        }
    }
    return CLI_RUN;
}

enum cli_action command_line_read(struct cli_options *options, int argc, char **argv)
{
    enum cli_action action = check_names(options, argc, argv);
    bool help = false;
    int arguments = 0;
    int code;

    options->job.operation = &connsync_operation_get;
    connsync_pace_init(&options->pace);
    if (action != CLI_RUN) {
        return action;
    }
    opterr = 0;
    while ((code = getopt_long(argc, argv, ":vo:", long_options, NULL)) != -1) {
        if (code == OPTION_VERSION) {
            return CLI_SHOW_VERSION;
        }
        if (code == OPTION_LICENSES) {
            return show(options, cli_licenses);
        }
        if (code == OPTION_HELP) {
            help = true;
            continue;
        }
        options->asks_tenant = options->asks_tenant || !is_of_flash_image(code);
        action = take_option(options, code, argv);
        if (action != CLI_RUN) {
            return action;
        }
    }
    const char *command = optind < argc ? argv[optind] : NULL;
    if (command != NULL && !read_command(options, command, &arguments)) {
        return cli_wrong(options, "unknown command \"%.60s\"; " COMMANDS, command);
    }
    if (help) {
        return show(options, help_of(options, command));
    }
    if (command == NULL) {
        return cli_wrong(options, "%s", "no command; " COMMANDS);
    }
    action = cli_check_flash_image(options);
    if (action == CLI_RUN) {
        action = cli_check_change(options);
    }
    if (action == CLI_RUN) {
        action = cli_check_of_file(options);
    }
    if (action == CLI_RUN) {
        action = read_arguments(options, argc - optind - 1, argv + optind + 1, arguments);
    }
    return action;
}
