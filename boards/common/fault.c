/*
 * Processor faults: one line that a person with the map can read, and the end of this
 * run.
 */
#include "boards/common/common.h"

#include "device.h"

#define BKPT_SEMIHOSTING 0xBEABu

static bool frame_is_readable(uint32_t stack_pointer)
{
    return stack_pointer > (uint32_t)(uintptr_t)board_stack_start &&
           stack_pointer + sizeof(struct board_frame) <= (uint32_t)(uintptr_t)board_stack_end;
}

static void print_fault(const char *what, uint32_t stack_pointer)
{
    board_say("connsync: ");
    board_say(what);
    if (frame_is_readable(stack_pointer)) {
        const struct board_frame *frame = (const struct board_frame *)(uintptr_t)stack_pointer;
        board_say_word(": pc=", frame->pc);
        board_say_word(" lr=", frame->lr);
    } else {
        board_say_word(": sp=", stack_pointer);
    }
    uint32_t cause = SCB_CFSR;
    board_say_word(" cfsr=", cause);
    if ((cause & SCB_CFSR_MMARVALID) != 0) {
        board_say_word(" address=", SCB_MMFAR);
    } else if ((cause & SCB_CFSR_BFARVALID) != 0) {
        board_say_word(" address=", SCB_BFAR);
    }
    board_say("\n");
}

/* A semihosting call that neither a debugger nor an emulator answered: it returns -1,
 * and the program goes on behind it. A breakpoint is the one fault without a cause. */
static bool skip_semihosting_call(uint32_t stack_pointer)
{
    if (SCB_CFSR != 0 || !frame_is_readable(stack_pointer)) {
        return false;
    }
    struct board_frame *frame = (struct board_frame *)(uintptr_t)stack_pointer;
    if (frame->pc >= (1u << BOARD_FLASH_LOG2) ||
        *(const uint16_t *)(uintptr_t)frame->pc != BKPT_SEMIHOSTING) {
        return false;
    }
    SCB_HFSR = SCB_HFSR; /* its bits are cleared by writing ones */
    frame->r0 = UINT32_MAX;
    frame->pc += 2;
    return true;
}

__attribute__((used)) static void report_fault(uint32_t stack_pointer)
{
    if (skip_semihosting_call(stack_pointer)) {
        return;
    }
    if (board_stack_overrun(stack_pointer)) {
        print_fault("stack overrun", stack_pointer);
        connsync_board_halt(CONNSYNC_BOARD_STACK_OVERRUN);
    }
    print_fault("fault", stack_pointer);
    connsync_board_halt(CONNSYNC_BOARD_FAULT);
}

/* r0 is where the frame is. A stack that has little left, or has overrun, is of no use
 * any more: then the handler begins anew at its top. */
__attribute__((naked)) void board_fault(void)
{
    __asm volatile("mov r0, sp\n\t"
                   "ldr r1, =board_stack_start + 512\n\t"
                   "cmp r0, r1\n\t"
                   "bhs 1f\n\t"
                   "ldr r1, =board_stack_end\n\t"
                   "mov sp, r1\n\t"
                   "1: b report_fault\n\t"
                   ".ltorg");
}
