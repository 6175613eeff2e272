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

# connsync_commit(OUT): the commit that is built, for --version; empty where it is not certain. An
# archive made by git carries it in cmake/commit-date. A clone has it while the tag of this version is
# checked out and nothing is changed; it is asked again whenever the clone moves on.
function(connsync_commit out)
    set(${out} "" PARENT_SCOPE)
    file(STRINGS ${PROJECT_SOURCE_DIR}/cmake/commit-date lines)
    list(GET lines 1 commit)
    if(commit MATCHES "^[0-9a-f]+$")
        set(${out} ${commit} PARENT_SCOPE)
        return()
    endif()
    find_program(CONNSYNC_GIT git)
    mark_as_advanced(CONNSYNC_GIT)
    if(NOT CONNSYNC_GIT OR NOT EXISTS ${PROJECT_SOURCE_DIR}/.git)
        return()
    endif()
    execute_process(COMMAND ${CONNSYNC_GIT} describe --tags --exact-match --dirty
            --match v${PROJECT_VERSION}
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        OUTPUT_VARIABLE tag OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT tag STREQUAL "v${PROJECT_VERSION}")
        return()
    endif()
    execute_process(COMMAND ${CONNSYNC_GIT} rev-parse HEAD --git-path logs/HEAD
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        OUTPUT_VARIABLE said OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    string(REPLACE "\n" ";" said "${said}")
    list(GET said 0 commit)
    list(GET said 1 moves)
    cmake_path(ABSOLUTE_PATH moves BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    if(EXISTS ${moves})
        set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${moves})
    endif()
    set(${out} ${commit} PARENT_SCOPE)
endfunction()
