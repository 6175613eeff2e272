/*
 * What the linker script laid out, for those who ask: how far the painted stack was used,
 * and the configuration partition.
 */
#include "boards/common/common.h"

extern const uint8_t board_configuration_start[], board_configuration_end[];

bool board_stack_overrun(uint32_t stack_pointer)
{
    return stack_pointer <= (uint32_t)(uintptr_t)board_stack_start ||
           board_stack_start[0] != BOARD_PAINT;
}

size_t connsync_board_stack_high_water(size_t *size)
{
    const volatile uint32_t *stack = board_stack_start;
    *size = (size_t)((uintptr_t)board_stack_end - (uintptr_t)board_stack_start);
    size_t untouched = 0;
    while (untouched < *size && stack[untouched / sizeof *stack] == BOARD_PAINT) {
        untouched += sizeof *stack;
    }
    return untouched == 0 ? 0 : *size - untouched;
}

const uint8_t *connsync_board_configuration(size_t *size)
{
    *size = (size_t)((uintptr_t)board_configuration_end - (uintptr_t)board_configuration_start);
    return board_configuration_start;
}
