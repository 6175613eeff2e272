/* The firmware: the memory of a board, given to the run (run.h). */
#include "platform/lwip/run.h"
#include "port/trust_anchors.h"

/* CONNSYNC_BOARD_NAME and CONNSYNC_BOARD_MEMORY come from the board's board.cmake. */
static uint64_t memory[CONNSYNC_BOARD_MEMORY / sizeof(uint64_t)];
static struct cs_run run;

int main(void)
{
    const struct cs_run_parts parts = {CONNSYNC_BOARD_NAME, memory, sizeof memory,
                                       connsync_trust_anchors, connsync_trust_anchors_length};

    cs_run_forever(&run, &parts);
}
