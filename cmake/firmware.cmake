# The firmware: what -DCONNSYNC_BOARD=NAME builds in place of the command line.
#
#   connsync_board      the board: boards/NAME and boards/common
#   connsync_firmware   build/.../connsync.elf, .bin, .hex, .map, and a table of sizes
#
# boards/NAME/board.cmake says what differs from board to board. This file has two halves:
# the first must run before any target is made, because every one of them is compiled for
# the board's processor; the functions at the end make the firmware's own.

set(CONNSYNC_BOARD "" CACHE STRING "Build the firmware of this board (a folder under boards/)")
set(CONNSYNC_BOARD_ENTROPY semihosting CACHE STRING
    "Where random bytes come from: semihosting, seed-slot, board (see boards/README.md)")
set_property(CACHE CONNSYNC_BOARD_ENTROPY PROPERTY STRINGS semihosting seed-slot board)
option(CONNSYNC_BOARD_SEMIHOSTING "The firmware runs in an emulator, or under a debugger, that \
answers semihosting calls; the halt code becomes an exit code" OFF)
option(CONNSYNC_BOARD_PROBE "Build the programs with which tests/boards tries the board itself" OFF)
option(CONNSYNC_BOARD_EARLY_WRAP "For tests: let the tick counter wrap soon after the start" OFF)

# What tests/boards/stack.py reads: the frame and the calls of every function of ours.
function(connsync_stack_usage target)
    if(CONNSYNC_BOARD)
        target_compile_options(${target} PRIVATE -fstack-usage -fcallgraph-info=su,da)
    endif()
endfunction()

if(NOT CONNSYNC_BOARD)
    return()
endif()

set(CONNSYNC_BOARD_DIR ${PROJECT_SOURCE_DIR}/boards/${CONNSYNC_BOARD})
if(NOT EXISTS ${CONNSYNC_BOARD_DIR}/board.cmake)
    message(FATAL_ERROR "connsync: there is no ${CONNSYNC_BOARD_DIR}/board.cmake")
endif()
if(NOT CMAKE_CROSSCOMPILING)
    message(FATAL_ERROR "connsync: a board needs its preset, or a toolchain file: "
                        "cmake --preset ${CONNSYNC_BOARD}")
endif()
if(NOT CONNSYNC_BOARD_ENTROPY MATCHES "^(semihosting|seed-slot|board)$")
    message(FATAL_ERROR "connsync: CONNSYNC_BOARD_ENTROPY is '${CONNSYNC_BOARD_ENTROPY}'; "
                        "there are 'semihosting', 'seed-slot' and 'board'")
endif()
if(CONNSYNC_BOARD_ENTROPY STREQUAL semihosting AND NOT CONNSYNC_BOARD_SEMIHOSTING)
    message(FATAL_ERROR "connsync: entropy from semihosting needs CONNSYNC_BOARD_SEMIHOSTING; "
                        "without a debugger or an emulator use "
                        "-DCONNSYNC_BOARD_ENTROPY=seed-slot")
endif()

include(${CONNSYNC_BOARD_DIR}/board.cmake)
set(CONNSYNC_TLS_SMALL ON CACHE BOOL "Build mbedTLS small: AES-128-GCM, P-256 and P-384 only")

# newlib-nano, and nothing of what newlib asks of a system: a call that needs a heap or a
# file does not link, for want of _sbrk or _write.
add_compile_options(${CONNSYNC_BOARD_CPU_FLAGS} --specs=nano.specs)
add_link_options(${CONNSYNC_BOARD_CPU_FLAGS} --specs=nano.specs -nostartfiles)
# What -Os leaves on although it costs flash here: 1.3 KB in all.
add_compile_options(-fno-move-loop-invariants -fno-tree-loop-im -fno-schedule-insns2
    -fno-inline-small-functions)
# Nothing that the arena hands out asks for more than a word's alignment here, and half
# the header of each piece is half of what they cost.
add_compile_definitions(CS_ARENA_ALIGN=4)

find_program(CONNSYNC_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(CONNSYNC_PYTHON python3 REQUIRED)

function(connsync_add_board)
    set(common start.c memory.c tick.c sleep.c fault.c halt.c watchdog.c mpu.c fifo.c text.c mac.c
        library.c semihosting.c)
    if(NOT CONNSYNC_BOARD_ENTROPY STREQUAL board)
        string(REPLACE - _ entropy ${CONNSYNC_BOARD_ENTROPY})
        list(APPEND common entropy_${entropy}.c)
    endif()
    # What a board does in its own way.
    list(REMOVE_ITEM common "" ${CONNSYNC_BOARD_WITHOUT})
    list(TRANSFORM common PREPEND ${PROJECT_SOURCE_DIR}/boards/common/)
    list(TRANSFORM CONNSYNC_BOARD_SOURCES PREPEND ${CONNSYNC_BOARD_DIR}/)
    add_library(connsync_board STATIC ${CONNSYNC_BOARD_SOURCES} ${common})
    connsync_own_target(connsync_board)
    # It would make strlen of the loop in strlen.
    set_property(SOURCE ${PROJECT_SOURCE_DIR}/boards/common/library.c APPEND PROPERTY
        COMPILE_OPTIONS -fno-builtin -fno-tree-loop-distribute-patterns)
    # device.h is the board's: what boards/common must know of it.
    target_include_directories(connsync_board PUBLIC ${CONNSYNC_BOARD_DIR})
    target_compile_definitions(connsync_board
        PUBLIC CONNSYNC_BOARD_MEMORY=${CONNSYNC_BOARD_MEMORY} CONNSYNC_BOARD_NAME="${CONNSYNC_BOARD}"
        PRIVATE $<$<BOOL:${CONNSYNC_BOARD_SEMIHOSTING}>:CONNSYNC_BOARD_SEMIHOSTING>
        $<$<BOOL:${CONNSYNC_BOARD_EARLY_WRAP}>:BOARD_TICK_START=0xFFFFFE00u>)
    target_link_libraries(connsync_board PUBLIC connsync_lwip_stack PRIVATE connsync_core)
endfunction()

# A program for the board, NAME.elf with its .bin, .hex and .map, in the build folder.
function(connsync_board_program target name)
    add_executable(${target} ${ARGN})
    connsync_own_target(${target})
    set(elf ${CMAKE_BINARY_DIR}/${name}.elf)
    set(stem ${CMAKE_BINARY_DIR}/${name})
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} SUFFIX .elf
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
        LINK_DEPENDS
        "${PROJECT_SOURCE_DIR}/boards/common/cortexm.ld;${CONNSYNC_BOARD_DIR}/memory.ld")
    target_link_libraries(${target} PRIVATE connsync_board)
    # In one piece: what two pieces both use would be there twice.
    target_link_options(${target} PRIVATE
        -flto-partition=one -Wl,--gc-sections -Wl,--fatal-warnings -Wl,-Map=${stem}.map
        -Wl,--defsym=CONNSYNC_BOARD_STACK=${CONNSYNC_BOARD_STACK}
        -L${CONNSYNC_BOARD_DIR} -T${PROJECT_SOURCE_DIR}/boards/common/cortexm.ld)
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND ${CMAKE_OBJCOPY} -O binary ${elf} ${stem}.bin
        COMMAND ${CMAKE_OBJCOPY} -O ihex ${elf} ${stem}.hex
        BYPRODUCTS ${stem}.bin ${stem}.hex ${stem}.map VERBATIM)
endfunction()

# probe.elf is what an emulator runs; probe-alone.elf has the forms of what differs where
# nobody answers semihosting calls. The linker prefers a program's own to the library's.
function(connsync_add_probes)
    set(probe ${PROJECT_SOURCE_DIR}/tests/boards/probe.c)
    set(common ${PROJECT_SOURCE_DIR}/boards/common)
    connsync_board_program(connsync_probe probe ${probe})
    connsync_board_program(connsync_probe_alone probe-alone ${probe}
        ${common}/semihosting.c ${common}/entropy_seed_slot.c)
    foreach(target connsync_probe connsync_probe_alone)
        target_link_libraries(${target} PRIVATE connsync_lwip connsync_core)
    endforeach()
endfunction()

# mbedTLS is optimised as a whole when a program is linked: its files know nothing of each
# other otherwise, and much of it is called with one constant from one place. Only mbedTLS,
# since what is told about our own code (the stack's worst case, the size of each file) is
# read from its objects.
function(connsync_optimise_mbedtls)
    set_target_properties(connsync_mbedtls PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
endfunction()

function(connsync_firmware)
    connsync_optimise_mbedtls()
    include(${PROJECT_SOURCE_DIR}/cmake/lwip.cmake)
    include(${PROJECT_SOURCE_DIR}/cmake/anchors.cmake)
    connsync_add_board()
    # The program is the same on every board.
    connsync_board_program(connsync_firmware connsync
        ${PROJECT_SOURCE_DIR}/platform/lwip/main.c ${PROJECT_SOURCE_DIR}/platform/lwip/run.c)
    add_custom_command(TARGET connsync_firmware POST_BUILD COMMAND ${CONNSYNC_PYTHON}
        ${PROJECT_SOURCE_DIR}/tools/size-table ${CMAKE_BINARY_DIR}/connsync.map VERBATIM)
    connsync_trust_anchors(connsync_firmware)
    target_link_libraries(connsync_firmware PRIVATE connsync_lwip connsync_config connsync_core)
    if(CONNSYNC_BOARD_PROBE)
        connsync_add_probes()
    endif()
endfunction()
