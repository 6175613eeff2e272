/* An empty variable is none: a shell that cannot unset one leaves it so. Which variables there
 * are, and what wins over them, is decided where they are asked for. */
#include "platform/posix/cli/base/environment.h"

#include <stdlib.h>

const char *environment_get(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}
