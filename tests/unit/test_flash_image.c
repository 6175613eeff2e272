/* The image of a board's configuration: what is read back, and what is found damaged. */
#include "json_support.h"

#include "config/flash_image.h"

#define HEAD CS_FLASH_IMAGE_HEAD_SIZE

static const char json[] = "{\"domain\":\"t.auth0.com\",\"connections\":[]}\n";
#define LENGTH (sizeof json - 1)
#define SIZE (HEAD + LENGTH)

/* A partition of exactly `size` bytes, at an odd address, with the image at its front
 * and erased flash behind; to be freed by its base. */
struct partition {
    unsigned char *base;
    unsigned char *at;
};

static struct partition make(size_t size)
{
    struct partition partition;
    unsigned char whole[SIZE];

    assert_true(cs_flash_image_head(whole, cs_slice_make(json, LENGTH)));
    memcpy(whole + HEAD, json, LENGTH);
    partition.base = malloc(size + 1);
    assert_non_null(partition.base);
    partition.at = partition.base + 1;
    memset(partition.at, 0xFF, size);
    memcpy(partition.at, whole, size < SIZE ? size : SIZE);
    return partition;
}

static enum cs_flash_image read_image(const unsigned char *partition, size_t size)
{
    struct cs_slice found = {NULL, 0};
    enum cs_flash_image verdict = cs_flash_image_read(partition, size, &found);

    if (verdict == CS_FLASH_IMAGE_OK) {
        assert_ptr_equal(found.data, partition + HEAD);
    } else {
        assert_null(found.data);
    }
    return verdict;
}

/* The bytes are the format: a board of another make, or a firmware of another year,
 * must read them alike. The checksums are those of another implementation (zlib's). */
static void test_format(void **state)
{
    static const unsigned char wanted[HEAD] = {'c', 'n', 's', 'y', 1, 0, 0, 0,
                                               2,   0,   0,   0,   0, 0, 0, 0};
    unsigned char head[HEAD];

    (void)state;
    assert_true(cs_flash_image_head(head, cs_slice_of("{}")));
    assert_memory_equal(head, wanted, 12);
    assert_int_equal(head[12] | head[13] << 8 | head[14] << 16 | (int64_t)head[15] << 24,
                     0x43DC5D20);
    assert_false(cs_flash_image_head(head, cs_slice_of("")));
}

static void test_sizes_of_partition(void **state)
{
    (void)state;
    for (size_t size = 0; size < SIZE + 40; size++) {
        struct partition partition = make(size);
        enum cs_flash_image wanted = size >= SIZE ? CS_FLASH_IMAGE_OK : CS_FLASH_IMAGE_DAMAGED;
        assert_int_equal(read_image(partition.at, size), size == 0 ? CS_FLASH_IMAGE_EMPTY : wanted);
        free(partition.base);
    }
}

/* Only a version is a version; all else that changes is damage. */
static void test_every_bit(void **state)
{
    struct partition partition = make(SIZE + 8);

    (void)state;
    for (size_t bit = 0; bit < SIZE * 8; bit++) {
        bool is_version = bit / 8 >= 4 && bit / 8 < 8;
        partition.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_int_equal(read_image(partition.at, SIZE + 8),
                         is_version ? CS_FLASH_IMAGE_OTHER_VERSION : CS_FLASH_IMAGE_DAMAGED);
        partition.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    /* What follows the text is nobody's business. */
    partition.at[SIZE] ^= 1;
    assert_int_equal(read_image(partition.at, SIZE + 8), CS_FLASH_IMAGE_OK);
    free(partition.base);
}

/* Every length that the head can claim, the largest numbers too. */
static void test_claimed_lengths(void **state)
{
    struct partition partition = make(SIZE);

    (void)state;
    for (uint32_t i = 0; i < 2048; i++) {
        uint32_t claimed = i < 1024 ? i : UINT32_MAX - (i - 1024);
        for (int byte = 0; byte < 4; byte++) {
            partition.at[8 + byte] = (unsigned char)(claimed >> 8 * byte);
        }
        assert_int_equal(read_image(partition.at, SIZE),
                         claimed == LENGTH ? CS_FLASH_IMAGE_OK : CS_FLASH_IMAGE_DAMAGED);
    }
    free(partition.base);
}

/* A sound head of nothing is no configuration. */
static void test_nothing_inside(void **state)
{
    static const unsigned char image[HEAD + 1] = {'c', 'n', 's', 'y',  1,    0,    0,    0, 0,
                                                  0,   0,   0,   0x22, 0x8e, 0x6f, 0xab, 0};

    (void)state;
    assert_int_equal(read_image(image, sizeof image), CS_FLASH_IMAGE_DAMAGED);
}

static void test_erased(void **state)
{
    struct partition partition = make(256);

    (void)state;
    for (int fill = 0; fill < 256; fill++) {
        bool erased = fill == 0 || fill == 0xFF;
        memset(partition.at, fill, 256);
        assert_int_equal(read_image(partition.at, 256),
                         erased ? CS_FLASH_IMAGE_EMPTY : CS_FLASH_IMAGE_DAMAGED);
        for (size_t i = 0; erased && i < HEAD; i++) {
            partition.at[i] ^= 0xFF;
            assert_int_equal(read_image(partition.at, 256), CS_FLASH_IMAGE_DAMAGED);
            partition.at[i] ^= 0xFF;
        }
    }
    free(partition.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),         cmocka_unit_test(test_sizes_of_partition),
        cmocka_unit_test(test_every_bit),      cmocka_unit_test(test_claimed_lengths),
        cmocka_unit_test(test_nothing_inside), cmocka_unit_test(test_erased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
