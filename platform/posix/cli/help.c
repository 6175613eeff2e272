#include "platform/posix/cli/help.h"

#include "core/version.h"

#define COMMON                                                                                     \
    "Tenant and credentials:\n"                                                                    \
    "  --domain HOST[:PORT]       the tenant's domain (AUTH0_DOMAIN)\n"                            \
    "  --token-file FILE          a Management API token, first line of FILE\n"                    \
    "                             (AUTH0_API_TOKEN or AUTH0_ACCESS_TOKEN)\n"                       \
    "  --client-id ID             or a client's id (AUTH0_CLIENT_ID) and\n"                        \
    "  --client-secret-file FILE  its secret, likewise (AUTH0_CLIENT_SECRET)\n"                    \
    "  --audience URL             the API's identifier (AUTH0_AUDIENCE)\n"                         \
    "Connection:\n"                                                                                \
    "  --ca-file FILE             trusted roots, PEM (SSL_CERT_FILE, or the system's)\n"           \
    "  --connect-to ADDR[:PORT]   dial this, but verify the domain's name\n"                       \
    "  --timeout SECONDS          for the whole job (60)\n"                                        \
    "Output:\n"                                                                                    \
    "  --json                     one line of JSON for each connection\n"                          \
    "  -v, --verbose              requests and memory on stderr; never a secret\n"

const char cli_help[] =
    "connsync changes one setting of an Auth0 connection and proves that it changed\n"
    "nothing else: options.set_user_root_attributes, which says whether the identity\n"
    "provider overwrites a user's name, nickname and picture at each login.\n"
    "\n"
    "Usage:\n"
    "  connsync get  CONNECTION         print the setting\n"
    "  connsync set  CONNECTION VALUE   make it so, keep everything else, verify\n"
    "  connsync list                    every connection with its setting\n"
    "  connsync flash-image FILE        a board's configuration, from connsync.json\n"
    "\n"
    "CONNECTION is an id (con_...) or an exact name. VALUE is on_each_login,\n"
    "on_first_login or never_on_login, or on (each login) or off (first login only).\n"
    "\n" COMMON "\n"
    "connsync COMMAND --help tells more, with an example.\n";

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
    "                             came back encrypted and might be encrypted twice\n"
    "\n"
    "Example:\n"
    "  AUTH0_DOMAIN=t.eu.auth0.com connsync set google-oauth2 off --token-file token\n"
    "\n" COMMON "Needs the scopes read:connections, read:connections_options,\n"
    "update:connections and update:connections_options.\n"
    "\n"
    "Exit codes: 0 done or in sync, 1 network or server, 2 would change (--dry-run),\n"
    "3 refused, 4 credentials or scope, 5 no such connection, 6 rate limit outlasted\n"
    "the time-out, 7 verifying failed, 8 TLS or certificate, 64 usage.\n";

const char cli_help_list[] =
    "Usage: connsync list [options]\n"
    "Prints id, strategy, setting and name of every connection, separated by tabs.\n"
    "\n"
    "Example:\n"
    "  AUTH0_DOMAIN=tenant.eu.auth0.com connsync list --token-file token\n"
    "\n" COMMON "Needs the scopes read:connections and read:connections_options.\n";

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

const char cli_version[] = "connsync " CONNSYNC_VERSION "\n";
