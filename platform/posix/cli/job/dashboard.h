/*
 * What is easily misunderstood of the setting. never_on_login keeps a connection from creating
 * users at all, which its name does not say: whoever sets it is told. And the Dashboard's word "off"
 * has two meanings: the switch that most connections have means on_first_login by it, that of
 * enterprise connections may mean never_on_login. Of these the API's own word is asked for.
 */
#ifndef CONNSYNC_CLI_DASHBOARD_H
#define CONNSYNC_CLI_DASHBOARD_H

#include "config/desired.h"

#include <stdbool.h>

/* Can "off" be misunderstood for a connection of this strategy? */
bool dashboard_is_enterprise(const char *strategy);

/* Does the entry of connsync.json, one that wants on_first_login, say "off"? */
bool dashboard_says_off(const struct cs_desired *desired, const struct cs_desired_entry *entry);

/* What there is to warn of, as a clause: never_on_login takes the place of another value. NULL: of
 * nothing. */
const char *dashboard_warning(enum connsync_setting before, enum connsync_setting after);

#endif
