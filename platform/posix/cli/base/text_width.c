/* Which characters take two columns of a terminal, and which none. Not wcwidth(), whose answer
 * depends on a locale, which this program has none of. */
#include "platform/posix/cli/base/text_width.h"

#include <stdint.h>

/* Combining marks and what is not shown (Unicode's Mn, Me and Cf, and the vowels and finals of
 * Hangul syllables that are spelled out) up to U+FFFF: how many others come before, and how many
 * they are; or, before none, how many times 256 others. */
static const uint8_t none[][2] = {
    {3, 0},   {0, 112},  {1, 0},   {19, 7},    {1, 0},   {7, 45},  {1, 1},   {1, 2},   {1, 2},
    {1, 1},   {56, 6},   {10, 11}, {1, 1},     {46, 21}, {16, 1},  {101, 8}, {1, 6},   {2, 2},
    {1, 4},   {33, 1},   {1, 1},   {30, 27},   {91, 11}, {58, 9},  {9, 1},   {24, 4},  {1, 9},
    {1, 3},   {1, 5},    {43, 3},  {52, 2},    {6, 8},   {42, 57}, {55, 1},  {1, 1},   {4, 8},
    {4, 1},   {3, 7},    {10, 2},  {29, 1},    {58, 1},  {4, 4},   {8, 1},   {20, 2},  {26, 1},
    {2, 2},   {57, 1},   {4, 2},   {4, 2},     {2, 3},   {3, 1},   {30, 2},  {3, 1},   {11, 2},
    {57, 1},  {4, 5},    {1, 2},   {4, 1},     {20, 2},  {22, 6},  {1, 1},   {58, 1},  {2, 1},
    {1, 4},   {8, 1},    {7, 2},   {11, 2},    {30, 1},  {61, 1},  {12, 1},  {50, 1},  {3, 1},
    {55, 1},  {1, 3},    {5, 3},   {1, 4},     {7, 2},   {11, 2},  {29, 1},  {58, 1},  {2, 1},
    {6, 1},   {5, 2},    {20, 2},  {28, 2},    {57, 2},  {4, 4},   {8, 1},   {20, 2},  {29, 1},
    {72, 1},  {7, 3},    {1, 1},   {90, 1},    {2, 7},   {12, 8},  {98, 1},  {2, 9},   {11, 6},
    {74, 2},  {27, 1},   {1, 1},   {1, 1},     {55, 14}, {1, 5},   {1, 2},   {5, 11},  {1, 36},
    {9, 1},   {102, 4},  {1, 6},   {1, 2},     {2, 2},   {25, 2},  {4, 3},   {16, 4},  {13, 1},
    {2, 2},   {6, 1},    {15, 1},  {194, 160}, {1, 0},   {93, 3},  {3, 0},   {178, 3}, {29, 2},
    {30, 2},  {30, 2},   {64, 2},  {1, 7},     {8, 1},   {2, 11},  {9, 1},   {45, 5},  {117, 2},
    {34, 1},  {118, 3},  {4, 2},   {9, 1},     {6, 3},   {219, 2}, {2, 1},   {58, 1},  {1, 7},
    {1, 1},   {1, 1},    {2, 8},   {6, 10},    {2, 1},   {48, 31}, {49, 4},  {48, 1},  {1, 5},
    {1, 1},   {5, 1},    {40, 9},  {12, 2},    {32, 4},  {2, 2},   {1, 3},   {56, 1},  {1, 2},
    {3, 1},   {1, 3},    {58, 8},  {2, 2},     {152, 3}, {1, 13},  {1, 7},   {4, 1},   {6, 1},
    {3, 2},   {198, 64}, {2, 0},   {11, 5},    {26, 5},  {49, 5},  {1, 10},  {96, 33}, {11, 0},
    {254, 3}, {141, 1},  {96, 32}, {2, 0},     {42, 4},  {107, 2}, {117, 0}, {212, 4}, {1, 10},
    {32, 2},  {80, 2},   {1, 0},   {16, 1},    {3, 1},   {4, 1},   {25, 2},  {5, 1},   {151, 2},
    {26, 18}, {13, 1},   {38, 8},  {25, 11},   {46, 3},  {48, 1},  {2, 4},   {2, 2},   {39, 1},
    {67, 6},  {2, 2},    {2, 2},   {12, 1},    {8, 1},   {47, 1},  {51, 1},  {1, 3},   {2, 2},
    {5, 2},   {1, 1},    {42, 2},  {8, 1},     {238, 1}, {2, 1},   {4, 1},   {79, 0},  {48, 1},
    {2, 0},   {225, 16}, {16, 16}, {207, 1},   {249, 3}};

/* East Asian Wide and Fullwidth (Unicode, annex 11), gaps without a character included; those of
 * other planes without their last two digits. */
static const uint16_t wide[][2] = {
    {0x1100, 0x115F}, {0x231A, 0x231B}, {0x23E9, 0x23EC}, {0x2614, 0x2615}, {0x2648, 0x2653},
    {0x26AA, 0x26AB}, {0x26BD, 0x26BE}, {0x26C4, 0x26C5}, {0x270A, 0x270B}, {0x2753, 0x2755},
    {0x2795, 0x2797}, {0x2B1B, 0x2B1C}, {0x2E80, 0x303E}, {0x3041, 0x4DBF}, {0x4E00, 0xA4CF},
    {0xA960, 0xA97C}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE10, 0xFE19}, {0xFE30, 0xFE6B},
    {0xFF01, 0xFF60}, {0xFFE0, 0xFFE6}};
static const uint16_t wide_beyond[][2] = {
    {0x16F, 0x1B2}, {0x1F3, 0x1F6}, {0x1F9, 0x1FA}, {0x200, 0x3FF}};

static bool is_in(const uint16_t (*ranges)[2], size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (number >= ranges[i][0] && number <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

static bool takes_none(uint32_t number)
{
    uint32_t at = 0;

    for (size_t i = 0; i < sizeof none / sizeof none[0] && at <= number; i++) {
        at += none[i][0] * (none[i][1] > 0 ? 1u : 256u);
        if (number - at < none[i][1]) {
            return true;
        }
        at += none[i][1];
    }
    return number >= 0xE0000; /* tags and selectors of variations */
}

static size_t columns_of(uint32_t number)
{
    if (number < 0x300) {
        return 1;
    }
    if (takes_none(number)) {
        return 0;
    }
    bool is_wide = number > 0xFFFF
                       ? is_in(wide_beyond, sizeof wide_beyond / sizeof wide_beyond[0], number >> 8)
                       : is_in(wide, sizeof wide / sizeof wide[0], number);
    return is_wide ? 2 : 1;
}

/* The character at `text`, which is UTF-8 and has not ended; what is none is taken for one byte. */
static size_t read_character(const char *text, uint32_t *number)
{
    unsigned char first = (unsigned char)text[0];
    size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    *number = length == 1 ? first : first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80) {
            *number = first;
            return 1;
        }
        *number = *number << 6 | ((unsigned char)text[i] & 0x3Fu);
    }
    return length;
}

size_t text_fit(const char *text, size_t most, size_t *columns)
{
    size_t length = 0;

    *columns = 0;
    while (text[length] != '\0') {
        uint32_t number = 0;
        size_t next = read_character(text + length, &number);
        size_t width = columns_of(number);
        if (width > most - *columns) {
            break;
        }
        *columns += width;
        length += next;
    }
    return length;
}
