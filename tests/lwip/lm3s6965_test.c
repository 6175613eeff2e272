/* The drivers of the LM3S6965 against registers that behave as its data sheet says where the
 * emulator does not care: what must be written before what, and what may never come. */
#include "tests/lwip/fake_registers.h"

#include "boards/lm3s6965evb/board.c"          /* NOLINT(bugprone-suspicious-include) */
#include "boards/lm3s6965evb/stellaris_enet.c" /* NOLINT(bugprone-suspicious-include) */

#include <string.h>

#define OSCILLATOR_MASK (3u << 4)
#define OSCILLATOR_INTERNAL (1u << 4)
#define RCC_AFTER_RESET 0x078E3AD1u
#define LOCK_READS 50u
#define NEVER UINT32_MAX

static struct {
    uint32_t revision, ldo;
    uint32_t status_reads;  /* of RIS since the clock was last written */
    uint32_t settling;      /* how many there were before the PLL was switched on */
    uint32_t lock_after;    /* reads, from then on */
    bool locked, restarted; /* as RIS shows: a lock of before, until it is acknowledged */
    uint32_t clock;         /* RCC as it was last written */
    uint32_t frames, resets, interrupts, sent;
    bool error_at_sending;
} chip;

static jmp_buf restart;
static struct pbuf frame = {.tot_len = 100};

_Noreturn void board_restart(void)
{
    chip.restarted = true;
    longjmp(restart, 1);
}

struct pbuf *board_fifo_receive(volatile const uint32_t *fifo, size_t words, size_t length,
                                size_t skip, uint32_t first)
{
    (void)fifo;
    (void)words;
    (void)skip;
    (void)first;
    assert_int_equal(length, 94);
    chip.frames--;
    return &frame;
}

void board_fifo_send(volatile uint32_t *fifo, const struct pbuf *packet, size_t skip,
                     uint32_t first)
{
    (void)fifo;
    (void)packet;
    (void)skip;
    (void)first;
    settle_registers();
    chip.error_at_sending = (chip.interrupts & INT_SEND_ERROR) != 0;
    chip.sent++;
}

void before_access(uint32_t address, uint32_t *word)
{
    if (address == SYSCTL + 0x050u) { /* RIS */
        chip.status_reads++;
        bool is_on = (chip.clock & RCC_POWER_DOWN) == 0;
        chip.locked = chip.locked || (is_on && chip.status_reads > chip.lock_after);
        *word = chip.locked ? RIS_PLL_LOCKED : 0;
    } else if (address == SYSCTL + 0x000u) {
        *word = 0x10010000u | chip.revision;
    } else if (address == SYSCTL + 0x058u || address == MAC + 0x000u) {
        *word = FAKE_MARK | (address == MAC ? chip.interrupts : 0);
    } else if (address == MAC + 0x034u) {
        *word = chip.frames;
    } else if (address == MAC + 0x038u) {
        *word = 0;
    }
}

static void write_clock(uint32_t word)
{
    bool was_on = (chip.clock & RCC_POWER_DOWN) == 0;
    bool is_on = (word & RCC_POWER_DOWN) == 0;
    bool main_was_on = (chip.clock & RCC_MAIN_OSCILLATOR_OFF) == 0;

    if (is_on && !was_on) {
        /* The crystal had its time, and what RIS shows from now on is news. */
        assert_true(main_was_on);
        assert_false(chip.locked);
        chip.settling = chip.status_reads;
    }
    if ((word & OSCILLATOR_MASK) != OSCILLATOR_INTERNAL) {
        assert_true(main_was_on);
    }
    if ((word & RCC_BYPASS) == 0) {
        assert_true(chip.locked);
        /* The divisor was there before, or the processor would run at 200 MHz. */
        assert_true((chip.clock & RCC_USE_SYSDIV) != 0);
    }
    chip.clock = word;
    chip.status_reads = 0;
}

void after_write(uint32_t address, uint32_t word)
{
    if (address == SYSCTL + 0x060u) {
        write_clock(word);
    } else if (address == SYSCTL + 0x058u) {
        chip.locked = chip.locked && (word & RIS_PLL_LOCKED) == 0;
    } else if (address == SYSCTL + 0x034u) {
        chip.ldo = word;
    } else if (address == MAC + 0x000u) {
        chip.interrupts &= ~word;
    } else if (address == MAC + 0x008u) {
        chip.resets += (word & RCTL_RESET_FIFO) != 0;
        chip.frames = (word & RCTL_RESET_FIFO) != 0 ? 0 : chip.frames;
    }
}

static void reset(uint32_t revision, uint32_t lock_after)
{
    settle_registers();
    memset(fakes, 0, sizeof fakes);
    memset(&chip, 0, sizeof chip);
    chip.revision = revision;
    chip.lock_after = lock_after;
    chip.locked = true; /* left over */
    chip.clock = RCC_AFTER_RESET;
    *fake_word(SYSCTL + 0x060u) = RCC_AFTER_RESET;
}

static void starts_the_clock_in_order(void **state)
{
    (void)state;
    reset(REVISION_A2, LOCK_READS);
    board_start_clocks();
    settle_registers();
    assert_int_equal(chip.clock & (RCC_BYPASS | RCC_POWER_DOWN | RCC_MAIN_OSCILLATOR_OFF), 0);
    assert_int_equal(chip.clock & (OSCILLATOR_MASK | (0xFu << 6)), RCC_CRYSTAL_8_MHZ);
    assert_int_equal(chip.clock & (RCC_DIVISOR_FIELD | RCC_USE_SYSDIV),
                     RCC_SYSDIV(4u) | RCC_USE_SYSDIV);
    assert_int_equal(chip.settling, SETTLING_READS);
    assert_false(chip.restarted);
}

static void raises_the_voltage_where_it_must(void **state)
{
    (void)state;
    for (uint32_t revision = 0; revision < 0x300; revision++) {
        reset(revision, LOCK_READS);
        board_start_clocks();
        settle_registers();
        assert_int_equal(chip.ldo, revision == REVISION_A2 ? LDO_2_75_V : 0);
    }
}

static void gives_up_a_clock_that_does_not_come(void **state)
{
    (void)state;
    reset(0, NEVER);
    if (setjmp(restart) == 0) {
        board_start_clocks();
        fail();
    }
    assert_true(chip.restarted);
    assert_true((chip.clock & RCC_BYPASS) != 0);
}

static void takes_whole_frames_before_it_begins_anew(void **state)
{
    (void)state;
    reset(0, LOCK_READS);
    *fake_word(MAC + 0x010u) = 100;
    chip.frames = 2;
    chip.interrupts = INT_OVERRUN;
    for (unsigned int i = 0; i < 2; i++) {
        assert_true(connsync_board_nic_waiting());
        assert_ptr_equal(connsync_board_nic_receive(), &frame);
        assert_int_equal(chip.resets, 0);
    }
    assert_true(connsync_board_nic_waiting());
    assert_null(connsync_board_nic_receive());
    settle_registers();
    assert_int_equal(chip.resets, 1);
    assert_false(connsync_board_nic_waiting());
}

static void begins_anew_where_no_frame_begins(void **state)
{
    static const uint32_t nonsense[] = {0, 19, 2049, 0xFFFF};

    (void)state;
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        reset(0, LOCK_READS);
        *fake_word(MAC + 0x010u) = nonsense[i];
        chip.frames = 3;
        assert_null(connsync_board_nic_receive());
        settle_registers();
        assert_int_equal(chip.resets, 1);
    }
}

static void acknowledges_an_error_of_sending(void **state)
{
    (void)state;
    reset(0, LOCK_READS);
    chip.interrupts = INT_SEND_ERROR | INT_OVERRUN;
    assert_true(connsync_board_nic_send(&frame));
    assert_int_equal(chip.sent, 1);
    assert_false(chip.error_at_sending);
    assert_int_equal(chip.interrupts, INT_OVERRUN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_the_clock_in_order),
        cmocka_unit_test(raises_the_voltage_where_it_must),
        cmocka_unit_test(gives_up_a_clock_that_does_not_come),
        cmocka_unit_test(takes_whole_frames_before_it_begins_anew),
        cmocka_unit_test(begins_anew_where_no_frame_begins),
        cmocka_unit_test(acknowledges_an_error_of_sending),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
