/* The firmware: the memory of a board, and the life that is lived in it. */
#include "platform/lwip/life.h"
#include "port/trust_anchors.h"

/* CONNSYNC_BOARD_NAME and CONNSYNC_BOARD_MEMORY come from the board's board.cmake. */
static uint64_t memory[CONNSYNC_BOARD_MEMORY / sizeof(uint64_t)];
static struct connsync_life life;

int main(void)
{
    const struct connsync_life_parts parts = {CONNSYNC_BOARD_NAME, memory, sizeof memory,
                                              connsync_trust_anchors,
                                              connsync_trust_anchors_length};

    connsync_life_run(&life, &parts);
}
