# Arm MPS2 with FPGA image AN385: Cortex-M3 at 25 MHz, 4 MB of code, 4 MB of data.

set(CONNSYNC_BOARD_CPU_FLAGS -mcpu=cortex-m3 -mthumb)
set(CONNSYNC_BOARD_SOURCES board.c ../common/lan9118.c)
# In bytes.
set(CONNSYNC_BOARD_STACK 8192)
set(CONNSYNC_BOARD_MEMORY 262144)
