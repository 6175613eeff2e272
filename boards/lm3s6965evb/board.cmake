# Stellaris LM3S6965 evaluation kit: Cortex-M3 at 50 MHz, 256 KB of flash, 64 KB of RAM.

set(CONNSYNC_BOARD_CPU_FLAGS -mcpu=cortex-m3 -mthumb)
set(CONNSYNC_BOARD_SOURCES board.c stellaris_enet.c)
# In bytes. Whatever does not fit the RAM beside lwIP fails to link.
set(CONNSYNC_BOARD_STACK 4096)
set(CONNSYNC_BOARD_MEMORY 51600)
