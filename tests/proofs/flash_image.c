/* config/flash_image.c: what a board finds in its flash. */
#include "config/flash_image.c"

#include "proof.h"

void prove_flash_image_read(void)
{
    struct cs_slice flash = any_text();
    struct cs_slice json = {NULL, 0};
    enum cs_flash_image found =
        cs_flash_image_read((const uint8_t *)flash.data, flash.length, &json);

    __CPROVER_assert((found == CS_FLASH_IMAGE_OK) == (json.length > 0),
                     "a text only where there is one");
    __CPROVER_assert(json.length == 0 || is_part(json, flash), "within the partition");
}

void prove_flash_image_head(void)
{
    char *flash = malloc(BYTES);
    struct cs_slice json = {flash + CS_FLASH_IMAGE_HEAD_SIZE,
                            any_size(BYTES - CS_FLASH_IMAGE_HEAD_SIZE)};
    struct cs_slice read = {NULL, 0};

    if (cs_flash_image_head((uint8_t *)flash, json)) {
        __CPROVER_assert(cs_flash_image_read((const uint8_t *)flash, BYTES, &read) ==
                             CS_FLASH_IMAGE_OK,
                         "what is written is read");
        __CPROVER_assert(read.data == json.data && read.length == json.length, "and is the same");
    }
}
