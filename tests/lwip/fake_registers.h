/*
 * The registers of a chip that is not there, for a driver that is compiled into its test: the test
 * includes this file, and then the driver's source. A register is a word of its own; the
 * test's two functions are told of each access before it happens, and of each write.
 */
#ifndef CONNSYNC_TESTS_FAKE_REGISTERS_H
#define CONNSYNC_TESTS_FAKE_REGISTERS_H

/* In place of the processor's own header. */
#define BOARDS_COMMON_CORTEXM_H
#define BOARD_REGISTER(address) (*(volatile uint32_t *)fake_register(address))

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "boards/common/common.h"

#define FAKE_REGISTERS 64u
/* A bit that no driver looks at: with it set, a write of what was read is seen all the same. */
#define FAKE_MARK (1u << 31)

struct board_frame; /* the processor's */

struct fake {
    uint32_t address;
    uint32_t word;
};

/* By the test: before an access, in which the word may be changed; after a write. */
void before_access(uint32_t address, uint32_t *word);
void after_write(uint32_t address, uint32_t word);
_Noreturn void board_restart(void);

static struct fake fakes[FAKE_REGISTERS];
static struct fake *last_access;
static uint32_t last_word;

static inline void board_barrier(void)
{
}

static inline uint32_t *fake_word(uint32_t address)
{
    for (size_t i = 0; i < FAKE_REGISTERS; i++) {
        if (fakes[i].address == address || fakes[i].address == 0) {
            fakes[i].address = address;
            return &fakes[i].word;
        }
    }
    fail();
    return NULL;
}

/* The rest of the board, of which a driver asks little. */

uint64_t connsync_board_ms(void)
{
    return 0;
}

bool board_mac_is_usable(const uint8_t mac[CONNSYNC_BOARD_MAC_SIZE])
{
    return mac[0] != 0;
}

void board_made_up_mac(uint8_t mac[CONNSYNC_BOARD_MAC_SIZE])
{
    memset(mac, 2, CONNSYNC_BOARD_MAC_SIZE);
}

/* A write shows as soon as something else is accessed, or when the test asks for it. */
static inline void settle_registers(void)
{
    struct fake *last = last_access;

    last_access = NULL;
    if (last != NULL && last->word != last_word) {
        after_write(last->address, last->word);
    }
}

static inline uint32_t *fake_register(uint32_t address)
{
    settle_registers();
    uint32_t *word = fake_word(address);
    before_access(address, word);
    last_word = *word;
    last_access = (struct fake *)(void *)((char *)word - offsetof(struct fake, word));
    return word;
}

#endif
