# The targets that are made from the third-party trees.
#
#   connsync_mbedtls   static library, compiled with a configuration of port/mbedtls
#   connsync_jsmn      the folder of jsmn.h

include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)

option(CONNSYNC_TLS_SMALL "Build mbedTLS small: AES-128-GCM, P-256 and P-384 only" OFF)

# For who asks for it; where bytes are counted nobody does.
set(connsync_early_data ON)
if(CONNSYNC_BOARD OR (CONNSYNC_TLS_SMALL AND NOT CONNSYNC_BUILD_CLI))
    set(connsync_early_data OFF)
endif()
option(CONNSYNC_TLS_EARLY_DATA "Let requests go with a TLS handshake" ${connsync_early_data})

# port/mbedtls/mbedtls_trim.c is the one file that knows mbedTLS's internals; this does without it.
option(CONNSYNC_TLS_TRIM "Give back memory that mbedTLS would keep after the handshake" ON)

option(CONNSYNC_MBEDTLS_UNSAFE_VERSION "For a trial, take a version of mbedTLS in \
CONNSYNC_MBEDTLS_DIR that is refused by name; without CONNSYNC_TLS_TRIM, which knows 3.6.7" OFF)

connsync_dependencies(mbedtls jsmn)
# For --version: that this is no build to be used.
connsync_refusal_reason(mbedtls "${CONNSYNC_mbedtls_VERSION}" connsync_mbedtls_refusal)
set(CONNSYNC_mbedtls_NOTE "")
if(connsync_mbedtls_refusal)
    set(CONNSYNC_mbedtls_NOTE " (UNSAFE, for a trial)")
    set(CONNSYNC_TLS_TRIM OFF)
endif()
# mbedtls_3.cmake or mbedtls_4.cmake: where such a tree has what, and how it is configured.
string(REGEX MATCH "^[0-9]+" CONNSYNC_mbedtls_SERIES "${CONNSYNC_mbedtls_VERSION}")
include(${CMAKE_CURRENT_LIST_DIR}/mbedtls_${CONNSYNC_mbedtls_SERIES}.cmake)
connsync_map_folder(${CONNSYNC_mbedtls_TREE} mbedtls)
connsync_map_folder(${CONNSYNC_jsmn_TREE} jsmn)

# connsync_of_this_series(LIST): without the sources of ours that are for another series of
# mbedTLS, which have its number in their names.
function(connsync_of_this_series list)
    list(FILTER ${list} EXCLUDE REGEX "/mbedtls/[a-z_]+_${CONNSYNC_mbedtls_OTHER_SERIES}[_.]")
    set(${list} ${${list}} PARENT_SCOPE)
endfunction()

# The AES instructions through the compiler: mbedTLS's assembly for them does not assemble
# without decryption. Whether the processor has them is asked at run time. Both files must
# agree on it, because the one aligns the keys for the other.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    set_property(SOURCE ${CONNSYNC_mbedtls_AES_SOURCES} APPEND PROPERTY
        COMPILE_OPTIONS -maes -mpclmul)
endif()

# connsync_add_mbedtls(SUFFIX DEFINITION...): the library as connsync_mbedtls<SUFFIX>. Files
# whose feature is off compile to nothing, so the list needs no care: what is in the library
# is decided by the configuration header alone.
function(connsync_add_mbedtls suffix)
    set(target connsync_mbedtls${suffix})
    add_library(${target} STATIC ${CONNSYNC_mbedtls_SOURCES})
    target_include_directories(${target} SYSTEM
        PUBLIC ${CONNSYNC_mbedtls_INCLUDES}
        PRIVATE ${CONNSYNC_mbedtls_PRIVATE_INCLUDES})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/port/mbedtls)
    target_compile_definitions(${target} PUBLIC ${CONNSYNC_mbedtls_CONFIGURATION} ${ARGN})
    # For size, in a release too: one handshake a run costs a few milliseconds more, and the
    # pages of code that it touches are most of what the program has resident.
    target_compile_options(${target} PRIVATE -w -ffunction-sections -fdata-sections
        $<$<CONFIG:Release>:-Os>)
    set_target_properties(${target} PROPERTIES C_STANDARD 11 C_CLANG_TIDY "")
endfunction()
connsync_add_mbedtls("" $<$<BOOL:${CONNSYNC_TLS_SMALL}>:CONNSYNC_TLS_SMALL>
    $<$<BOOL:${CONNSYNC_TLS_EARLY_DATA}>:CONNSYNC_TLS_EARLY_DATA>)

add_library(connsync_jsmn INTERFACE)
target_include_directories(connsync_jsmn SYSTEM INTERFACE ${CONNSYNC_jsmn_TREE})
