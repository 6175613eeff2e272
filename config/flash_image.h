/*
 * The image of a board's configuration partition: a head, and behind it the bytes
 * of connsync.json as they are. The head has 16 bytes, numbers little endian:
 *
 *     0  "cnsy"
 *     4  version of the format, 1
 *     8  length of the text in bytes
 *    12  CRC-32 (IEEE 802.3) of the head's first 12 bytes and the text
 *
 * What follows the text in the partition is not looked at. Nothing is aligned: the
 * image may be read from any address.
 */
#ifndef CONNSYNC_CONFIG_FLASH_IMAGE_H
#define CONNSYNC_CONFIG_FLASH_IMAGE_H

#include "core/base/text.h"

#define CS_FLASH_IMAGE_HEAD_SIZE 16
#define CS_FLASH_IMAGE_VERSION 1
/* A flash of the usual erase size; what `connsync flash-image` makes if not told. */
#define CS_FLASH_IMAGE_PARTITION_SIZE 4096

enum cs_flash_image {
    CS_FLASH_IMAGE_OK,
    CS_FLASH_IMAGE_EMPTY,        /* the head is erased: all 0xFF, or all 0x00 */
    CS_FLASH_IMAGE_DAMAGED,      /* not an image, or length or checksum do not fit */
    CS_FLASH_IMAGE_OTHER_VERSION /* an image of another version of the format */
};

/* Makes the head for a text, which is to be stored right behind it. False, and
 * nothing written, when the text is empty or longer than 32 bits can say. */
bool cs_flash_image_head(uint8_t head[CS_FLASH_IMAGE_HEAD_SIZE], struct cs_slice json);

/* Finds the text in a partition of `size` bytes, in place. `*json` is set only with
 * CS_FLASH_IMAGE_OK. */
enum cs_flash_image cs_flash_image_read(const uint8_t *partition, size_t size,
                                        struct cs_slice *json);

#endif
