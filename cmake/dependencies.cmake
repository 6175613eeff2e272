# Acquisition of the third-party sources. None of them is committed. Each is taken from
# the first of these that has an accepted version (cmake/pins.cmake):
#
#   1. what the user names: -DCONNSYNC_MBEDTLS_DIR=, -DCONNSYNC_JSMN_DIR=,
#      -DCONNSYNC_LWIP_DIR= (unpacked trees), or -DCONNSYNC_DEPS_DIR= (a folder that holds
#      trees or archives; the environment variable of that name serves too);
#   2. the cache, filled by an earlier run: <source>/.cache/connsync-deps, or the folder
#      that -DCONNSYNC_DEPS_CACHE= or the environment variable of that name gives;
#   3. the distribution's source packages, through the machine's own apt configuration;
#   4. upstream's release archive.
#
# -DCONNSYNC_DEPS_FETCH=OFF forbids the ways that use the network (3 and 4). All of them
# lead to the same kind of tree, which the project then builds with its own configuration.

include(${CMAKE_CURRENT_LIST_DIR}/pins.cmake)

set(CONNSYNC_APT_SOURCE_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/apt-source.sh)
option(CONNSYNC_DEPS_FETCH "Get missing dependencies from the network" ON)
# connsync_folder_setting(NAME DEFAULT TEXT): a cache entry that the environment may give as well.
# What it gives later counts too, in a folder that is configured already: a message below advises
# it. Whatever -DNAME= has said stays.
function(connsync_folder_setting name default text)
    set(value ${default})
    if(DEFINED ENV{${name}})
        set(value $ENV{${name}})
    endif()
    if(NOT DEFINED CACHE{${name}}
       OR (DEFINED ENV{${name}} AND "$CACHE{${name}}" STREQUAL "${CONNSYNC_TAKEN_${name}}"))
        set(${name} "${value}" CACHE PATH "${text}" FORCE)
        set(CONNSYNC_TAKEN_${name} "${value}" CACHE INTERNAL "What was not given with -D")
    endif()
endfunction()

connsync_folder_setting(CONNSYNC_DEPS_DIR ""
    "A folder that holds trees or archives of the dependencies")
connsync_folder_setting(CONNSYNC_DEPS_CACHE ${PROJECT_SOURCE_DIR}/.cache/connsync-deps
    "Where fetched dependencies are kept from build to build")

# The version of the tree in `dir`, or nothing if there is no such tree.
function(connsync_tree_version name dir out)
    set(${out} "" PARENT_SCOPE)
    set(probe ${dir}/${CONNSYNC_PIN_${name}_PROBE})
    if(NOT EXISTS ${probe})
        return()
    endif()
    if(DEFINED CONNSYNC_PIN_${name}_PROBE_SHA256)
        file(SHA256 ${probe} digest)
        if(digest STREQUAL CONNSYNC_PIN_${name}_PROBE_SHA256)
            set(${out} ${CONNSYNC_PIN_${name}_MINIMUM} PARENT_SCOPE)
        else()
            set(${out} unknown PARENT_SCOPE)
        endif()
        return()
    endif()
    file(READ ${probe} text)
    if(text MATCHES "${CONNSYNC_PIN_${name}_PROBE_VERSION}")
        set(${out} ${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3} PARENT_SCOPE)
    else()
        set(${out} unknown PARENT_SCOPE)
    endif()
endfunction()

function(connsync_version_is_within version minimum below out)
    set(${out} FALSE PARENT_SCOPE)
    if(version MATCHES "^[0-9]+\\.[0-9]+\\.[0-9]+$"
       AND version VERSION_GREATER_EQUAL minimum AND version VERSION_LESS below)
        set(${out} TRUE PARENT_SCOPE)
    endif()
endfunction()

function(connsync_version_is_accepted name version out)
    connsync_version_is_within("${version}" ${CONNSYNC_PIN_${name}_MINIMUM}
        ${CONNSYNC_PIN_${name}_BELOW} accepted)
    set(${out} ${accepted} PARENT_SCOPE)
endfunction()

# In a folder that the user named. No archive is taken of such a version: its name could be any.
function(connsync_version_is_accepted_by_name name version out)
    connsync_version_is_accepted(${name} "${version}" accepted)
    if(NOT accepted AND DEFINED CONNSYNC_PIN_${name}_NAMED_MINIMUM)
        connsync_version_is_within("${version}" ${CONNSYNC_PIN_${name}_NAMED_MINIMUM}
            ${CONNSYNC_PIN_${name}_NAMED_BELOW} accepted)
    endif()
    set(${out} ${accepted} PARENT_SCOPE)
endfunction()

# An archive is judged before it is opened. One of the pinned version must have a digest
# that we know. A later version of the series, by its file name, is taken as it is, because
# whoever handed it over vouches for it: the user, or apt, which verified the
# distribution's signature.
function(connsync_archive_is_trusted name archive digest out)
    set(${out} FALSE PARENT_SCOPE)
    if(digest IN_LIST CONNSYNC_PIN_${name}_SHA256)
        set(${out} TRUE PARENT_SCOPE)
        return()
    endif()
    cmake_path(GET archive FILENAME file)
    string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" version "${file}")
    connsync_version_is_accepted(${name} "${version}" accepted)
    if(NOT accepted)
        return()
    endif()
    if(version VERSION_EQUAL CONNSYNC_PIN_${name}_MINIMUM)
        message(WARNING "connsync: ${archive} is not the archive of ${name} ${version} that is "
                        "pinned (its SHA-256 is ${digest}); it is not used")
        return()
    endif()
    message(NOTICE "connsync: taking ${name} ${version} (SHA-256 ${digest}), which is later "
                   "than the pinned ${CONNSYNC_PIN_${name}_MINIMUM}")
    set(${out} TRUE PARENT_SCOPE)
endfunction()

# The tree in the cache that came out of the archive with this digest, or nothing.
function(connsync_find_unpacked name digest out)
    set(${out} "" PARENT_SCOPE)
    file(GLOB notes ${CONNSYNC_DEPS_CACHE}/${name}-*/.connsync-archive)
    foreach(note IN LISTS notes)
        file(READ ${note} noted)
        if(noted STREQUAL digest)
            cmake_path(GET note PARENT_PATH tree)
            set(${out} ${tree} PARENT_SCOPE)
        endif()
    endforeach()
endfunction()

# Unpacks `archive` into the cache, unless that was done before, and sets `out` to the
# tree, or to nothing where the archive is not one that is wanted.
function(connsync_unpack name archive out)
    set(${out} "" PARENT_SCOPE)
    file(SHA256 ${archive} digest)
    connsync_find_unpacked(${name} ${digest} tree)
    if(tree)
        set(${out} ${tree} PARENT_SCOPE)
        return()
    endif()
    connsync_archive_is_trusted(${name} ${archive} ${digest} trusted)
    if(NOT trusted)
        return()
    endif()
    string(RANDOM LENGTH 8 suffix)
    set(staging ${CONNSYNC_DEPS_CACHE}/unpack-${suffix})
    file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${staging})
    file(GLOB candidates LIST_DIRECTORIES true ${staging}/*)
    foreach(candidate IN LISTS candidates)
        connsync_tree_version(${name} ${candidate} version)
        connsync_version_is_accepted(${name} "${version}" accepted)
        if(accepted)
            set(tree ${CONNSYNC_DEPS_CACHE}/${name}-${version})
            file(WRITE ${candidate}/.connsync-archive ${digest})
            file(REMOVE_RECURSE ${tree})
            file(RENAME ${candidate} ${tree})
            set(${out} ${tree} PARENT_SCOPE)
        endif()
    endforeach()
    file(REMOVE_RECURSE ${staging})
endfunction()

# Looks in a folder for a tree, then for an archive, of an accepted version.
function(connsync_search_folder name folder out)
    set(${out} "" PARENT_SCOPE)
    file(GLOB entries LIST_DIRECTORIES true ${folder}/${name} ${folder}/${name}[-_]*)
    list(SORT entries COMPARE NATURAL ORDER DESCENDING)
    foreach(entry IN LISTS entries)
        connsync_tree_version(${name} ${entry} version)
        connsync_version_is_accepted(${name} "${version}" accepted)
        if(accepted)
            set(${out} ${entry} PARENT_SCOPE)
            return()
        endif()
    endforeach()
    list(FILTER entries INCLUDE REGEX "\\.(tar\\.(gz|bz2|xz)|tgz|zip)$")
    foreach(entry IN LISTS entries)
        connsync_unpack(${name} ${entry} tree)
        if(tree)
            set(${out} ${tree} PARENT_SCOPE)
            return()
        endif()
    endforeach()
endfunction()

# Why this version is refused by name, or nothing.
function(connsync_refusal_reason name version out)
    set(${out} "" PARENT_SCOPE)
    set(pairs ${CONNSYNC_PIN_${name}_REFUSED})
    while(pairs)
        list(POP_FRONT pairs expression reason)
        if(version MATCHES "${expression}")
            set(${out} "${reason}" PARENT_SCOPE)
            return()
        endif()
    endwhile()
endfunction()

# Way 1 for one tree. A folder that the user named and that does not serve is an error:
# quietly taking something else in its place would be a surprise.
function(connsync_named_tree name out)
    string(TOUPPER ${name} upper)
    set(CONNSYNC_${upper}_DIR "" CACHE PATH "An unpacked tree of ${name}")
    set(dir ${CONNSYNC_${upper}_DIR})
    set(${out} "" PARENT_SCOPE)
    if(NOT dir)
        return()
    endif()
    connsync_tree_version(${name} ${dir} version)
    connsync_version_is_accepted_by_name(${name} "${version}" accepted)
    connsync_refusal_reason(${name} "${version}" reason)
    if(reason)
        set(accepted FALSE)
    endif()
    if(reason AND CONNSYNC_${upper}_UNSAFE_VERSION
       AND version MATCHES "${CONNSYNC_PIN_${name}_TRIAL}")
        message(WARNING "connsync: ${name} ${version} is for a trial only: ${reason}")
        set(accepted TRUE)
    endif()
    if(reason AND NOT accepted)
        message(FATAL_ERROR "connsync: CONNSYNC_${upper}_DIR is ${dir}, which is ${name} "
            "${version}, and that is refused: ${reason}")
    endif()
    if(NOT accepted)
        set(wanted "${CONNSYNC_PIN_${name}_MINIMUM} or later, below ${CONNSYNC_PIN_${name}_BELOW}")
        if(DEFINED CONNSYNC_PIN_${name}_NAMED_MINIMUM)
            string(APPEND wanted "; or ${CONNSYNC_PIN_${name}_NAMED_MINIMUM} or later, below "
                   "${CONNSYNC_PIN_${name}_NAMED_BELOW}")
        endif()
        message(FATAL_ERROR
            "connsync: CONNSYNC_${upper}_DIR is ${dir}, where ${CONNSYNC_PIN_${name}_PROBE} says "
            "version '${version}'; wanted: ${wanted}")
    endif()
    set(${out} ${dir} PARENT_SCOPE)
endfunction()

# Ways 1 and 2: no network.
function(connsync_find_locally name out)
    connsync_named_tree(${name} tree)
    if(NOT tree AND CONNSYNC_DEPS_DIR)
        connsync_search_folder(${name} ${CONNSYNC_DEPS_DIR} tree)
        if(NOT tree)
            message(NOTICE "connsync: no accepted ${name} in ${CONNSYNC_DEPS_DIR}")
        endif()
    endif()
    if(NOT tree)
        connsync_search_folder(${name} ${CONNSYNC_DEPS_CACHE} tree)
    endif()
    set(${out} ${tree} PARENT_SCOPE)
endfunction()

# Way 3, for all the names at once: the package indexes are large and are read once.
function(connsync_fetch_with_apt)
    find_program(CONNSYNC_APT_GET apt-get)
    mark_as_advanced(CONNSYNC_APT_GET)
    if(NOT CONNSYNC_APT_GET)
        return()
    endif()
    set(wanted "")
    foreach(name IN LISTS ARGN)
        list(APPEND wanted ${CONNSYNC_PIN_${name}_PACKAGE} ${CONNSYNC_PIN_${name}_MINIMUM}
             ${CONNSYNC_PIN_${name}_BELOW})
    endforeach()
    message(STATUS "connsync: getting ${ARGN} from the distribution's source packages")
    execute_process(COMMAND bash ${CONNSYNC_APT_SOURCE_SCRIPT} ${CONNSYNC_DEPS_CACHE} ${wanted})
endfunction()

# Way 4.
function(connsync_fetch_from_upstream name)
    set(url ${CONNSYNC_PIN_${name}_URL})
    string(REGEX MATCH "\\.tar\\.[a-z0-9]+$" extension ${url})
    set(archive ${CONNSYNC_DEPS_CACHE}/${name}-${CONNSYNC_PIN_${name}_MINIMUM}${extension})
    list(GET CONNSYNC_PIN_${name}_SHA256 0 expected)
    message(STATUS "connsync: getting ${name} from ${url}")
    file(DOWNLOAD ${url} ${archive}.part STATUS status TLS_VERIFY ON INACTIVITY_TIMEOUT 30)
    list(GET status 0 code)
    list(GET status 1 words)
    set(digest "")
    if(code EQUAL 0)
        file(SHA256 ${archive}.part digest)
    endif()
    if(digest STREQUAL expected)
        file(RENAME ${archive}.part ${archive})
        return()
    endif()
    file(REMOVE ${archive}.part)
    if(code EQUAL 0)
        set(words "its SHA-256 is ${digest}, expected ${expected}")
    endif()
    message(NOTICE "connsync: ${url}: ${words}")
endfunction()

function(connsync_dependency_is_missing name)
    string(TOUPPER ${name} upper)
    list(GET CONNSYNC_PIN_${name}_SHA256 0 digest)
    message(FATAL_ERROR
        "connsync: ${name} ${CONNSYNC_PIN_${name}_MINIMUM} (or later, below "
        "${CONNSYNC_PIN_${name}_BELOW}) is needed and could not be got.\n"
        "Where there is a network, get ${CONNSYNC_PIN_${name}_URL} (SHA-256 ${digest}), then "
        "either unpack it and give\n"
        "    -DCONNSYNC_${upper}_DIR=FOLDER\n"
        "or save it as ${name}-${CONNSYNC_PIN_${name}_MINIMUM} with its extension in a folder "
        "and give\n"
        "    -DCONNSYNC_DEPS_DIR=FOLDER        (or export CONNSYNC_DEPS_DIR=FOLDER)\n"
        "The cache of another checkout serves too: export CONNSYNC_DEPS_CACHE=FOLDER")
endfunction()

# connsync_dependencies(NAME...) sets CONNSYNC_<name>_TREE and CONNSYNC_<name>_VERSION for each
# name, in the caller's scope, or stops with a message that says what to do.
function(connsync_dependencies)
    file(MAKE_DIRECTORY ${CONNSYNC_DEPS_CACHE})
    file(LOCK ${CONNSYNC_DEPS_CACHE}/lock GUARD FUNCTION TIMEOUT 600)
    set(missing "")
    foreach(name IN LISTS ARGN)
        connsync_find_locally(${name} tree)
        set(found_${name} ${tree})
        if(NOT tree)
            list(APPEND missing ${name})
        endif()
    endforeach()
    if(missing AND CONNSYNC_DEPS_FETCH)
        connsync_fetch_with_apt(${missing})
    endif()
    foreach(name IN LISTS missing)
        connsync_search_folder(${name} ${CONNSYNC_DEPS_CACHE} tree)
        if(NOT tree AND CONNSYNC_DEPS_FETCH)
            connsync_fetch_from_upstream(${name})
            connsync_search_folder(${name} ${CONNSYNC_DEPS_CACHE} tree)
        endif()
        set(found_${name} ${tree})
    endforeach()
    foreach(name IN LISTS ARGN)
        if(NOT found_${name})
            connsync_dependency_is_missing(${name})
        endif()
        message(STATUS "connsync: ${name} is ${found_${name}}")
        set(CONNSYNC_${name}_TREE ${found_${name}} PARENT_SCOPE)
        connsync_tree_version(${name} ${found_${name}} version)
        set(CONNSYNC_${name}_VERSION ${version} PARENT_SCOPE)
    endforeach()
endfunction()
