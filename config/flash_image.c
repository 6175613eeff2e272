/* Head and checksum of a board's configuration image. What the text says is for desired_read.c. */
#include "config/flash_image.h"

#include <string.h>

#define CHECKED_HEAD_SIZE 12 /* what of the head is under the checksum */
#define CRC_SEED 0xFFFFFFFFu
#define CRC_POLYNOMIAL 0xEDB88320u /* that of IEEE 802.3, lowest bit first */

static const uint8_t magic[4] = {'c', 'n', 's', 'y'};

/* Bit by bit: a table would take a kilobyte of flash to save a millisecond a boot. */
static uint32_t crc_update(uint32_t crc, const void *data, size_t length)
{
    const uint8_t *byte = data;

    for (size_t i = 0; i < length; i++) {
        crc ^= byte[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? CRC_POLYNOMIAL : 0);
        }
    }
    return crc;
}

static uint32_t checksum(const uint8_t *head, struct cs_slice json)
{
    uint32_t crc = crc_update(CRC_SEED, head, CHECKED_HEAD_SIZE);

    return ~crc_update(crc, json.data, json.length);
}

static void put_u32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint32_t get_u32(const uint8_t *in)
{
    return in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

bool cs_flash_image_head(uint8_t head[CS_FLASH_IMAGE_HEAD_SIZE], struct cs_slice json)
{
    if (json.length == 0 || json.length > UINT32_MAX - CS_FLASH_IMAGE_HEAD_SIZE) {
        return false;
    }
    memcpy(head, magic, sizeof magic);
    put_u32(head + 4, CS_FLASH_IMAGE_VERSION);
    put_u32(head + 8, (uint32_t)json.length);
    put_u32(head + CHECKED_HEAD_SIZE, checksum(head, json));
    return true;
}

/* Flash reads as ones where it is erased; some parts, and RAM in its place, as zeros. */
static bool is_erased(const uint8_t *partition, size_t size)
{
    size_t length = size < CS_FLASH_IMAGE_HEAD_SIZE ? size : CS_FLASH_IMAGE_HEAD_SIZE;

    for (size_t i = 0; i < length; i++) {
        if (partition[i] != partition[0] || (partition[i] != 0xFF && partition[i] != 0x00)) {
            return false;
        }
    }
    return true;
}

enum cs_flash_image cs_flash_image_read(const uint8_t *partition, size_t size,
                                        struct cs_slice *json)
{
    struct cs_slice text;

    if (is_erased(partition, size)) {
        return CS_FLASH_IMAGE_EMPTY;
    }
    if (size <= CS_FLASH_IMAGE_HEAD_SIZE || memcmp(partition, magic, sizeof magic) != 0) {
        return CS_FLASH_IMAGE_DAMAGED;
    }
    if (get_u32(partition + 4) != CS_FLASH_IMAGE_VERSION) {
        return CS_FLASH_IMAGE_OTHER_VERSION;
    }
    text =
        cs_slice_make((const char *)partition + CS_FLASH_IMAGE_HEAD_SIZE, get_u32(partition + 8));
    if (text.length == 0 || text.length > size - CS_FLASH_IMAGE_HEAD_SIZE ||
        checksum(partition, text) != get_u32(partition + CHECKED_HEAD_SIZE)) {
        return CS_FLASH_IMAGE_DAMAGED;
    }
    *json = text;
    return CS_FLASH_IMAGE_OK;
}
