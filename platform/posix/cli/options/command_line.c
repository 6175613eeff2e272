/* The command line: words to options. What the options may be together is checks.h; credentials
 * and tenant are resolve.h, which main() asks afterwards. */
#include "platform/posix/cli/options/command_line.h"

#include "platform/posix/cli/options/checks.h"
#include "platform/posix/cli/options/commands.h"
#include "platform/posix/cli/options/help.h"
#include "platform/posix/cli/options/spelling.h"
#include "platform/posix/cli/options/values.h"

#include <stdint.h>
#include <string.h>

/* What is done with an option. */
enum use {
    USE_TEXT,   /* its value is kept as it is, at `place` */
    USE_SWITCH, /* it has none, and turns on what is at `place` */
    USE_VALUE,  /* its value is read, by the reader that has the number `place` */
    USE_ACTION  /* it has none, and the reader does something at once */
};

struct rule {
    const char *name;
    uint16_t place;    /* in struct cli_options */
    unsigned char use; /* enum use */
    char letter;
    unsigned char of; /* CLI_OF_IMAGE, _STATUS, _FILE: also one of these commands */
};

static enum cli_action read_verbose(struct cli_options *options, const char *value)
{
    (void)value;
    options->output.verbose++;
    return CLI_RUN;
}

static enum cli_action show_licenses(struct cli_options *options, const char *value)
{
    (void)value;
    options->text = cli_licenses;
    return CLI_SHOW_TEXT;
}

enum {
    READ_TIMEOUT,
    READ_CONNECT_TO,
    READ_PARTITION_SIZE,
    READ_EVERY,
    READ_MAX_AGE,
    READ_COLOR,
    READ_LOG_FORMAT,
    READ_MAX_RPS,
    READ_LEAVE,
    READ_PARALLEL,
    READ_VERBOSE,
    READ_LICENSES
};

static enum cli_action (*const readers[])(struct cli_options *options, const char *value) = {
    [READ_TIMEOUT] = cli_read_timeout,
    [READ_CONNECT_TO] = cli_read_connect_to,
    [READ_PARTITION_SIZE] = cli_read_partition_size,
    [READ_EVERY] = cli_read_every,
    [READ_MAX_AGE] = cli_read_max_age,
    [READ_COLOR] = cli_read_color,
    [READ_LOG_FORMAT] = cli_read_log_format,
    [READ_MAX_RPS] = cli_read_max_rps,
    [READ_LEAVE] = cli_read_leave,
    [READ_PARALLEL] = cli_read_parallel,
    [READ_VERBOSE] = read_verbose,
    [READ_LICENSES] = show_licenses};

_Static_assert(sizeof(struct cli_options) <= UINT16_MAX, "a place is a number of 16 bits");

#define AT(member) offsetof(struct cli_options, member)

#define EITHER (CLI_OF_IMAGE | CLI_OF_STATUS | CLI_OF_FILE)

static const struct rule rules[] = {
    {"domain", AT(sources.domain), USE_TEXT, 0, 0},
    {"token-file", AT(sources.token_file), USE_TEXT, 0, 0},
    {"client-id", AT(sources.client_id), USE_TEXT, 0, 0},
    {"client-secret-file", AT(sources.client_secret_file), USE_TEXT, 0, 0},
    {"private-key", AT(sources.private_key), USE_TEXT, 0, 0},
    {"signing-alg", AT(sources.signing_alg), USE_TEXT, 0, 0},
    {"key-id", AT(credentials.key_id), USE_TEXT, 0, 0},
    {"client-certificate", AT(sources.client_certificate), USE_TEXT, 0, 0},
    {"client-key", AT(sources.client_key), USE_TEXT, 0, 0},
    {"no-token-cache", AT(credentials.no_token_cache), USE_SWITCH, 0, 0},
    {"no-session-cache", AT(credentials.no_session_cache), USE_SWITCH, 0, 0},
    {"early-data", AT(credentials.early_data), USE_SWITCH, 0, 0},
    {"audience", AT(sources.audience), USE_TEXT, 0, 0},
    {"ca-file", AT(tenant.ca_file), USE_TEXT, 0, 0},
    {"timeout", READ_TIMEOUT, USE_VALUE, 0, 0},
    {"connect-to", READ_CONNECT_TO, USE_VALUE, 0, 0},
    {"proxy", AT(sources.proxy), USE_TEXT, 0, 0},
    {"no-proxy", AT(sources.no_proxy), USE_TEXT, 0, 0},
    {"dry-run", AT(job.dry_run), USE_SWITCH, 0, 0},
    {"allow-encrypted-configuration", AT(job.allow_encrypted_configuration), USE_SWITCH, 0,
     CLI_OF_FILE},
    {"json", AT(output.json), USE_SWITCH, 0, CLI_OF_STATUS | CLI_OF_FILE},
    {"output", AT(image.path), USE_TEXT, 'o', CLI_OF_IMAGE},
    {"partition-size", READ_PARTITION_SIZE, USE_VALUE, 0, CLI_OF_IMAGE},
    {"out", AT(fleet.out), USE_TEXT, 0, 0},
    {"plan", AT(fleet.plan), USE_TEXT, 0, 0},
    {"format", AT(fleet.format), USE_TEXT, 0, 0},
    {"yes", AT(fleet.yes), USE_SWITCH, 0, 0},
    {"listing", AT(fleet.listing), USE_TEXT, 0, CLI_OF_FILE},
    {"every", READ_EVERY, USE_VALUE, 0, 0},
    {"status-file", AT(fleet.status_file), USE_TEXT, 0, 0},
    {"metrics-file", AT(fleet.metrics_file), USE_TEXT, 0, 0},
    {"max-age", READ_MAX_AGE, USE_VALUE, 0, CLI_OF_STATUS},
    {"ready", AT(fleet.ready), USE_SWITCH, 0, CLI_OF_STATUS},
    {"color", READ_COLOR, USE_VALUE, 0, EITHER},
    {"log-format", READ_LOG_FORMAT, USE_VALUE, 0, EITHER},
    {"max-rps", READ_MAX_RPS, USE_VALUE, 0, 0},
    {"leave", READ_LEAVE, USE_VALUE, 0, 0},
    {"parallel", READ_PARALLEL, USE_VALUE, 0, 0},
    {"backup", AT(safeguards.backup), USE_TEXT, 0, 0},
    {"restore", AT(safeguards.restore), USE_SWITCH, 0, 0},
    {"changes", AT(safeguards.changes), USE_SWITCH, 0, 0},
    {"correlation-id", AT(safeguards.correlation_id), USE_TEXT, 0, 0},
    {"verbose", READ_VERBOSE, USE_ACTION, 'v', EITHER},
    {"file", AT(file_option), USE_TEXT, 'f', EITHER},
    {"help", AT(help), USE_SWITCH, 'h', EITHER},
    {"version", AT(version), USE_SWITCH, 'V', EITHER},
    {"licenses", READ_LICENSES, USE_ACTION, 0, EITHER},
};
#define RULES (sizeof rules / sizeof rules[0])

static bool takes_value(const struct rule *rule)
{
    return rule->use == USE_TEXT || rule->use == USE_VALUE;
}

static const struct rule *find_name(const char *name, size_t length)
{
    for (size_t i = 0; i < RULES; i++) {
        if (strlen(rules[i].name) == length && memcmp(rules[i].name, name, length) == 0) {
            return &rules[i];
        }
    }
    return NULL;
}

static const struct rule *find_letter(char letter)
{
    for (size_t i = 0; i < RULES; i++) {
        if (rules[i].letter == letter) {
            return &rules[i];
        }
    }
    return NULL;
}

/* The name in a word that is a long option: behind two dashes or, as some programs spell it, behind
 * one if the whole name is known and is no letter. NULL: it is something else. */
static const char *long_name(const char *word)
{
    if (word[0] != '-' || word[1] == '\0') {
        return NULL;
    }
    if (word[1] == '-') {
        return word + 2;
    }
    size_t length = strcspn(word + 1, "=");
    return length > 1 && find_name(word + 1, length) != NULL ? word + 1 : NULL;
}

/* Options of other programs (curl, kubectl, the auth0 CLI) and ours. */
static const char foreign[] = "cacert\0ca-file\0cert\0client-certificate\0key\0client-key\0"
                              "resolve\0connect-to\0max-time\0timeout\0tenant\0domain\0"
                              "debug\0verbose\0format\0json\0filename\0file\0check\0dry-run\0";

/* Secrets as other programs take them, and where ours come from. */
static const char secrets[] = "token\0--token-file FILE or AUTH0_API_TOKEN\0"
                              "api-token\0--token-file FILE or AUTH0_API_TOKEN\0"
                              "client-secret\0--client-secret-file FILE or AUTH0_CLIENT_SECRET\0";

/* The name that is meant, perhaps; NULL without one. */
static const char *nearest(struct cs_slice name)
{
    const char *found = spelling_translate(foreign, name);
    unsigned least = found != NULL ? 0 : SPELLING_FAR;

    for (size_t i = 0; i < RULES; i++) {
        unsigned distance = spelling_distance(name, rules[i].name);
        if (distance < least) {
            least = distance;
            found = rules[i].name;
        }
    }
    return found;
}

/* Of an option that is not known nothing but the name is repeated. */
static enum cli_action unknown(struct cli_message *message, struct cs_slice name)
{
    const char *safe = spelling_translate(secrets, name);
    const char *meant = nearest(name);
    int length = (int)name.length;

    if (safe != NULL) {
        return cli_wrong(message,
                         "unknown option --%.*s: every user of the machine could read the secret; "
                         "use %s",
                         length, name.data, safe);
    }
    return meant != NULL
               ? cli_wrong(message, "unknown option --%.*s; did you mean --%s?", length, name.data,
                           meant)
               : cli_wrong(message, "unknown option --%.*s; see --help", length, name.data);
}

/* Looks at all long options before any has an effect. Only whole names are options, since
 * --token SECRET is not to be read as --token-file SECRET. */
static enum cli_action check_names(struct cli_message *message, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *name = long_name(argv[i]);
        if (name == NULL) {
            continue;
        }
        size_t length = strcspn(name, "=");
        const struct rule *rule = find_name(name, length);
        if (rule == NULL) {
            return unknown(message, cs_slice_make(name, length));
        }
        if (!takes_value(rule) && name[length] == '=') {
            return cli_wrong(message, "--%s takes no value", rule->name);
        }
    }
    return CLI_RUN;
}

static enum cli_action apply(struct cli_options *options, const struct rule *rule,
                             const char *value)
{
    void *place = (char *)options + rule->place;

    options->foreign |= EITHER & ~(unsigned)rule->of;
    switch (rule->use) {
    case USE_TEXT:
        *(const char **)place = value;
        return CLI_RUN;
    case USE_SWITCH:
        *(bool *)place = true;
        return CLI_RUN;
    default:
        return readers[rule->place](options, value);
    }
}

/* The words, and the one that is read. */
struct words {
    char **at;
    int count;
    int next;
};

/* The value of an option is the rest of its word, if there is one, or else the next word. */
static const char *value_of(struct words *words, const char *rest)
{
    if (rest != NULL) {
        return rest;
    }
    return words->next < words->count ? words->at[words->next++] : NULL;
}

static enum cli_action read_long(struct cli_options *options, struct words *words, const char *name)
{
    size_t length = strcspn(name, "=");
    const struct rule *rule = find_name(name, length);
    const char *value = NULL;

    if (rule == NULL) { /* behind a "--" that was a value */
        return unknown(&options->message, cs_slice_make(name, length));
    }
    if (takes_value(rule)) {
        value = value_of(words, name[length] == '=' ? name + length + 1 : NULL);
        if (value == NULL) {
            return cli_wrong(&options->message, "--%.60s needs a value", name);
        }
    }
    return apply(options, rule, value);
}

/* Letters in one word, of which the last may have a value. */
static enum cli_action read_letters(struct cli_options *options, struct words *words,
                                    const char *word)
{
    enum cli_action action = CLI_RUN;

    for (const char *at = word + 1; action == CLI_RUN && *at != '\0'; at++) {
        const struct rule *rule = find_letter(*at);
        if (rule == NULL) {
            return cli_wrong(&options->message, "unknown option -%c; see --help", *at);
        }
        if (takes_value(rule)) {
            const char *value = value_of(words, at[1] != '\0' ? at + 1 : NULL);
            return value != NULL ? apply(options, rule, value)
                                 : cli_wrong(&options->message, "-%c needs a value", *at);
        }
        action = apply(options, rule, NULL);
    }
    return action;
}

/* Applies the options, and moves all other words to the front: how many there are. */
static enum cli_action read_words(struct cli_options *options, struct words *words, int *others)
{
    enum cli_action action = CLI_RUN;
    bool all_others = false;

    for (*others = 0; action == CLI_RUN && words->next < words->count;) {
        char *word = words->at[words->next++];
        if (all_others || word[0] != '-' || word[1] == '\0') {
            words->at[(*others)++] = word;
        } else if (strcmp(word, "--") == 0) {
            all_others = true;
        } else if (long_name(word) != NULL) {
            action = read_long(options, words, long_name(word));
        } else {
            action = read_letters(options, words, word);
        }
    }
    return action;
}

static enum cli_action read_command(struct cli_options *options, const char *name)
{
    struct cli_message *message = &options->message;

    if (options->version) {
        return CLI_SHOW_VERSION;
    }
    if (name != NULL) {
        options->command = cli_command_find(name);
        if (options->command == NULL) {
            return cli_command_unknown(message, name);
        }
        options->job.operation = options->command->operation;
        options->output.may_write = options->command->writes;
        options->output.names_each = cli_command_is_of_fleet(options->command);
    }
    if (options->help || name == NULL) {
        options->text = name != NULL ? options->command->help : cli_help;
        return CLI_SHOW_TEXT;
    }
    return CLI_RUN;
}

/* The words that are no options, from the command on: `help COMMAND`, `version`, and a FILE that an
 * option names. */
static enum cli_action read_others(struct cli_options *options, char **words, int count)
{
    if (count > 0 && strcmp(words[0], "version") == 0) {
        return CLI_SHOW_VERSION;
    }
    if (count > 0 && strcmp(words[0], "help") == 0) {
        options->help = true;
        words++;
        count--;
    }
    enum cli_action action = read_command(options, count > 0 ? words[0] : NULL);
    if (action == CLI_RUN && options->file_option != NULL) {
        if (!cli_command_takes_file(options->command)) {
            return cli_wrong(&options->message, "connsync %s takes no FILE",
                             options->command->name);
        }
        /* There is room where the option was. */
        memcpy(&words[count++], &options->file_option, sizeof options->file_option);
    }
    if (action == CLI_RUN) {
        action = cli_check(options);
    }
    return action == CLI_RUN ? cli_command_read(options, count - 1, words + 1) : action;
}

enum cli_action command_line_read(struct cli_options *options, int argc, char **argv)
{
    struct words words = {argv + 1, argc - 1, 0};
    enum cli_action action = check_names(&options->message, argc, argv);
    int count = 0;

    connsync_pace_init(&options->tenant.pace);
    if (action == CLI_RUN) {
        action = read_words(options, &words, &count);
    }
    return action == CLI_RUN ? read_others(options, words.at, count) : action;
}
