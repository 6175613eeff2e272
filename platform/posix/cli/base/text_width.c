/* Which characters take two columns of a terminal, and which none. Not wcwidth(), whose answer
 * depends on a locale, which this program has none of. */
#include "platform/posix/cli/base/text_width.h"

#include <stdint.h>

/* Combining marks and what is not shown (Unicode's Mn, Me and Cf, and the vowels and finals of
 * Hangul syllables that are spelled out) up to U+FFFF: the first, and how many. */
static const struct {
    uint16_t first;
    uint8_t count;
} __attribute__((packed)) none[] = {
    {0x0300, 112}, {0x0483, 7},  {0x0591, 45}, {0x05BF, 1},   {0x05C1, 2},  {0x05C4, 2},
    {0x05C7, 1},   {0x0600, 6},  {0x0610, 11}, {0x061C, 1},   {0x064B, 21}, {0x0670, 1},
    {0x06D6, 8},   {0x06DF, 6},  {0x06E7, 2},  {0x06EA, 4},   {0x070F, 1},  {0x0711, 1},
    {0x0730, 27},  {0x07A6, 11}, {0x07EB, 9},  {0x07FD, 1},   {0x0816, 4},  {0x081B, 9},
    {0x0825, 3},   {0x0829, 5},  {0x0859, 3},  {0x0890, 2},   {0x0898, 8},  {0x08CA, 57},
    {0x093A, 1},   {0x093C, 1},  {0x0941, 8},  {0x094D, 1},   {0x0951, 7},  {0x0962, 2},
    {0x0981, 1},   {0x09BC, 1},  {0x09C1, 4},  {0x09CD, 1},   {0x09E2, 2},  {0x09FE, 1},
    {0x0A01, 2},   {0x0A3C, 1},  {0x0A41, 2},  {0x0A47, 2},   {0x0A4B, 3},  {0x0A51, 1},
    {0x0A70, 2},   {0x0A75, 1},  {0x0A81, 2},  {0x0ABC, 1},   {0x0AC1, 5},  {0x0AC7, 2},
    {0x0ACD, 1},   {0x0AE2, 2},  {0x0AFA, 6},  {0x0B01, 1},   {0x0B3C, 1},  {0x0B3F, 1},
    {0x0B41, 4},   {0x0B4D, 1},  {0x0B55, 2},  {0x0B62, 2},   {0x0B82, 1},  {0x0BC0, 1},
    {0x0BCD, 1},   {0x0C00, 1},  {0x0C04, 1},  {0x0C3C, 1},   {0x0C3E, 3},  {0x0C46, 3},
    {0x0C4A, 4},   {0x0C55, 2},  {0x0C62, 2},  {0x0C81, 1},   {0x0CBC, 1},  {0x0CBF, 1},
    {0x0CC6, 1},   {0x0CCC, 2},  {0x0CE2, 2},  {0x0D00, 2},   {0x0D3B, 2},  {0x0D41, 4},
    {0x0D4D, 1},   {0x0D62, 2},  {0x0D81, 1},  {0x0DCA, 1},   {0x0DD2, 3},  {0x0DD6, 1},
    {0x0E31, 1},   {0x0E34, 7},  {0x0E47, 8},  {0x0EB1, 1},   {0x0EB4, 9},  {0x0EC8, 6},
    {0x0F18, 2},   {0x0F35, 1},  {0x0F37, 1},  {0x0F39, 1},   {0x0F71, 14}, {0x0F80, 5},
    {0x0F86, 2},   {0x0F8D, 11}, {0x0F99, 36}, {0x0FC6, 1},   {0x102D, 4},  {0x1032, 6},
    {0x1039, 2},   {0x103D, 2},  {0x1058, 2},  {0x105E, 3},   {0x1071, 4},  {0x1082, 1},
    {0x1085, 2},   {0x108D, 1},  {0x109D, 1},  {0x1160, 160}, {0x135D, 3},  {0x1712, 3},
    {0x1732, 2},   {0x1752, 2},  {0x1772, 2},  {0x17B4, 2},   {0x17B7, 7},  {0x17C6, 1},
    {0x17C9, 11},  {0x17DD, 1},  {0x180B, 5},  {0x1885, 2},   {0x18A9, 1},  {0x1920, 3},
    {0x1927, 2},   {0x1932, 1},  {0x1939, 3},  {0x1A17, 2},   {0x1A1B, 1},  {0x1A56, 1},
    {0x1A58, 7},   {0x1A60, 1},  {0x1A62, 1},  {0x1A65, 8},   {0x1A73, 10}, {0x1A7F, 1},
    {0x1AB0, 31},  {0x1B00, 4},  {0x1B34, 1},  {0x1B36, 5},   {0x1B3C, 1},  {0x1B42, 1},
    {0x1B6B, 9},   {0x1B80, 2},  {0x1BA2, 4},  {0x1BA8, 2},   {0x1BAB, 3},  {0x1BE6, 1},
    {0x1BE8, 2},   {0x1BED, 1},  {0x1BEF, 3},  {0x1C2C, 8},   {0x1C36, 2},  {0x1CD0, 3},
    {0x1CD4, 13},  {0x1CE2, 7},  {0x1CED, 1},  {0x1CF4, 1},   {0x1CF8, 2},  {0x1DC0, 64},
    {0x200B, 5},   {0x202A, 5},  {0x2060, 5},  {0x2066, 10},  {0x20D0, 33}, {0x2CEF, 3},
    {0x2D7F, 1},   {0x2DE0, 32}, {0x302A, 4},  {0x3099, 2},   {0xA66F, 4},  {0xA674, 10},
    {0xA69E, 2},   {0xA6F0, 2},  {0xA802, 1},  {0xA806, 1},   {0xA80B, 1},  {0xA825, 2},
    {0xA82C, 1},   {0xA8C4, 2},  {0xA8E0, 18}, {0xA8FF, 1},   {0xA926, 8},  {0xA947, 11},
    {0xA980, 3},   {0xA9B3, 1},  {0xA9B6, 4},  {0xA9BC, 2},   {0xA9E5, 1},  {0xAA29, 6},
    {0xAA31, 2},   {0xAA35, 2},  {0xAA43, 1},  {0xAA4C, 1},   {0xAA7C, 1},  {0xAAB0, 1},
    {0xAAB2, 3},   {0xAAB7, 2},  {0xAABE, 2},  {0xAAC1, 1},   {0xAAEC, 2},  {0xAAF6, 1},
    {0xABE5, 1},   {0xABE8, 1},  {0xABED, 1},  {0xFB1E, 1},   {0xFE00, 16}, {0xFE20, 16},
    {0xFEFF, 1},   {0xFFF9, 3},
};

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
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        if (number - none[i].first < none[i].count) {
            return true;
        }
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
