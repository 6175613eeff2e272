/* Variables of the environment. */
#ifndef CONNSYNC_CLI_ENVIRONMENT_H
#define CONNSYNC_CLI_ENVIRONMENT_H

/* The variable; NULL when it is not set or empty. */
const char *environment_get(const char *name);

#endif
