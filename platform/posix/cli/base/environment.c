/* An empty variable is none: a shell that cannot unset one leaves it so. Nor are a byte order mark
 * and line ends around one part of it (value.h). Which variables there are, and what wins over
 * them, is decided where they are asked for; here it is known which of them are secret. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/base/environment.h"

#include "core/base/text.h"
#include "platform/posix/cli/base/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Room for a private key's text, two tokens, a secret and the URLs of proxies, each as long as it
 * may be. Only what is used is ever touched. */
#define STORE_SIZE 131072u

/* POSIX has no header that declares it. */
extern char **environ;

static char store[STORE_SIZE];
static size_t used;
static const char *illegal;

const char *environment_get(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *environment_value(const char *name)
{
    const char *value = environment_get(name);

    if (value != NULL && !value_is_clean(value, strlen(value), false)) {
        illegal = name;
        return NULL;
    }
    return value;
}

const char *environment_take_illegal(void)
{
    const char *name = illegal;

    illegal = NULL;
    return name;
}

/* Is an entry, NAME=VALUE, whose name is so long, one that is to be hidden? */
static bool is_secret(const char *entry, size_t length)
{
    static const char *const names[] = {"AUTH0_API_TOKEN", "AUTH0_ACCESS_TOKEN",
                                        "AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY",
                                        /* Their URLs may have a password. */
                                        "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == length && memcmp(names[i], entry, length) == 0) {
            return true;
        }
    }
    return false;
}

void environment_hide(void)
{
    for (char **at = environ; at != NULL && *at != NULL; at++) {
        char *entry = *at;
        size_t name = strcspn(entry, "=");
        size_t length = strlen(entry);
        if (entry[name] == '=') {
            length = name + 1 + value_tidy(entry + name + 1, length - name - 1);
        }
        /* A longer one is refused as too long by whoever asks for it. */
        if (!is_secret(entry, name) || length >= STORE_SIZE - used) {
            continue;
        }
        *at = memcpy(store + used, entry, length + 1);
        used += length + 1;
        cs_wipe(entry + name, length - name);
    }
}

void environment_forget(void)
{
    cs_wipe(store, used);
    used = 0;
}
