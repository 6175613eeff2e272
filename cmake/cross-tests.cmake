# Tests for another processor (or for musl on this one): what finds their framework, and what
# starts their programs here. Where nothing is to be emulated, both are this machine's own.

include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)

# The target PkgConfig::CMOCKA, from its sources.
function(connsync_cmocka_from_source)
    connsync_dependencies(cmocka)
    add_library(connsync_cmocka STATIC ${CONNSYNC_cmocka_TREE}/src/cmocka.c)
    target_include_directories(connsync_cmocka SYSTEM PUBLIC ${CONNSYNC_cmocka_TREE}/include)
    target_compile_definitions(connsync_cmocka PRIVATE _GNU_SOURCE
        HAVE_INTTYPES_H HAVE_SIGNAL_H HAVE_STRINGS_H HAVE_STRSIGNAL HAVE_SIGLONGJMP
        HAVE_GCC_THREAD_LOCAL_STORAGE)
    # Its header would define the type anew, for it knows only glibc's guard of it.
    target_compile_definitions(connsync_cmocka PUBLIC _UINTPTR_T_DEFINED)
    # It adds up how long the tests took, in numbers that there may be none of (below). Nobody asks.
    target_compile_definitions(connsync_cmocka PRIVATE double=int)
    target_compile_options(connsync_cmocka PRIVATE -w)
    set_target_properties(connsync_cmocka PROPERTIES C_CLANG_TIDY "")
    add_library(PkgConfig::CMOCKA ALIAS connsync_cmocka)
endfunction()

# Where there is no floating point, nor a library in its place (connsync_gcc_without_float() in
# musl.cmake), what musl's printf() and the framework would call to print or compare such numbers ends
# the program: no test has any.
if(CMAKE_C_FLAGS MATCHES "-msoft-float")
    foreach(name IN ITEMS adddf3 subdf3 muldf3 divdf3 negdf2 eqdf2 nedf2 gedf2 gtdf2 ledf2 ltdf2 unorddf2
            addsf3 subsf3 mulsf3 divsf3 eqsf2 nesf2 gesf2 gtsf2 lesf2 ltsf2 extendsfdf2 truncdfsf2
            fixdfsi fixdfdi fixunsdfsi fixunsdfdi floatsidf floatdidf floatunsidf floatundidf
            floatsisf floatunsisf)
        add_link_options(-Wl,--defsym=__${name}=abort)
    endforeach()
endif()

if(CMAKE_CROSSCOMPILING)
    connsync_cmocka_from_source()
else()
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
endif()

# Sets `out` to what starts the program at `path`, which may be a generator expression: the
# path itself, or a script, named after `name`, that has the emulator do it.
function(connsync_starter name path out)
    if(NOT CMAKE_CROSSCOMPILING_EMULATOR)
        set(${out} ${path} PARENT_SCOPE)
        return()
    endif()
    set(script ${PROJECT_BINARY_DIR}/emulated/${name})
    list(JOIN CMAKE_CROSSCOMPILING_EMULATOR " " emulator)
    file(GENERATE OUTPUT ${script}
        CONTENT "#!/bin/sh\nexec ${emulator} ${path} \"$@\"\n"
        FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
    set(${out} ${script} PARENT_SCOPE)
endfunction()
