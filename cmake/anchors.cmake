# connsync_trust_anchors(TARGET) compiles the trust anchors into a target: at build time,
# from PEM, as DER in flash (port/trust_anchors.h). None is committed.

set(CONNSYNC_TRUST_ANCHORS "" CACHE FILEPATH
    "Roots to trust, in PEM; empty: the public ones in front of Auth0, from the system's bundle")
set(CONNSYNC_TRUST_ANCHORS_MIN 2 CACHE STRING "The least number of different roots")
set(CONNSYNC_CA_BUNDLE /etc/ssl/certs/ca-certificates.crt CACHE FILEPATH
    "The system's bundle, where CONNSYNC_TRUST_ANCHORS is empty")

find_program(CONNSYNC_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(CONNSYNC_PYTHON python3 REQUIRED)

function(connsync_trust_anchors target)
    set(script ${PROJECT_SOURCE_DIR}/cmake/anchors.py)
    set(output ${PROJECT_BINARY_DIR}/trust_anchors.c)
    if(CONNSYNC_TRUST_ANCHORS)
        # A relative name means, as everywhere in CMake, relative to the source.
        cmake_path(ABSOLUTE_PATH CONNSYNC_TRUST_ANCHORS BASE_DIRECTORY ${PROJECT_SOURCE_DIR}
            OUTPUT_VARIABLE input)
        set(arguments ${input})
    else()
        set(input ${CONNSYNC_CA_BUNDLE})
        set(arguments --public ${input})
    endif()
    # Where the file is absent the script says what to do, better than the build tool.
    set(depends ${script})
    if(EXISTS ${input})
        list(APPEND depends ${input})
    endif()
    add_custom_command(OUTPUT ${output}
        COMMAND ${CONNSYNC_PYTHON} ${script} --output ${output}
            --minimum ${CONNSYNC_TRUST_ANCHORS_MIN} ${arguments}
        DEPENDS ${depends} COMMENT "Reading trust anchors from ${input}" VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()
