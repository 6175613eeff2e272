#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/options.h"

#include "core/domain.h"
#include "core/flash_image.h"
#include "core/text.h"
#include "platform/posix/cli/help.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_SECONDS_MAX 86400u
#define COMMANDS "there are get, set, list and flash-image"

enum option_code {
    OPTION_DOMAIN = 256,
    OPTION_TOKEN_FILE,
    OPTION_CLIENT_ID,
    OPTION_CLIENT_SECRET_FILE,
    OPTION_AUDIENCE,
    OPTION_CA_FILE,
    OPTION_TIMEOUT,
    OPTION_CONNECT_TO,
    OPTION_DRY_RUN,
    OPTION_ALLOW_ENCRYPTED,
    OPTION_JSON,
    OPTION_PARTITION_SIZE,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    {"domain", required_argument, NULL, OPTION_DOMAIN},
    {"token-file", required_argument, NULL, OPTION_TOKEN_FILE},
    {"client-id", required_argument, NULL, OPTION_CLIENT_ID},
    {"client-secret-file", required_argument, NULL, OPTION_CLIENT_SECRET_FILE},
    {"audience", required_argument, NULL, OPTION_AUDIENCE},
    {"ca-file", required_argument, NULL, OPTION_CA_FILE},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"connect-to", required_argument, NULL, OPTION_CONNECT_TO},
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {"allow-encrypted-configuration", no_argument, NULL, OPTION_ALLOW_ENCRYPTED},
    {"json", no_argument, NULL, OPTION_JSON},
    {"output", required_argument, NULL, 'o'},
    {"partition-size", required_argument, NULL, OPTION_PARTITION_SIZE},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

__attribute__((format(printf, 2, 3))) static enum cli_action wrong(struct cli_options *options,
                                                                   const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(options->message, sizeof options->message, format, arguments);
    va_end(arguments);
    return CLI_USAGE_ERROR;
}

static enum cli_action show(struct cli_options *options, const char *text)
{
    options->text = text;
    return CLI_SHOW_TEXT;
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* ---- Hosts ---- */

/* A host with an optional scheme, slash and port, as people copy it. */
static enum cli_action read_domain(struct cli_options *options)
{
    if (!cs_copy_string(options->domain, CLI_HOST_SIZE, cs_slice_of(options->domain_given)) ||
        !connsync_domain_read(options->domain, &options->port_number)) {
        return wrong(options, "the domain \"%.100s\" is not HOST or HOST:PORT",
                     options->domain_given);
    }
    return CLI_RUN;
}

/* ---- Secrets ---- */

ssize_t cli_read_all(int fd, char *out, size_t size)
{
    size_t length = 0;

    while (length < size) {
        ssize_t got = read(fd, out + length, size - length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? -1 : (ssize_t)length;
        }
        length += (size_t)got;
    }
    return (ssize_t)length;
}

/* The first line of a file, without its end; "-" is standard input. */
static enum cli_action read_secret_file(struct cli_options *options, const char *path, char *out)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : cli_read_all(fd, out, CLI_SECRET_SIZE);

    if (fd > STDIN_FILENO) {
        (void)close(fd);
    }
    if (length < 0) {
        return wrong(options, "cannot read the file %.200s", path);
    }
    if ((size_t)length == CLI_SECRET_SIZE) {
        return wrong(options, "the file %.200s is too long for a token or a secret", path);
    }
    out[length] = '\0';
    size_t end = strcspn(out, "\r\n");
    cs_wipe(out + end, (size_t)length - end); /* what follows the first line */
    return end > 0 ? CLI_RUN : wrong(options, "the file %.200s is empty", path);
}

static enum cli_action copy_secret(struct cli_options *options, const char *name, const char *value,
                                   char *out)
{
    if (!cs_copy_string(out, CLI_SECRET_SIZE, cs_slice_of(value))) {
        return wrong(options, "%s is too long", name);
    }
    return CLI_RUN;
}

static enum cli_action read_token(struct cli_options *options)
{
    if (options->token_file != NULL) {
        return read_secret_file(options, options->token_file, options->token);
    }
    /* Client credentials on the command line win over a token left in the shell. */
    if (options->client_secret_file != NULL) {
        return CLI_RUN;
    }
    const char *token = environment("AUTH0_API_TOKEN");
    if (token == NULL) {
        token = environment("AUTH0_ACCESS_TOKEN");
    }
    return token == NULL ? CLI_RUN : copy_secret(options, "AUTH0_API_TOKEN", token, options->token);
}

static enum cli_action read_client_secret(struct cli_options *options)
{
    const char *secret = environment("AUTH0_CLIENT_SECRET");

    if (options->client_id == NULL) {
        options->client_id = environment("AUTH0_CLIENT_ID");
    }
    if (options->client_secret_file != NULL) {
        return read_secret_file(options, options->client_secret_file, options->client_secret);
    }
    return secret == NULL
               ? CLI_RUN
               : copy_secret(options, "AUTH0_CLIENT_SECRET", secret, options->client_secret);
}

static enum cli_action read_credentials(struct cli_options *options)
{
    enum cli_action action = read_token(options);

    if (action == CLI_RUN && options->token[0] == '\0') {
        action = read_client_secret(options);
    }
    if (action != CLI_RUN || options->token[0] != '\0') {
        return action;
    }
    if (options->client_id == NULL && options->client_secret[0] == '\0') {
        return wrong(options, "%s",
                     "no credentials: set AUTH0_API_TOKEN, or AUTH0_CLIENT_ID and "
                     "AUTH0_CLIENT_SECRET, or use --token-file");
    }
    if (options->client_id == NULL) {
        return wrong(options, "%s", "a client secret without an id: set AUTH0_CLIENT_ID");
    }
    if (options->client_secret[0] == '\0') {
        return wrong(options, "%s",
                     "a client id without a secret: set AUTH0_CLIENT_SECRET or use "
                     "--client-secret-file");
    }
    return CLI_RUN;
}

void cli_options_wipe(struct cli_options *options)
{
    /* A buffer that nothing was read into is not touched: that would only take memory. */
    if (options->token[0] != '\0') {
        cs_wipe(options->token, sizeof options->token);
    }
    if (options->client_secret[0] != '\0') {
        cs_wipe(options->client_secret, sizeof options->client_secret);
    }
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
    switch (options->job.operation) {
    case CONNSYNC_GET:
        return cli_help_get;
    case CONNSYNC_SET:
        return cli_help_set;
    default:
        return cli_help_list;
    }
}

static enum cli_action read_timeout(struct cli_options *options, const char *text)
{
    uint64_t seconds = 0;

    if (!cs_slice_to_u64(cs_slice_of(text), &seconds) || seconds == 0 ||
        seconds > TIMEOUT_SECONDS_MAX) {
        return wrong(options, "--timeout takes whole seconds from 1 to 86400, not \"%.40s\"", text);
    }
    options->timeout_ms = (uint32_t)seconds * 1000u;
    return CLI_RUN;
}

static enum cli_action read_connect_to(struct cli_options *options, const char *text)
{
    options->has_connect_to = true;
    if (!cs_copy_string(options->connect_to_host, CLI_HOST_SIZE, cs_slice_of(text)) ||
        !connsync_host_read(options->connect_to_host, &options->connect_to_port)) {
        return wrong(options, "--connect-to takes ADDRESS or ADDRESS:PORT, not \"%.100s\"", text);
    }
    return CLI_RUN;
}

static enum cli_action read_partition_size(struct cli_options *options, const char *text)
{
    uint64_t size = 0;

    if (!cs_slice_to_u64(cs_slice_of(text), &size) || size <= CONNSYNC_FLASH_IMAGE_HEAD_SIZE ||
        size > CLI_PARTITION_SIZE_MAX) {
        return wrong(options, "--partition-size takes whole bytes from 17 to %u, not \"%.40s\"",
                     CLI_PARTITION_SIZE_MAX, text);
    }
    options->partition_size = (size_t)size;
    return CLI_RUN;
}

static enum cli_action take_option(struct cli_options *options, int code, char **argv)
{
    switch (code) {
    case OPTION_DOMAIN:
        options->domain_given = optarg;
        return CLI_RUN;
    case OPTION_TOKEN_FILE:
        options->token_file = optarg;
        return CLI_RUN;
    case OPTION_CLIENT_ID:
        options->client_id = optarg;
        return CLI_RUN;
    case OPTION_CLIENT_SECRET_FILE:
        options->client_secret_file = optarg;
        return CLI_RUN;
    case OPTION_AUDIENCE:
        options->audience = optarg;
        return CLI_RUN;
    case OPTION_CA_FILE:
        options->ca_file = optarg;
        return CLI_RUN;
    case OPTION_TIMEOUT:
        return read_timeout(options, optarg);
    case OPTION_CONNECT_TO:
        return read_connect_to(options, optarg);
    case OPTION_DRY_RUN:
        options->job.dry_run = true;
        return CLI_RUN;
    case OPTION_ALLOW_ENCRYPTED:
        options->job.allow_encrypted_configuration = true;
        return CLI_RUN;
    case OPTION_JSON:
        options->json = true;
        return CLI_RUN;
    case OPTION_PARTITION_SIZE:
        return read_partition_size(options, optarg);
    case 'o':
        options->output = optarg;
        return CLI_RUN;
    case 'v':
        options->verbose++;
        return CLI_RUN;
    case ':':
        return wrong(options, "%.60s needs a value", argv[optind - 1]);
    default:
        if (optopt > 0 && optopt < OPTION_DOMAIN) {
            return wrong(options, "unknown option -%c; see --help", optopt);
        }
        return wrong(options, "%s", "an option that takes no value was given one; see --help");
    }
}

static bool read_command(struct cli_options *options, const char *command, int *arguments)
{
    if (strcmp(command, "get") == 0) {
        options->job.operation = CONNSYNC_GET;
        *arguments = 1;
    } else if (strcmp(command, "set") == 0) {
        options->job.operation = CONNSYNC_SET;
        *arguments = 2;
    } else if (strcmp(command, "list") == 0) {
        options->job.operation = CONNSYNC_LIST;
        *arguments = 0;
    } else if (strcmp(command, "flash-image") == 0) {
        options->is_flash_image = true;
        *arguments = 1;
    } else {
        return false;
    }
    return true;
}

static const char *usage_of(const struct cli_options *options)
{
    if (options->is_flash_image) {
        return "connsync flash-image FILE -o IMAGE";
    }
    return options->job.operation == CONNSYNC_SET ? "connsync set CONNECTION VALUE"
                                                  : "connsync get CONNECTION";
}

static enum cli_action read_arguments(struct cli_options *options, int count, char **words,
                                      int wanted)
{
    if (count < wanted) {
        return wrong(options, "usage: %s", usage_of(options));
    }
    if (count > wanted) {
        return wrong(options, "unexpected argument \"%.60s\"", words[wanted]);
    }
    if (options->is_flash_image) {
        options->file = words[0];
        return CLI_FLASH_IMAGE;
    }
    if (wanted > 0) {
        options->job.connection = words[0];
        if (words[0][0] == '\0') {
            return wrong(options, "%s", "CONNECTION is empty: give an id (con_...) or a name");
        }
    }
    if (wanted > 1) {
        options->job.wanted = connsync_setting_parse(words[1]);
        if (options->job.wanted == CONNSYNC_SETTING_UNKNOWN) {
            return wrong(options,
                         "VALUE is on_each_login, on_first_login, never_on_login, on or off; "
                         "not \"%.60s\"",
                         words[1]);
        }
    }
    return CLI_RUN;
}

/* An option that would be passed over in silence is an error: who gives --domain to
 * flash-image expects to find it in the image. */
static enum cli_action check_flash_image(struct cli_options *options)
{
    if (!options->is_flash_image) {
        return options->output == NULL && options->partition_size == 0
                   ? CLI_RUN
                   : wrong(options, "%s", "--output and --partition-size go with flash-image only");
    }
    if (options->domain_given != NULL || options->token_file != NULL ||
        options->client_id != NULL || options->client_secret_file != NULL ||
        options->audience != NULL || options->json) {
        return wrong(options, "%s",
                     "flash-image takes all from FILE, and no options but --output and "
                     "--partition-size");
    }
    if (options->output == NULL) {
        return wrong(options, "%s", "flash-image needs --output IMAGE");
    }
    if (options->partition_size == 0) {
        options->partition_size = CONNSYNC_FLASH_IMAGE_PARTITION_SIZE;
    }
    return CLI_RUN;
}

static enum cli_action read_environment(struct cli_options *options)
{
    if (options->domain_given == NULL) {
        options->domain_given = environment("AUTH0_DOMAIN");
    }
    if (options->domain_given == NULL) {
        return wrong(options, "%s", "no domain: set AUTH0_DOMAIN or use --domain");
    }
    if (options->audience == NULL) {
        options->audience = environment("AUTH0_AUDIENCE");
    }
    enum cli_action action = read_domain(options);
    return action == CLI_RUN ? read_credentials(options) : action;
}

static bool is_option(const char *name, size_t length)
{
    for (const struct option *option = long_options; option->name != NULL; option++) {
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0) {
            return true;
        }
    }
    return false;
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
        if (!is_option(argv[i] + 2, length)) {
            return wrong(options, "unknown option %.*s; see --help", (int)(length + 2), argv[i]);
        }
    }
    return CLI_RUN;
}

enum cli_action cli_options_read(struct cli_options *options, int argc, char **argv)
{
    enum cli_action action = check_names(options, argc, argv);
    bool help = false;
    int arguments = 0;
    int code;

    if (action != CLI_RUN) {
        return action;
    }
    opterr = 0;
    while ((code = getopt_long(argc, argv, ":vo:", long_options, NULL)) != -1) {
        if (code == OPTION_VERSION) {
            return show(options, cli_version);
        }
        if (code == OPTION_HELP) {
            help = true;
            continue;
        }
        action = take_option(options, code, argv);
        if (action != CLI_RUN) {
            return action;
        }
    }
    const char *command = optind < argc ? argv[optind] : NULL;
    if (command != NULL && !read_command(options, command, &arguments)) {
        return wrong(options, "unknown command \"%.60s\"; " COMMANDS, command);
    }
    if (help) {
        return show(options, help_of(options, command));
    }
    if (command == NULL) {
        return wrong(options, "%s", "no command; " COMMANDS);
    }
    action = check_flash_image(options);
    if (action == CLI_RUN) {
        action = read_arguments(options, argc - optind - 1, argv + optind + 1, arguments);
    }
    return action == CLI_RUN ? read_environment(options) : action;
}
