/* What a board can do of a document that is right in itself. */
#include "config/desired_state.h"

static bool has_credentials(const struct cs_desired *desired)
{
    return cs_desired_has(desired, CS_DESIRED_TOKEN) ||
           (cs_desired_has(desired, CS_DESIRED_CLIENT_ID) &&
            cs_desired_has(desired, CS_DESIRED_CLIENT_SECRET));
}

/* The first entry that names a strategy; their count when none does. */
static size_t find_strategy(const struct cs_desired *desired)
{
    size_t i = 0;

    while (i < desired->count && desired->entries[i].key != CS_DESIRED_STRATEGY) {
        i++;
    }
    return i;
}

bool cs_desired_check_board(const struct cs_desired *desired, struct cs_desired_fault *fault)
{
    enum cs_desired_error error = CS_DESIRED_OK;
    struct cs_desired_place place = cs_desired_place_of_member(CS_DESIRED_NO_MEMBER);
    size_t strategy = find_strategy(desired);

    if (!cs_desired_has(desired, CS_DESIRED_DOMAIN)) {
        error = CS_DESIRED_ERR_MISSING;
        place.member = CS_DESIRED_DOMAIN;
    } else if (desired->all) {
        error = CS_DESIRED_ERR_BOARD_ALL;
        place.member = CS_DESIRED_ALL;
    } else if (desired->count > CS_DESIRED_BOARD_ENTRIES_MAX) {
        error = CS_DESIRED_ERR_TOO_MANY;
        place.member = CS_DESIRED_CONNECTIONS;
    } else if (strategy < desired->count) {
        error = CS_DESIRED_ERR_BOARD_STRATEGY;
        place = cs_desired_place_of_entry(desired, strategy);
        place.member = CS_DESIRED_STRATEGY;
    } else if (!has_credentials(desired)) {
        error = CS_DESIRED_ERR_BOARD_CREDENTIALS;
    }
    (void)cs_desired_settle(fault, error, place);
    fault->limit = CS_DESIRED_BOARD_ENTRIES_MAX;
    return error == CS_DESIRED_OK;
}
