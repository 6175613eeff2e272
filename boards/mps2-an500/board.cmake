# Arm MPS2 with FPGA image AN500: Cortex-M7 at 25 MHz, 4 MB of code, 4 MB of data.

set(CONNSYNC_BOARD_CPU_FLAGS -mcpu=cortex-m7 -mthumb -mfloat-abi=soft)
# Console and light are those of AN385.
set(CONNSYNC_BOARD_SOURCES ../mps2-an385/board.c ../common/lan9118.c)
# In bytes.
set(CONNSYNC_BOARD_STACK 8192)
set(CONNSYNC_BOARD_MEMORY 262144)
