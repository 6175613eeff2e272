/* Any bytes as a board's partition, and as what is stored in one: what is read is what would be
 * written, what is written is read, and one bit that changes in it is seen. The first two bytes say
 * which bit. */
#include "config/flash_image.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1024

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* An image that is taken has the only head that its text can have. */
static void read_any(const uint8_t *data, size_t size)
{
    uint8_t head[CS_FLASH_IMAGE_HEAD_SIZE];
    struct cs_slice json = {NULL, 0};
    enum cs_flash_image found = cs_flash_image_read(data, size, &json);

    require((found == CS_FLASH_IMAGE_OK) == (json.data != NULL));
    if (found != CS_FLASH_IMAGE_OK) {
        return;
    }
    require(json.length > 0 && json.length <= size - sizeof head);
    require(cs_flash_image_head(head, json) && memcmp(head, data, sizeof head) == 0);
}

static void write_and_read(const uint8_t *data, size_t size, unsigned bit)
{
    uint8_t image[CS_FLASH_IMAGE_HEAD_SIZE + TEXT_MAX + 1];
    struct cs_slice json = {NULL, 0};
    size_t length = CS_FLASH_IMAGE_HEAD_SIZE + size;

    memset(image, 0xff, sizeof image);
    if (!cs_flash_image_head(image, cs_slice_make((const char *)data, size))) {
        require(size == 0 && image[0] == 0xff);
        return;
    }
    memcpy(image + CS_FLASH_IMAGE_HEAD_SIZE, data, size);
    require(cs_flash_image_read(image, length - 1, &json) == CS_FLASH_IMAGE_DAMAGED);
    /* What lies behind it is not looked at. */
    require(cs_flash_image_read(image, sizeof image, &json) == CS_FLASH_IMAGE_OK);
    require(cs_flash_image_read(image, length, &json) == CS_FLASH_IMAGE_OK);
    require(json.length == size && memcmp(json.data, data, size) == 0);
    image[bit / 8 % length] ^= (uint8_t)(1u << bit % 8);
    require(cs_flash_image_read(image, length, &json) != CS_FLASH_IMAGE_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > TEXT_MAX) {
        return 0;
    }
    read_any(data, size);
    write_and_read(data + 2, size - 2, (unsigned)data[0] << 8 | data[1]);
    return 0;
}
