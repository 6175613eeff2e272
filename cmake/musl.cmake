# musl, the C library of the static builds, compiled for one processor into a folder of the
# cache, once. The compiler is the distribution's for glibc; musl.cmake under toolchains/
# keeps it from glibc's headers and objects.

if(NOT PROJECT_SOURCE_DIR)
    # A toolchain file is read before there is a project.
    cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH PROJECT_SOURCE_DIR)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)

function(connsync_musl_run log)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status
        OUTPUT_FILE ${log} ERROR_FILE ${log} WORKING_DIRECTORY ${CONNSYNC_MUSL_WORK})
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "connsync: musl cannot be compiled; ${log} says why")
    endif()
endfunction()

# Sets `out` to a folder with include/ and lib/ for `machine` ("aarch64"), compiled by
# `compiler` with `options`. The folder's name has the version, the machine, and a digest of the
# options; a half made one has another name.
function(connsync_musl machine compiler out options)
    if(CONNSYNC_DEPS_CACHE MATCHES "[ \t'\"]")
        message(FATAL_ERROR "connsync: musl cannot be compiled in a folder whose name has a space "
            "(${CONNSYNC_DEPS_CACHE}); export CONNSYNC_DEPS_CACHE=FOLDER for another one")
    endif()
    connsync_dependencies(musl)
    # Its notice is installed with the program.
    set(CONNSYNC_musl_TREE ${CONNSYNC_musl_TREE} PARENT_SCOPE)
    cmake_path(GET CONNSYNC_musl_TREE FILENAME name)
    set(flags "-Os -fPIE -ffunction-sections -fdata-sections")
    string(APPEND flags " -fno-asynchronous-unwind-tables -fno-unwind-tables ${options}")
    string(SHA256 digest "${flags}")
    string(SUBSTRING ${digest} 0 8 digest)
    set(sysroot ${CONNSYNC_DEPS_CACHE}/built/${name}-${machine}-${digest})
    set(${out} ${sysroot} PARENT_SCOPE)
    set(CONNSYNC_LIBC "musl ${CONNSYNC_musl_VERSION}" PARENT_SCOPE)
    file(LOCK ${CONNSYNC_DEPS_CACHE}/built/lock GUARD FUNCTION TIMEOUT 900)
    if(EXISTS ${sysroot}/lib/libc.a)
        return()
    endif()
    message(STATUS "connsync: compiling musl for ${machine}")
    set(CONNSYNC_MUSL_WORK ${sysroot}.work)
    file(REMOVE_RECURSE ${CONNSYNC_MUSL_WORK} ${sysroot})
    file(MAKE_DIRECTORY ${CONNSYNC_MUSL_WORK})
    # Names of this machine's folders must not get into what is linked.
    string(APPEND flags " -ffile-prefix-map=${CONNSYNC_musl_TREE}=musl")
    connsync_musl_run(${sysroot}.work/configure.log
        ${CMAKE_COMMAND} -E env CC=${compiler} AR=${CMAKE_AR} RANLIB=${CMAKE_RANLIB} "CFLAGS=${flags}"
        ${CONNSYNC_musl_TREE}/configure --target=${machine}-linux-musl --prefix=${sysroot}
        --syslibdir=${sysroot}/lib --disable-shared --disable-wrapper --enable-optimize=size)
    cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
    connsync_musl_run(${sysroot}.work/make.log make -j${cores} install)
    file(REMOVE_RECURSE ${CONNSYNC_MUSL_WORK})
endfunction()

# What the compiler's own library has for whole numbers, for a processor without floating point. The
# distribution's is compiled for one that has it. That concerns no function that is taken here, but a
# program would be marked as such; so the mark goes. Functions for floating point are left out: they
# take their arguments where there are no registers. `archive` is the library's path.
function(connsync_gcc_without_float sysroot archive)
    set(unmark ${CMAKE_OBJCOPY} --remove-section=.gnu.attributes --remove-section=.MIPS.abiflags)
    set(members "")
    foreach(name IN ITEMS ashldi3 ashrdi3 lshrdi3 negdi2 muldi3 cmpdi2 ucmpdi2 divdi3 moddi3 udivdi3
            umoddi3 divmoddi4 udivmoddi4 clz clzsi2 clzdi2 ctzsi2 ctzdi2 ffssi2 ffsdi2 bswapsi2 bswapdi2
            popcount_tab popcountsi2 popcountdi2)
        list(APPEND members _${name}.o)
    endforeach()
    set(library ${sysroot}/lib/libgcc.a)
    file(LOCK ${CONNSYNC_DEPS_CACHE}/built/lock GUARD FUNCTION TIMEOUT 900)
    if(NOT EXISTS ${library})
        set(work ${sysroot}/gcc.work)
        file(REMOVE_RECURSE ${work})
        file(MAKE_DIRECTORY ${work})
        execute_process(COMMAND ${CMAKE_AR} x ${archive} ${members}
            WORKING_DIRECTORY ${work} COMMAND_ERROR_IS_FATAL ANY)
        foreach(member IN LISTS members)
            execute_process(COMMAND ${unmark} ${member}
                WORKING_DIRECTORY ${work} COMMAND_ERROR_IS_FATAL ANY)
        endforeach()
        execute_process(COMMAND ${CMAKE_AR} rcsD ${library}.half ${members}
            WORKING_DIRECTORY ${work} COMMAND_ERROR_IS_FATAL ANY)
        file(RENAME ${library}.half ${library})
        file(REMOVE_RECURSE ${work})
    endif()
endfunction()
