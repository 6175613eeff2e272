# GNU Arm Embedded, as distributions package it: gcc-arm-none-eabi with newlib. Which
# processor is meant, and how small the C library is to be, is the board's business
# (boards/NAME/board.cmake, cmake/firmware.cmake).
#
# -DCONNSYNC_ARM_GCC=/path/bin/arm-none-eabi-gcc names one that is not in PATH.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)

set(CONNSYNC_ARM_GCC arm-none-eabi-gcc CACHE STRING "The cross compiler")
# CMake reads this file again for each of its trials, and passes them only this.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CONNSYNC_ARM_GCC)
set(CMAKE_C_COMPILER ${CONNSYNC_ARM_GCC})
# There is no start-up code before there is a board: trials stop short of a program.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# Libraries and headers of the host are none of ours; programs to build with are.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
