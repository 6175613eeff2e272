/* The texts of --help. What options there are and what they do is command_line.c's; --licenses is
 * made by the build. */
#include "platform/posix/cli/options/help.h"

#include "platform/posix/cli/base/output.h"

#include <stdio.h>

/* What stands for a text that several others have in them: its number in cli_help_print(). */
#define COMMON "\1"
#define OF_FILE "\2"
#define WRITES "\3"
#define ENCRYPTED "\4"
#define BACKUP "\5"
#define UNDO "\6"
#define CHANGES "\7"

static const char common[] =
    "Tenant and credentials:\n"
    "  --domain HOST[:PORT]       the tenant's domain (AUTH0_DOMAIN)\n"
    "  --token-file FILE          a Management API token, all of FILE\n"
    "                             (AUTH0_API_TOKEN or AUTH0_ACCESS_TOKEN)\n"
    "  --client-id ID             or a client's id (AUTH0_CLIENT_ID) and\n"
    "  --client-secret-file FILE  its secret, likewise (AUTH0_CLIENT_SECRET)\n"
    "  --private-key FILE         or its private key, PEM; - is standard input\n"
    "                             (AUTH0_CLIENT_ASSERTION_PRIVATE_KEY has the PEM,\n"
    "                             AUTH0_CLIENT_SIGNING_KEY_PATH its file)\n"
    "  --signing-alg ALG          RS256, RS384 or PS256 (RS256)\n"
    "  --key-id ID                the key's id, for the assertion's kid\n"
    "  --client-certificate FILE  shown to a server that asks for it, PEM, and\n"
    "  --client-key FILE          its private key, if it is in a file of its own\n"
    "  --no-token-cache           keep no token, use none that was kept\n"
    "  --audience URL             the API's identifier (AUTH0_AUDIENCE)\n"
    "Connection:\n"
    "  --ca-file FILE             trusted roots, PEM (SSL_CERT_FILE, or the system's)\n"
    "  --connect-to ADDR[:PORT]   dial this, but verify the domain's name\n"
    "  --proxy URL                http://HOST[:PORT] of an HTTP proxy, \"\" for none\n"
    "                             (HTTPS_PROXY or ALL_PROXY, with any password)\n"
    "  --no-proxy LIST            domains reached without it, with commas (NO_PROXY)\n"
    "  --timeout SECONDS          for one connection, or one page of a list (60)\n"
    "  --max-rps N                at most N requests a second, such as 5 or 0.5\n"
    "  --leave N                  never take the tenant's last N requests\n"
    "Output:\n"
    "  --log-format text|json     what stderr has (text)\n"
    "  --json                     one line of JSON for each connection\n"
    "  -v, --verbose              requests and memory on stderr; never a secret\n";

static const char of_file[] =
    "FILE (connsync.json if none is named; - is standard input, not for watch) may\n"
    "have domain and credentials too. What the command line says counts first, then\n"
    "what FILE says, then the environment.\n";

static const char writes[] =
    "Needs the scopes read:connections, read:connections_options,\n"
    "update:connections and update:connections_options.\n"
    "\n"
    "Exit codes: 0 done or in sync, 1 network or server, 2 would change (--dry-run),\n"
    "3 refused, 4 credentials or scope, 5 no such connection, 6 rate limit outlasted\n"
    "the time-out, 7 verifying failed, 8 TLS or certificate, 64 usage.\n";

static const char encrypted[] = "  --allow-encrypted-configuration\n"
                                "                             see connsync set --help\n";

static const char backup[] =
    "  --backup DIR               before a write keep the options in a file there; it\n"
    "                             holds secrets\n";

static const char undo[] =
    "  --restore                  put the options back if verifying finds any lost\n";

static const char changes[] =
    "  --changes                  name the options that verifying finds different\n"
    "  --correlation-id TEXT      X-Correlation-ID of the write (a random one)\n";

const char cli_help[] =
    "connsync changes one setting of an Auth0 connection and proves that it changed\n"
    "nothing else: options.set_user_root_attributes, which says whether the identity\n"
    "provider overwrites a user's name, nickname and picture at each login.\n"
    "\n"
    "Usage:\n"
    "  connsync get  CONNECTION         print the setting\n"
    "  connsync set  CONNECTION VALUE   make it so, keep everything else, verify\n"
    "  connsync patch CONNECTION FILE   merge FILE into options (RFC 7396), verify\n"
    "  connsync restore FILE            put a backup's options back, verify\n"
    "  connsync list                    every connection with its setting\n"
    "  connsync plan  [FILE]            what apply would change; exit 2 if anything\n"
    "  connsync apply [FILE]            make it so for all that FILE names\n"
    "  connsync watch [FILE]            apply, wait, again, until told to end\n"
    "  connsync watch-status FILE       is watch alive? a probe for containers\n"
    "  connsync import                  a connsync.json of what there is\n"
    "  connsync flash-image FILE        a board's configuration, from connsync.json\n"
    "\n"
    "CONNECTION is an id (con_...) or an exact name. VALUE is on_each_login,\n"
    "on_first_login or never_on_login, or on (each login) or off (first login only).\n"
    "FILE is connsync.json if none is named.\n"
    "\n" COMMON "\n"
    "connsync COMMAND --help tells more, with an example; connsync --licenses, what\n"
    "it is made of.\n";

const char cli_help_get[] =
    "Usage: connsync get CONNECTION [options]\n"
    "Prints the setting of one connection. A connection that does not state it has\n"
    "on_each_login.\n"
    "\n"
    "Example:\n"
    "  AUTH0_DOMAIN=tenant.eu.auth0.com connsync get google-oauth2 --token-file token\n"
    "\n" COMMON "Needs the scopes read:connections and read:connections_options.\n";

const char cli_help_set[] =
    "Usage: connsync set CONNECTION VALUE [options]\n"
    "Reads the connection, changes the one setting, writes every other byte of its\n"
    "options back as received, reads again and compares. Writes nothing when the\n"
    "setting is as wanted already, or when it cannot be sure that nothing gets lost.\n"
    "\n"
    "  --dry-run                  do not write; exit code 2 if it would change\n"
    "  --allow-encrypted-configuration\n"
    "                             go on although a custom database's configuration\n"
    "                             came back encrypted and might be encrypted twice\n" BACKUP UNDO
        CHANGES "\n"
    "Example:\n"
    "  AUTH0_DOMAIN=t.eu.auth0.com connsync set google-oauth2 off --token-file token\n"
    "\n" COMMON WRITES;

const char cli_help_patch[] =
    "Usage: connsync patch CONNECTION FILE [options]\n"
    "Merges the JSON object in FILE into the connection's options (RFC 7396): a\n"
    "member replaces the one of its name or is added, null removes it, an object is\n"
    "merged into an object. All else is written back as received, and verified. A\n"
    "patch that changes nothing writes nothing. FILE is at most 65,536 bytes; - is\n"
    "standard input.\n"
    "\n"
    "  --dry-run                  do not write; name what would change, exit code 2\n" ENCRYPTED
        BACKUP UNDO CHANGES "\n"
    "Example:\n"
    "  echo '{\"scope\":[\"email\"],\"icon_url\":null}' | connsync patch google-oauth2 -\n"
    "\n" COMMON WRITES;

const char cli_help_restore[] =
    "Usage: connsync restore FILE [options]\n"
    "Puts the options in FILE, a backup that --backup made, back into the connection\n"
    "that they were of, and verifies it. Names what it changes, never a value.\n"
    "Refuses a file that is damaged, or of another domain. FILE may be -, standard\n"
    "input.\n"
    "\n"
    "  --dry-run                  do not write; name what would change, exit code 2\n" ENCRYPTED
        BACKUP CHANGES "\n"
    "Example:\n"
    "  connsync restore --dry-run \\\n"
    "      backups/con_2bXy7LmQ9fTzWkRa-2026-01-31T09:00:00Z.json\n"
    "\n" COMMON WRITES;

const char cli_help_list[] =
    "Usage: connsync list [options]\n"
    "Prints id, strategy, setting and name of every connection, separated by tabs.\n"
    "\n"
    "Example:\n"
    "  AUTH0_DOMAIN=tenant.eu.auth0.com connsync list --token-file token\n"
    "\n" COMMON "Needs the scopes read:connections and read:connections_options.\n";

const char cli_help_import[] =
    "Usage: connsync import [options]\n"
    "Prints a connsync.json with the setting that every connection has at present.\n"
    "What cannot carry the setting is left out, with a line on stderr. The file names\n"
    "no credentials. After a failure nothing is printed.\n"
    "\n" ENCRYPTED "\n"
    "Example:\n"
    "  connsync import >connsync.json && connsync plan connsync.json\n"
    "\n" COMMON "Needs the scopes read:connections and read:connections_options.\n";

const char cli_help_plan[] =
    "Usage: connsync plan [FILE] [options]\n"
    "Lists the tenant and shows what apply would change. Writes nothing to it.\n"
    "\n"
    "  --out PLAN                 write a plan for apply --plan: ids, values, and a\n"
    "                             SHA-256 of each connection's options; no secret\n" ENCRYPTED "\n"
    "Example:\n"
    "  connsync plan connsync.json --out plan.json\n"
    "\n" OF_FILE "\n" COMMON "Needs the scopes read:connections and read:connections_options.\n"
    "\n"
    "Exit codes: 0 in sync, 2 apply would change something, 5 an entry of FILE\n"
    "matches no connection; else as of apply. The worst one counts.\n";

const char cli_help_apply[] =
    "Usage: connsync apply [FILE] [options]\n"
    "Lists the tenant, and sets each connection that FILE names and that is not as\n"
    "wanted, as connsync set does. Writes nothing at all if an entry of FILE matches\n"
    "no connection. One that fails does not keep the others from their turn.\n"
    "\n"
    "  --plan PLAN                do what this plan says, without a list; refuse what\n"
    "                             has changed since. FILE is for credentials only\n"
    "  --dry-run                  read each one afresh, but do not write; exit code 2\n" ENCRYPTED
        BACKUP UNDO CHANGES "\n"
    "Example:\n"
    "  connsync apply connsync.json --max-rps 5 --leave 5\n"
    "\n" OF_FILE "\n" COMMON "Needs the scopes read:connections, read:connections_options,\n"
    "update:connections and update:connections_options.\n"
    "\n"
    "Exit codes, of which the worst counts, from the worst on: 7 verifying failed,\n"
    "4 credentials or scope, 8 TLS or certificate, 1 network or server, 6 rate limit,\n"
    "3 refused, 5 an entry matches no connection, 2 would change (--dry-run), 0 done.\n"
    "64 usage, or FILE is wrong: nothing was asked of the tenant.\n";

const char cli_help_watch[] =
    "Usage: connsync watch [FILE] [options]\n"
    "Applies FILE at once, and then again after each interval, give or take a tenth.\n"
    "\n"
    "  --every INTERVAL           such as 30s, 15m, 1h or 1d (`every` of FILE, or 1h)\n"
    "  --status-file STATUS       keep the outcome of the last run there, as JSON\n" ENCRYPTED
        BACKUP UNDO CHANGES "\n"
    "Example:\n"
    "  connsync watch connsync.json --every 1h --status-file /run/connsync/status\n"
    "\n"
    "SIGTERM, SIGINT and SIGQUIT end it after the connection in hand, and so does the\n"
    "end of who reads its output (SIGPIPE, unless ignored); SIGHUP reads FILE and the\n"
    "files of credentials again and applies it, and so does a change of one of them.\n"
    "With NOTIFY_SOCKET set it tells systemd of its state, with WATCHDOG_USEC that it\n"
    "is alive.\n"
    "\n" OF_FILE "\n" COMMON "Needs the scopes that apply needs.\n"
    "\n"
    "Exit codes: 0 ended by a signal, 8 no trusted roots, 64 usage, or FILE is wrong\n"
    "at the start. A run that fails does not end it.\n";

const char cli_help_watch_status[] =
    "Usage: connsync watch-status FILE [--json]\n"
    "Is the watch alive that touches FILE (--status-file) every 30 s? 0 yes, 1 no.\n"
    "\n"
    "  --max-age INTERVAL         at most so long ago (2m)\n"
    "  --ready                    and its last run did well\n";

const char cli_help_flash_image[] =
    "Usage: connsync flash-image FILE --output IMAGE [options]\n"
    "Makes the image of a board's configuration partition from a connsync.json, with\n"
    "a length and a checksum. FILE is checked first; what a board cannot do is an\n"
    "error. The image holds the secret of FILE, and only its owner may read it.\n"
    "\n"
    "  FILE                       a connsync.json; - is standard input\n"
    "  -o, --output IMAGE         the file to make; - is standard output\n"
    "  --partition-size BYTES     what the board has for it (4096)\n"
    "\n"
    "Example:\n"
    "  connsync flash-image connsync.json --output config.bin\n"
    "\n"
    "A board needs in FILE: domain; token, or client_id and client_secret; at most 32\n"
    "connections, each by id or name. It looks at them once an hour, or as `every`\n"
    "says.\n"
    "\n"
    "Exit codes: 0 done, 1 the image cannot be written, 64 FILE or usage.\n";

void cli_help_print(const char *text)
{
    static const char *const shared[] = {common, of_file, writes, encrypted, backup, undo, changes};

    for (; *text != '\0'; text++) {
        size_t mark = (size_t)(unsigned char)*text - 1;
        if (mark < sizeof shared / sizeof shared[0]) {
            (void)fputs(shared[mark], output_results());
        } else {
            (void)putc(*text, output_results());
        }
    }
}
