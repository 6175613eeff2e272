# The same sources and tools make the same bytes, in whatever folder they lie: no name of a
# folder of this machine gets into what is compiled, nor into what a debugger reads. In a
# Debug build nothing is replaced, so that a debugger finds the sources by itself; for the
# others gdb's "set substitute-path" puts a real folder in the place of a name below.

# connsync_map_folder(FOLDER NAME): FOLDER is called NAME in all that the calling folder,
# and those below it, compile from here on. The compiler looks at the last map first, so a
# folder inside of another has to come after it.
macro(connsync_map_folder folder name)
    if(NOT CMAKE_BUILD_TYPE STREQUAL Debug)
        add_compile_options(-ffile-prefix-map=${folder}=${name})
        # Optimisation at link time compiles once more; on boards, mbedTLS.
        if(CMAKE_INTERPROCEDURAL_OPTIMIZATION OR CONNSYNC_BOARD)
            add_link_options(-ffile-prefix-map=${folder}=${name})
        endif()
    endif()
endmacro()

connsync_map_folder(${PROJECT_SOURCE_DIR} connsync)
connsync_map_folder(${PROJECT_BINARY_DIR} build)
# Of a static build: where cmake/toolchains/musl.cmake put the C library.
if(connsync_sysroot)
    connsync_map_folder(${connsync_sysroot} musl)
endif()

# connsync_source_date(OUT): the date that counts as the build's, in seconds since 1970. The
# environment may say it; else it is the commit's, which an archive made by git carries in
# cmake/commit-date, and a clone knows. Where neither is at hand, now.
function(connsync_source_date out)
    # Its first line is the date, its second the commit.
    file(STRINGS ${PROJECT_SOURCE_DIR}/cmake/commit-date date LIMIT_COUNT 1)
    if("$ENV{SOURCE_DATE_EPOCH}" MATCHES "^[0-9]+$")
        set(date $ENV{SOURCE_DATE_EPOCH})
    elseif(NOT date MATCHES "^[0-9]+$")
        find_program(CONNSYNC_GIT git)
        mark_as_advanced(CONNSYNC_GIT)
        if(CONNSYNC_GIT)
            execute_process(COMMAND ${CONNSYNC_GIT} log -1 --format=%ct
                WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
        endif()
    endif()
    if(NOT date MATCHES "^[0-9]+$")
        string(TIMESTAMP date "%s" UTC)
    endif()
    set(${out} ${date} PARENT_SCOPE)
endfunction()
