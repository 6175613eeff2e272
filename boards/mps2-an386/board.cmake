# Arm MPS2 with FPGA image AN386: AN385 with a Cortex-M4 in place of the Cortex-M3.

include(${PROJECT_SOURCE_DIR}/boards/mps2-an385/board.cmake)
set(CONNSYNC_BOARD_DIR ${PROJECT_SOURCE_DIR}/boards/mps2-an385)
set(CONNSYNC_BOARD_CPU_FLAGS -mcpu=cortex-m4 -mthumb -mfloat-abi=soft)
