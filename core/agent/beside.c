/*
 * Compares all that a connection has beside `options`, for who has the memory: a digest for each of
 * its members. display_name alone, which every write sends, is agent_write.c's. The agent reaches
 * this through the table in connsync_config, so that only who names it links it.
 */
#include "core/agent/agent.h"

static bool is_display_name(struct cs_slice name)
{
    return cs_value_string_is(name, "display_name");
}

/* Of the members of the connection, `options` included, which is not looked into. */
static size_t size_of_members(const struct connsync *agent)
{
    struct cs_slice pieces[CS_WRITE_PIECES];
    struct cs_digested_member member;
    struct cs_digest_walk walk;
    size_t count = 0;

    cs_write_split(agent, pieces);
    cs_digest_walk_begin(&walk, pieces, &agent->digest_key);
    while (cs_digest_walk_next(&walk, &member)) {
        count++;
    }
    return cs_comparison_size(count, 0);
}

static size_t size(const struct connsync *agent)
{
    return size_of_members(agent) + sizeof(struct cs_comparison);
}

/* All is to stay: a write sends display_name, and the service is not to touch what a write does not
 * send; but of a display_name that is no string, which it cannot send, the service makes one.
 * Nothing else there is derived. */
static void begin(struct connsync *agent, char *memory)
{
    static const struct cs_comparison_rules rules[2] = {{"options", is_display_name, false},
                                                        {"options", cs_auth0_is_derived, false}};
    struct cs_slice sent = cs_auth0_part(&agent->document.connection, CS_AUTH0_DISPLAY_NAME);
    struct cs_slice pieces[CS_WRITE_PIECES];

    cs_write_split(agent, pieces);
    agent->beside.members = (void *)(memory + size_of_members(agent));
    (void)cs_comparison_begin(agent->beside.members, memory, pieces,
                              &rules[cs_value_is_string(sent)], &agent->digest_key);
}

static uint32_t differences(struct connsync *agent)
{
    struct cs_slice pieces[CS_WRITE_PIECES];

    cs_write_split(agent, pieces);
    struct cs_difference found = cs_comparison_hold(agent->beside.members, pieces);

    return found.of[CS_FATE_LOST] + found.of[CS_FATE_CHANGED];
}

const struct connsync_beside connsync_beside_all = {
    ",is_domain_connection,show_as_button,realms,metadata,authentication,connected_accounts,"
    "cross_app_access_requesting_app,cross_app_access_resource_app",
    size, begin, differences};
