# Static programs on musl, for CONNSYNC_MACHINE: x86_64, aarch64, armhf, riscv64, mips, mipsel (and
# s390x, whose 64-bit words have the other order of bytes). A preset sets it.
#
# The compiler is the distribution's, which comes with glibc: its headers and objects are
# put aside (-nostdinc, -nostdlib) and musl's named in their place; the compiler's own objects for the
# begin and the end of a program, which serve shared libraries and C++, are left out. The programs are
# position-independent and have no interpreter, so that they run where there is nothing.

# What try_compile must be told too.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CONNSYNC_MACHINE CONNSYNC_DEPS_CACHE)

# By machine: the prefix of the compiler's name, musl's name, options.
if(CONNSYNC_MACHINE STREQUAL x86_64)
    set(connsync_prefix x86_64-linux-gnu-)
    set(connsync_musl_machine x86_64)
    set(connsync_options "")
    # Nothing of ours counts in floating point, and without its registers no call says how many of
    # them it fills, and no function of varying arguments keeps them. What has AES by its
    # instructions asks for them again.
    set(connsync_code "-mno-sse -mskip-rax-setup")
    # Its linker packs relocations by itself: see below.
    set(connsync_relocations "-Wl,-z,pack-relative-relocs")
    # Constants where the ABI wants them: by itself gcc gives each of 32 bytes or more a line of 32.
    set(connsync_alignment "-malign-data=abi")
    # Tables for unwinding the entries that the linker makes; only that for x86 makes any.
    set(connsync_entries "-Wl,--no-ld-generated-unwind-info")
elseif(CONNSYNC_MACHINE STREQUAL aarch64)
    set(connsync_prefix aarch64-linux-gnu-)
    set(connsync_musl_machine aarch64)
    # Calls into libgcc that pick atomic instructions at run time ask glibc for the
    # processor's capabilities.
    set(connsync_options "-mno-outline-atomics")
    # Kernels for this machine have pages of 4, 16 or 64 KB.
    set(connsync_large_pages ON)
elseif(CONNSYNC_MACHINE STREQUAL armhf)
    set(connsync_prefix arm-linux-gnueabihf-)
    set(connsync_musl_machine armhf)
    set(connsync_options "-march=armv7-a+fp -mfloat-abi=hard -mthumb")
elseif(CONNSYNC_MACHINE STREQUAL s390x)
    set(connsync_prefix s390x-linux-gnu-)
    set(connsync_musl_machine s390x)
    set(connsync_options "")
    set(connsync_full_relocations ON)
elseif(CONNSYNC_MACHINE STREQUAL riscv64)
    set(connsync_prefix riscv64-linux-gnu-)
    set(connsync_musl_machine riscv64)
    set(connsync_options "")
    set(connsync_large_pages ON)
elseif(CONNSYNC_MACHINE MATCHES "^mips(el)?$")
    # As OpenWrt has them: routers whose processors have no floating point, and whose kernels have
    # nothing in its place.
    set(connsync_prefix ${CONNSYNC_MACHINE}-linux-gnu-)
    set(connsync_musl_machine ${CONNSYNC_MACHINE})
    set(connsync_options "-march=mips32r2 -mabi=32 -msoft-float")
    set(connsync_large_pages ON)
    set(connsync_soft_float ON)
    # They are of another kind there.
    set(connsync_full_relocations ON)
    # The tests run on such a processor.
    set(connsync_emulated_processor -cpu 24Kc)
else()
    message(FATAL_ERROR "connsync: CONNSYNC_MACHINE is '${CONNSYNC_MACHINE}'; there are "
                        "x86_64, aarch64, armhf, riscv64, mips, mipsel and s390x")
endif()

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${connsync_musl_machine})
find_program(CMAKE_C_COMPILER ${connsync_prefix}gcc REQUIRED)
find_program(CMAKE_AR ${connsync_prefix}gcc-ar REQUIRED)
find_program(CMAKE_RANLIB ${connsync_prefix}gcc-ranlib REQUIRED)
find_program(CMAKE_OBJCOPY ${connsync_prefix}objcopy REQUIRED)
find_program(CMAKE_STRIP ${connsync_prefix}strip REQUIRED)

# What runs the tests of another processor. This one's need nothing.
if(NOT CONNSYNC_MACHINE STREQUAL x86_64)
    string(REGEX REPLACE "-.*" "" connsync_processor ${connsync_prefix})
    find_program(connsync_emulator qemu-${connsync_processor}-static)
    if(connsync_emulator)
        set(CMAKE_CROSSCOMPILING_EMULATOR ${connsync_emulator} ${connsync_emulated_processor})
    endif()
endif()

# What makes code small, ours and the C library's. Beyond -Oz: what would rather make it fast.
set(connsync_left_out "-fno-ivopts -fno-tree-loop-im -fno-move-loop-invariants \
-fno-tree-dominator-opts -fno-tree-ch -fno-tree-sink -fno-thread-jumps -fno-caller-saves \
-fno-expensive-optimizations -fno-inline-small-functions -fno-tree-pre -fno-ipa-sra")
set(connsync_small "-Oz ${connsync_left_out}")
# For a file that is to be fast all the same, where there is room: these again, and nothing for
# alignment alone. Loops over the few words of a number are not worth a call of memcpy().
if(CONNSYNC_MACHINE MATCHES "^(x86_64|aarch64|armhf)$")
    string(REPLACE -fno- -f CONNSYNC_FAST_OPTIONS ${connsync_left_out})
    separate_arguments(CONNSYNC_FAST_OPTIONS)
    list(APPEND CONNSYNC_FAST_OPTIONS -fno-tree-loop-distribute-patterns -fno-align-functions
        -fno-align-loops -fno-align-jumps -fno-align-labels)
endif()
# A folder that was configured before does not keep what they were then: the C library would be compiled
# with these, and the program with those. What a user adds goes into CMAKE_C_FLAGS.
set(CMAKE_C_FLAGS_MINSIZEREL "${connsync_small} ${connsync_code} -g -DNDEBUG" CACHE STRING
    "Options of what is shipped" FORCE)

include(${CMAKE_CURRENT_LIST_DIR}/../musl.cmake)
connsync_musl(${connsync_musl_machine} ${CMAKE_C_COMPILER} connsync_sysroot
    "${connsync_options} ${connsync_small}")

function(connsync_object_of_gcc name out)
    execute_process(COMMAND ${CMAKE_C_COMPILER} ${ARGN} -print-file-name=${name}
        OUTPUT_VARIABLE path OUTPUT_STRIP_TRAILING_WHITESPACE)
    set(${out} ${path} PARENT_SCOPE)
endfunction()
connsync_object_of_gcc(include connsync_gcc_headers)
if(connsync_soft_float)
    connsync_object_of_gcc(libgcc.a connsync_libgcc)
    connsync_gcc_without_float(${connsync_sysroot} ${connsync_libgcc})
endif()

set(CMAKE_C_FLAGS_INIT "${connsync_options} ${connsync_alignment} -fPIE -nostdinc \
-isystem ${connsync_sysroot}/include -isystem ${connsync_gcc_headers} \
-fno-asynchronous-unwind-tables -fno-unwind-tables")
# No page of the file is given to alignment.
set(connsync_page 4096)
if(connsync_large_pages)
    set(connsync_page 65536)
endif()
set(connsync_pages
    "-Wl,-z,max-page-size=${connsync_page} -Wl,-T,${CMAKE_CURRENT_LIST_DIR}/static_program.ld \
-L${CMAKE_CURRENT_LIST_DIR}")
# Bits in place of 8 to 24 bytes for each address that is put right at the start; musl reads them
# since 1.2.4. The linkers of Debian 12 can do it for x86-64 only; to what others make it is done
# afterwards, and some pages of addresses are left unused.
if(NOT connsync_relocations AND NOT connsync_full_relocations)
    set(CONNSYNC_PACK_RELOCATIONS ON)
endif()
# All of the program is optimised in one piece: what is alike in two of several is seen in none.
# Constants that are alike are one; those that are told apart by their address hold addresses, and
# are no such. Nothing is unwound: there is no table for it, nor one to find it by. Functions are laid
# out by what runs them; variables by their alignment: what is small shares its pages, where it took one
# between two large buffers.
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "-flto-partition=one -fmerge-all-constants ${connsync_pages} \
-ffunction-sections -fdata-sections -Wl,--sort-section=alignment -Wl,--no-eh-frame-hdr ${connsync_entries} \
-Wl,-z,noseparate-code -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack \
-Wl,--version-script=${CMAKE_CURRENT_LIST_DIR}/nothing_exported.map \
-Wl,--hash-style=gnu ${connsync_relocations}")
set(CMAKE_C_LINK_EXECUTABLE "<CMAKE_C_COMPILER> <FLAGS> <CMAKE_C_LINK_FLAGS> <LINK_FLAGS> \
-nostdlib -static-pie -Wl,--no-dynamic-linker ${connsync_sysroot}/lib/rcrt1.o ${connsync_sysroot}/lib/crti.o \
<OBJECTS> -o <TARGET> <LINK_LIBRARIES> \
-L${connsync_sysroot}/lib -Wl,--start-group -lc -lgcc -Wl,--end-group \
${connsync_sysroot}/lib/crtn.o")
