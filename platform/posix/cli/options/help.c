/* The texts of --help. What options there are and what they do is command_line.c's; --licenses is
 * made by the build. */
#include "platform/posix/cli/options/help.h"

#include "core/base/text.h"
#include "platform/posix/cli/base/output.h"

#include <stdio.h>

/* What stands for a text that several others have in them: its place among `shared`. */
#define COMMON "\201"
#define OF_FILE "\202"
#define READS "\203"
#define WRITES "\204"
#define NAMING "\205"
#define ENCRYPTED "\206"
#define BACKUP "\207"
#define UNDO "\210"
#define CHANGES "\211"
#define EXIT_CODES "\212"
#define USAGE "\213"
#define EXAMPLE "\214"
#define EXAMPLE_OF_TENANT "\215"
#define CODES "\216"
#define CALL "\217"
#define CONFIG "\220"
#define PARALLEL "\221"
#define MARKS 0x81u
/* The column of what an option does, to which a tab leads. */
#define DOES 29u

static const char shared[] =
    /* COMMON */
    "\n"
    "Tenant and credentials:\n"
    "  --domain HOST[:PORT]\tthe tenant's domain (AUTH0_DOMAIN)\n"
    "  --token-file FILE\ta Management API token, all of FILE\n"
    "\t(AUTH0_API_TOKEN or AUTH0_ACCESS_TOKEN)\n"
    "  --client-id ID\tor a client's id (AUTH0_CLIENT_ID) and\n"
    "  --client-secret-file FILE\tits secret, likewise (AUTH0_CLIENT_SECRET)\n"
    "  --private-key FILE\tor its private key, PEM; - is standard input\n"
    "\t(AUTH0_CLIENT_ASSERTION_PRIVATE_KEY has the PEM,\n"
    "\tAUTH0_CLIENT_SIGNING_KEY_PATH its file)\n"
    "  --signing-alg ALG\tRS256, RS384 or PS256 (RS256)\n"
    "  --key-id ID\tthe key's id, for the assertion's kid\n"
    "  --client-certificate FILE\tshown to a server that asks for it, PEM, and\n"
    "  --client-key FILE\tits private key, if it is in a file of its own\n"
    "  --no-token-cache\tkeep no token, use none that was kept\n"
    "  --no-session-cache\tkeep no TLS session, use none that was kept\n"
    "  --early-data\tread with the handshake; it can be replayed\n"
    "  --audience URL\tthe API's identifier (AUTH0_AUDIENCE)\n"
    "Connection:\n"
    "  --ca-file FILE\ttrusted roots, PEM (SSL_CERT_FILE, or the system's)\n"
    "  --connect-to ADDR[:PORT]\tdial this, but verify the domain's name\n"
    "  --proxy URL\thttp://HOST[:PORT] of an HTTP proxy, \"\" for none\n"
    "\t(HTTPS_PROXY or ALL_PROXY, with any password)\n"
    "  --no-proxy LIST\tdomains reached without it, with commas (NO_PROXY)\n"
    "  --timeout SECONDS\tfor one connection, or one page of a list (60)\n"
    "  --max-rps N\tat most N requests a second, such as 5 or 0.5\n"
    "  --leave N\tnever take the tenant's last N requests\n"
    "Output:\n"
    "  --log-format text|json\twhat stderr has (text)\n"
    "  --json\tone line of JSON for each connection\n"
    "  --color auto|always|never\t(auto: on a terminal, without NO_COLOR)\n"
    "  -v, --verbose\teach request on stderr; twice: each handshake too;\n"
    "\tnever a secret\n"
    "\0"
    /* OF_FILE */
    "FILE (connsync.json if none is named; - is standard input, not for watch; or as\n"
    "-f FILE, --file FILE) may have domain and credentials too. What the command\n"
    "line says counts first, then what FILE says, then the environment.\n"
    "\0"
    /* READS */
    "Needs the scopes read:connections and read:connections_options.\n"
    "\0"
    /* WRITES */
    "Needs the scopes read:connections, read:connections_options,\n"
    "update:connections and update:connections_options.\n"
    "\0"
    /* NAMING */
    "  --dry-run\tdo not write; name what would change, exit code 2\n"
    "\0"
    /* ENCRYPTED */
    "  --allow-encrypted-configuration\n"
    "\tsee connsync set --help\n"
    "\0"
    /* BACKUP */
    "  --backup DIR\tbefore a write keep the options in a file there; it\n"
    "\tholds secrets\n"
    "\0"
    /* UNDO */
    "  --restore\tput the options back if verifying finds any lost\n"
    "\0"
    /* CHANGES */
    "  --changes\tname the options that verifying finds different\n"
    "  --correlation-id TEXT\tX-Correlation-ID of the write (a random one)\n"
    "\0"
    /* EXIT_CODES */
    "\n"
    "Exit codes: 0 done or in sync, 1 network or server, 2 would change (--dry-run),\n"
    "3 refused, 4 credentials or scope, 5 no such connection, 6 rate limit outlasted\n"
    "the time-out, 7 verifying failed, 8 TLS or certificate, 64 usage.\n"
    "\0"
    /* USAGE */
    "Usage: connsync "
    "\0"
    /* EXAMPLE */
    "\n"
    "Example:\n"
    "  connsync "
    "\0"
    /* EXAMPLE_OF_TENANT */
    "\n"
    "Example:\n"
    "  AUTH0_DOMAIN=tenant.eu.auth0.com connsync "
    "\0"
    /* CODES */
    "\n"
    "Exit codes: 0 "
    "\0"
    /* CALL */
    "\n"
    "  connsync "
    "\0"
    /* CONFIG */
    "connsync.json\0"
    /* PARALLEL */
    "  --parallel N\tup to N connections at a time, at most 16 (1)\n";

const char cli_help[] =
    "connsync changes one setting of an Auth0 connection and proves that it changed\n"
    "nothing else: options.set_user_root_attributes, which says whether the identity\n"
    "provider overwrites a user's name, nickname and picture at each login.\n"
    "\n"
    "Usage:" CALL "get  CONNECTION         print the setting" CALL
    "set  CONNECTION VALUE   make it so, keep everything else, verify" CALL
    "patch CONNECTION FILE   merge FILE into options (RFC 7396), verify" CALL
    "restore FILE            put a backup's options back, verify" CALL
    "list                    every connection with its setting" CALL
    "doctor                  credentials, route, damage; exit 2 if any" CALL
    "validate [FILE]         every fault of a " CONFIG ", offline" CALL
    "plan  [FILE]            what apply would change; exit 2 if anything" CALL
    "apply [FILE]            make it so for all that FILE names" CALL
    "watch [FILE]            apply, wait, again, until told to end" CALL
    "watch-status FILE       is watch alive? a probe for containers" CALL
    "import                  a " CONFIG " of what there is" CALL
    "flash-image FILE        a board's configuration, from " CONFIG "\n"
    "\n"
    "CONNECTION is an id (con_...) or an exact name. VALUE is on_each_login,\n"
    "on_first_login or never_on_login, which also keeps it from creating users; or on\n"
    "(each login) or off (first login only, but not for enterprise connections).\n"
    "FILE is " CONFIG " if none is named.\n" COMMON "\n"
    "connsync help COMMAND (or COMMAND -h) tells more, with an example; connsync -V,\n"
    "or version, which one this is; connsync --licenses, what it is made of.\n";

const char cli_help_get[] = USAGE
    "get CONNECTION [options]\n"
    "Prints the setting of one connection. A connection that does not state it has\n"
    "on_each_login.\n" EXAMPLE_OF_TENANT "get google-oauth2 --token-file token\n" COMMON READS;

const char cli_help_set[] = USAGE
    "set CONNECTION VALUE [options]\n"
    "Reads the connection, changes the one setting, writes every other byte of its\n"
    "options back as received, reads again and compares. Writes nothing when the\n"
    "setting is as wanted already, or when it cannot be sure that nothing gets lost.\n"
    "never_on_login also keeps the connection from creating users: first logins fail.\n"
    "\n"
    "  --dry-run\tdo not write; exit code 2 if it would change\n"
    "  --allow-encrypted-configuration\n"
    "\tgo on although a custom database's configuration\n"
    "\tcame back encrypted and might be encrypted twice\n" BACKUP UNDO CHANGES EXAMPLE_OF_TENANT
    "set google-oauth2 on_first_login\n" COMMON WRITES EXIT_CODES;

const char cli_help_patch[] = USAGE
    "patch CONNECTION FILE [options]\n"
    "Merges the JSON object in FILE into the connection's options (RFC 7396): a\n"
    "member replaces the one of its name or is added, null removes it, an object is\n"
    "merged into an object. All else is written back as received, and verified. A\n"
    "patch that changes nothing writes nothing. FILE is at most 65,536 bytes; - is\n"
    "standard input.\n"
    "\n" NAMING ENCRYPTED BACKUP UNDO CHANGES "\n"
    "Example:\n"
    "  echo '{\"scope\":[\"email\"],\"icon_url\":null}' | connsync patch google-oauth2 -\n" COMMON
        WRITES EXIT_CODES;

const char cli_help_restore[] =
    USAGE "restore FILE [options]\n"
          "Puts the options in FILE, a backup that --backup made, back into the connection\n"
          "that they were of, and verifies it. Names what it changes, never a value.\n"
          "Refuses a file that is damaged, or of another domain. FILE may be -, standard\n"
          "input.\n"
          "\n" NAMING ENCRYPTED BACKUP CHANGES EXAMPLE "restore --dry-run \\\n"
          "      backups/con_2bXy7LmQ9fTzWkRa-2026-01-31T09:00:00Z.json\n" COMMON WRITES EXIT_CODES;

const char cli_help_list[] =
    USAGE "list [options]\n"
          "Prints id, strategy, setting and name of every connection, separated by "
          "tabs.\n" EXAMPLE_OF_TENANT "list --token-file token\n" COMMON READS;

const char cli_help_import[] =
    USAGE "import [options]\n"
          "Prints a " CONFIG " with the setting that every connection has at present.\n"
          "What cannot carry the setting is left out, with a line on stderr. The file names\n"
          "no credentials. After a failure nothing is printed.\n"
          "\n" ENCRYPTED EXAMPLE "import >" CONFIG " && connsync plan " CONFIG "\n" COMMON READS;

const char cli_help_doctor[] = USAGE
    "doctor [options]\n"
    "Lists the tenant's connections, writes nothing, and says who asks, with which\n"
    "scopes, by which clock and route, what certificates it met, what the rate limit\n"
    "leaves, and which connections look as PATCH {\"options\":{\"set_user_root_...\n"
    "leaves them: with the setting alone, or without what their strategy needs. Never\n"
    "a value of their options.\n" EXAMPLE_OF_TENANT "doctor --token-file token\n" COMMON READS CODES
    "none looks damaged, 2 one does, else as of get.\n";

const char cli_help_validate[] =
    USAGE "validate [FILE] [options]\n"
          "Checks FILE (" CONFIG " if none is named; - is standard input) without asking\n"
          "a tenant, and prints every fault with its line and column.\n"
          "\n"
          "  --listing LIST\twhat plan would say of these connections: what list\n"
          "\t--json prints, or the API's own list\n"
          "  --json\tone line of JSON for each fault or connection\n" ENCRYPTED EXAMPLE
          "list --json >list.json && connsync validate --listing list.json\n" CODES
          "valid, 64 not; with --listing as of plan.\n";

const char cli_help_plan[] = USAGE
    "plan [FILE] [options]\n"
    "Lists the tenant and shows what apply would change. Writes nothing to it.\n"
    "\n"
    "  --out PLAN\twrite a plan for apply --plan: ids, values, and a\n"
    "\tSHA-256 of each connection's options; no secret\n"
    "  --format FORMAT\ttext, json, markdown, or html: one page\n" PARALLEL ENCRYPTED EXAMPLE
    "plan " CONFIG " --out plan.json\n"
    "\n" OF_FILE COMMON READS CODES "in sync, 2 apply would change something, 5 an entry of FILE\n"
    "matches no connection; else as of apply. The worst one counts.\n";

const char cli_help_apply[] =
    USAGE "apply [FILE] [options]\n"
          "Lists the tenant, and sets each connection that FILE names and that is not as\n"
          "wanted, as connsync set does. Writes nothing at all if an entry of FILE matches\n"
          "no connection. One that fails does not keep the others from their turn.\n"
          "\n"
          "  --plan PLAN\tdo what this plan says, without a list; refuse what\n"
          "\thas changed since. FILE is for credentials only\n"
          "  --yes\task nothing: else a person at a terminal is asked\n"
          "  --dry-run\tread each one afresh, but do not write; exit code 2\n" PARALLEL ENCRYPTED
              BACKUP UNDO CHANGES EXAMPLE "apply " CONFIG " --max-rps 5 --leave 5\n"
          "\n" OF_FILE COMMON WRITES "\n"
          "Exit codes, of which the worst counts, from the worst on: 7 verifying failed,\n"
          "4 credentials or scope, 8 TLS or certificate, 1 network or server, 6 rate limit,\n"
          "3 refused, 5 an entry matches no connection, 2 would change (--dry-run), 0 done.\n"
          "64 usage, or FILE is wrong: nothing was asked of the tenant.\n";

const char cli_help_watch[] = USAGE
    "watch [FILE] [options]\n"
    "Applies FILE at once, and then again after each interval, give or take a tenth.\n"
    "\n"
    "  --every INTERVAL\tsuch as 30s, 15m, 1h or 1d (`every` of FILE, or 1h)\n"
    "  --status-file STATUS\tkeep the outcome of the last run there, as JSON\n"
    "  --metrics-file METRICS\tand counts and times in Prometheus' text format\n" PARALLEL ENCRYPTED
        BACKUP UNDO CHANGES EXAMPLE "watch " CONFIG
    " --every 1h --status-file /run/connsync/status\n"
    "\n"
    "SIGTERM, SIGINT and SIGQUIT end it after the connection in hand, and so does the\n"
    "end of who reads its output (SIGPIPE, unless ignored); SIGHUP reads FILE and the\n"
    "files of credentials again and applies it, and so does a change of one of them.\n"
    "With NOTIFY_SOCKET set it tells systemd of its state, with WATCHDOG_USEC that it\n"
    "is alive.\n"
    "\n" OF_FILE COMMON "Needs the scopes that apply needs.\n" CODES
    "ended by a signal, 8 no trusted roots, 64 usage, or FILE is wrong\n"
    "at the start. A run that fails does not end it.\n";

const char cli_help_watch_status[] =
    USAGE "watch-status FILE [--json]\n"
          "Is the watch alive that touches FILE (--status-file) every 30 s? 0 yes, 1 no.\n"
          "\n"
          "  --max-age INTERVAL\tat most so long ago (2m)\n"
          "  --ready\tand its last run did well\n";

const char cli_help_flash_image[] =
    USAGE "flash-image FILE --output IMAGE [options]\n"
          "Makes the image of a board's configuration partition from a " CONFIG ", with\n"
          "a length and a checksum. FILE is checked first; what a board cannot do is an\n"
          "error. The image holds the secret of FILE, and only its owner may read it.\n"
          "\n"
          "  FILE\ta " CONFIG "; - is standard input\n"
          "  -o, --output IMAGE\tthe file to make; - is standard output\n"
          "  --partition-size BYTES\twhat the board has for it (4096)\n" EXAMPLE
          "flash-image " CONFIG " --output config.bin\n"
          "\n"
          "A board needs in FILE: domain; token, or client_id and client_secret; at most 32\n"
          "connections, each by id or name. It looks at them once an hour, or as `every`\n"
          "says.\n" CODES "done, 1 the image cannot be written, 64 FILE or usage.\n";

/* A tab is blanks, at least one. */
static void put(char byte, unsigned *column)
{
    do {
        output_byte(byte == '\t' ? ' ' : byte);
        *column = byte == '\n' ? 0 : *column + 1;
    } while (byte == '\t' && *column < DOES);
}

void cli_help_print(const char *text)
{
    unsigned column = 0;

    for (; *text != '\0'; text++) {
        unsigned mark = (unsigned char)*text;
        if (mark < MARKS) {
            put(*text, &column);
            continue;
        }
        for (const char *at = cs_words_at(shared, mark - MARKS); *at != '\0'; at++) {
            put(*at, &column);
        }
    }
}
