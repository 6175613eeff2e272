/* From the partition's bytes to what an agent is opened with. The image's form is for
 * config/flash_image.c, the document's grammar for config/desired_read.c. */
#include "platform/lwip/settings.h"

#include "config/flash_image.h"

#include <string.h>

/* The agent's block is used from the front; pieces begin at this alignment. */
#define ALIGNMENT sizeof(uint64_t)

struct block {
    unsigned char *at;
    size_t left;
};

static void take(struct block *block, size_t size)
{
    size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    size = size < block->left ? size : block->left;
    block->at += size;
    block->left -= size;
}

static int find_text(struct cs_slice *text, struct cs_writer *reason)
{
    size_t size = 0;
    const uint8_t *partition = connsync_board_configuration(&size);

    switch (cs_flash_image_read(partition, size, text)) {
    case CS_FLASH_IMAGE_OK:
        return 0;
    case CS_FLASH_IMAGE_EMPTY:
        cs_write_string(reason, "none; make one with connsync flash-image and write it to flash");
        return CONNSYNC_BOARD_NO_CONFIGURATION;
    case CS_FLASH_IMAGE_OTHER_VERSION:
        cs_write_string(reason, "other version; make it with the flash-image of this firmware");
        return CONNSYNC_BOARD_OTHER_VERSION;
    default:
        cs_write_string(reason, "damaged; write it to flash again");
        return CONNSYNC_BOARD_DAMAGED_CONFIGURATION;
    }
}

/* The place and a number: the sentences for them are a kilobyte, and connsync flash-image has
 * them, of the same document. */
static int refuse(const struct cs_desired_fault *fault, struct cs_writer *reason)
{
    cs_write_string(reason, "refused: ");
    cs_desired_write_place(&fault->place, reason);
    cs_write_string(reason, ": error ");
    cs_write_u64(reason, fault->error);
    cs_write_string(reason, "; connsync flash-image says more");
    return CONNSYNC_BOARD_REFUSED_CONFIGURATION;
}

/* Decodes one string into the block; NULL when it is not given. False when it does
 * not fit. */
static bool take_string(struct block *block, const struct cs_desired *desired,
                        enum cs_desired_member member, const char **out)
{
    char *at = (char *)block->at;
    size_t size = cs_desired_string(desired, member, at, block->left);

    *out = size > 0 ? at : NULL;
    if (size > block->left) {
        return false;
    }
    take(block, size);
    return true;
}

static bool take_strings(struct block *block, struct cs_settings *settings)
{
    const struct cs_desired *desired = &settings->desired;
    struct connsync_config *config = &settings->config;

    return take_string(block, desired, CS_DESIRED_TOKEN, &config->token) &&
           take_string(block, desired, CS_DESIRED_CLIENT_ID, &config->client_id) &&
           take_string(block, desired, CS_DESIRED_CLIENT_SECRET, &config->client_secret) &&
           take_string(block, desired, CS_DESIRED_AUDIENCE, &config->audience);
}

int cs_settings_read(struct cs_settings *settings, void *memory, size_t memory_size,
                     struct cs_writer *reason)
{
    struct block block = {memory, memory_size};
    struct cs_desired *desired = &settings->desired;
    struct cs_desired_fault fault;
    struct cs_slice text;
    int code = find_text(&text, reason);

    if (code != 0) {
        return code;
    }
    size_t capacity = memory_size / sizeof *desired->entries;
    if (capacity > CS_DESIRED_BOARD_ENTRIES_MAX) {
        capacity = CS_DESIRED_BOARD_ENTRIES_MAX;
    }
    if (!cs_desired_read(desired, text, memory, capacity, &fault) ||
        !cs_desired_check_board(desired, &fault)) {
        return refuse(&fault, reason);
    }
    take(&block, desired->count * sizeof *desired->entries);

    memset(&settings->config, 0, sizeof settings->config);
    if (!take_strings(&block, settings)) {
        cs_write_string(reason, "refused: its strings do not fit the memory of this board");
        return CONNSYNC_BOARD_REFUSED_CONFIGURATION;
    }
    (void)cs_desired_domain(desired, settings->host, &settings->config.port_number);
    settings->config.domain = settings->host;
    settings->config.memory = block.at;
    settings->config.memory_size = block.left;
    return 0;
}
