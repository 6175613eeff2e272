/* The driver of the LAN9118 against registers that behave as its data sheet says where the emulator
 * does not care: what must have come before what is written. */
#include "tests/lwip/fake_registers.h"

#include "boards/common/lan9118.c" /* NOLINT(bugprone-suspicious-include) */

#include <string.h>

#define AT(offset) (BOARD_LAN9118 + (offset))
#define INTERRUPTS AT(0x58u)
#define BYTE_TEST AT(0x64u)
#define RECEIVE_CONFIGURATION AT(0x6Cu)
#define HARDWARE_CONFIGURATION AT(0x74u)
#define WAITING AT(0x7Cu)
#define MANAGEMENT AT(0x84u)
#define MAC_COMMAND AT(0xA4u)
#define MAC_DATA AT(0xA8u)

static struct {
    bool here;                   /* there is a chip */
    uint32_t interrupts;         /* as they were raised and not acknowledged */
    uint32_t control;            /* MAC_CR */
    bool stop_seen, dump_seen;   /* what was read of the last restart */
    uint32_t dumps, soft_resets; /* how often */
    uint32_t wrongs;             /* steps before their time */
} chip;

_Noreturn void board_restart(void)
{
    fail();
    for (;;) {
    }
}

struct pbuf *board_fifo_receive(volatile const uint32_t *fifo, size_t words, size_t length,
                                size_t skip, uint32_t first)
{
    (void)fifo;
    (void)words;
    (void)length;
    (void)skip;
    (void)first;
    return NULL;
}

void board_fifo_send(volatile uint32_t *fifo, const struct pbuf *packet, size_t skip,
                     uint32_t first)
{
    (void)fifo;
    (void)packet;
    (void)skip;
    (void)first;
}

void before_access(uint32_t address, uint32_t *word)
{
    if (address == INTERRUPTS) {
        *word = chip.interrupts | FAKE_MARK;
        chip.stop_seen = chip.stop_seen || (chip.interrupts & INT_RX_STOPPED) != 0;
    } else if (address == BYTE_TEST) {
        *word = chip.here ? BYTE_TEST_VALUE : 0;
    } else if (address == RECEIVE_CONFIGURATION) {
        chip.dump_seen = chip.dump_seen || (*word == 0 && chip.dumps > 0);
    } else if (address == MANAGEMENT) {
        *word = PMT_CTRL_READY;
    } else if (address == MAC_COMMAND) {
        *word = *fake_word(MAC_COMMAND) & ~MAC_CSR_BUSY;
    } else if (address == WAITING) {
        *word = 0;
    }
}

static void write_control(uint32_t word)
{
    bool was_on = (chip.control & MAC_CR_RXEN) != 0;
    bool is_on = (word & MAC_CR_RXEN) != 0;

    if (was_on && !is_on) {
        chip.interrupts |= INT_RX_STOPPED;
        chip.stop_seen = false;
    }
    chip.wrongs += is_on && !was_on && chip.dumps > 0 && !chip.dump_seen;
    chip.control = word;
}

void after_write(uint32_t address, uint32_t word)
{
    if (address == INTERRUPTS) {
        chip.interrupts &= ~word;
    } else if (address == MAC_COMMAND && (word & (MAC_CSR_READ | 0xFFu)) == MAC_CR) {
        write_control(*fake_word(MAC_DATA));
    } else if (address == RECEIVE_CONFIGURATION && (word & RX_CFG_DUMP) != 0) {
        chip.wrongs += !chip.stop_seen;
        chip.dumps++;
        *fake_word(RECEIVE_CONFIGURATION) = 0; /* it is done at once, but has to be asked for */
    } else if (address == HARDWARE_CONFIGURATION && (word & HW_CFG_SOFT_RESET) != 0) {
        chip.soft_resets++;
        *fake_word(HARDWARE_CONFIGURATION) = 0;
    }
}

static void reset(bool here)
{
    settle_registers();
    memset(fakes, 0, sizeof fakes);
    memset(&chip, 0, sizeof chip);
    chip.here = here;
}

static void is_not_there(void **state)
{
    (void)state;
    reset(false);
    assert_true(connsync_board_nic_start() < 0);
    settle_registers();
    assert_int_equal(chip.soft_resets, 0);
}

static void starts(void **state)
{
    (void)state;
    reset(true);
    assert_int_equal(connsync_board_nic_start(), 0);
    settle_registers();
    assert_int_equal(chip.soft_resets, 1);
    assert_true((chip.control & MAC_CR_RXEN) != 0);
}

static void empties_the_fifo_in_order(void **state)
{
    (void)state;
    reset(true);
    assert_int_equal(connsync_board_nic_start(), 0);
    settle_registers();
    for (uint32_t i = 1; i <= 3; i++) {
        chip.interrupts |= INT_RX_ERROR;
        chip.dump_seen = false;
        assert_null(connsync_board_nic_receive());
        settle_registers();
        assert_int_equal(chip.dumps, i);
        assert_int_equal(chip.wrongs, 0);
        assert_int_equal(chip.interrupts, 0);
        assert_true((chip.control & MAC_CR_RXEN) != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_not_there),
        cmocka_unit_test(starts),
        cmocka_unit_test(empties_the_fifo_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
