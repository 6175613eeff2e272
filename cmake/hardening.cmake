# What makes a fault harder to use: a guard before each return address that a buffer may run into,
# checked functions of the C library, addresses that differ from run to run, and a table of
# functions that is resolved at the start and not written afterwards. The programs are compiled so,
# mbedTLS too; tests/lint/hardening.py reads it off them.
#
# Not for firmware, which has none of it, nor beside the sanitizers, which look closer. Who builds the
# libraries into a program of their own has their own options. -DCONNSYNC_HARDEN=OFF does without.
#
# The static programs are linked so by their toolchain file. musl has no checked functions, and
# guards are an option of their own, because they cost more than the programs may grow.

option(CONNSYNC_HARDEN "Build with guards, checked functions, PIE and full RELRO" ON)
option(CONNSYNC_STACK_PROTECTOR "With CONNSYNC_HARDEN: guards in the stack frames" ON)

if(NOT CONNSYNC_HARDEN OR NOT PROJECT_IS_TOP_LEVEL OR CONNSYNC_BOARD OR CONNSYNC_SANITIZE
   OR CONNSYNC_FUZZ)
    return()
endif()

include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckLinkerFlag)

check_c_compiler_flag(-fstack-protector-strong CONNSYNC_HAS_STACK_PROTECTOR)
if(CONNSYNC_STACK_PROTECTOR AND CONNSYNC_HAS_STACK_PROTECTOR)
    add_compile_options(-fstack-protector-strong)
endif()

# It is the toolchain file's otherwise.
if(NOT CONNSYNC_LIBC)
    # Some compilers, and who packages for a distribution, ask for as much or more themselves.
    # Without optimisation it only warns.
    set(CMAKE_REQUIRED_FLAGS -O2)
    check_c_source_compiles("#ifndef _FORTIFY_SOURCE\n#error\n#endif\nint main(void) { return 0; }"
        CONNSYNC_IS_FORTIFIED)
    unset(CMAKE_REQUIRED_FLAGS)
    if(NOT CONNSYNC_IS_FORTIFIED)
        add_compile_options(
            "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
    endif()
    # Who asks for code that goes into a shared library gets that, which is more.
    if(NOT CMAKE_POSITION_INDEPENDENT_CODE)
        add_compile_options(-fPIE)
    endif()
    add_link_options("$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>")
    check_linker_flag(C "-Wl,-z,relro,-z,now,-z,noexecstack" CONNSYNC_HAS_RELRO)
    if(CONNSYNC_HAS_RELRO)
        add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
    endif()
endif()
