# A tree of mbedTLS 3.6, for third-party.cmake: sources, folders of headers, configuration.
set(CONNSYNC_mbedtls_OTHER_SERIES 4)

file(GLOB CONNSYNC_mbedtls_SOURCES ${CONNSYNC_mbedtls_TREE}/library/*.c)
set(CONNSYNC_mbedtls_INCLUDES ${CONNSYNC_mbedtls_TREE}/include)
set(CONNSYNC_mbedtls_PRIVATE_INCLUDES ${CONNSYNC_mbedtls_TREE}/library)
set(CONNSYNC_mbedtls_CONFIGURATION MBEDTLS_CONFIG_FILE="connsync_mbedtls_config.h")
set(CONNSYNC_mbedtls_AES_SOURCES ${CONNSYNC_mbedtls_TREE}/library/aes.c
    ${CONNSYNC_mbedtls_TREE}/library/aesni.c)
set_property(SOURCE ${CONNSYNC_mbedtls_TREE}/library/pk_wrap.c PROPERTY
    COMPILE_OPTIONS -include mbedtls_no_rsa_encryption.h)
# What a handshake computes with, for speed where there is room. What must take the same time whatever
# its operands are is compiled as upstream does.
if(NOT CONNSYNC_TLS_SMALL)
    foreach(name IN ITEMS bignum bignum_core ecp ecp_curves)
        set_property(SOURCE ${CONNSYNC_mbedtls_TREE}/library/${name}.c PROPERTY
            COMPILE_OPTIONS $<$<CONFIG:Release>:-O3>)
    endforeach()
    # What documents are encrypted with. GHASH turns its blocks around byte by byte, which SSSE3 does
    # in one instruction: processors with AES instructions, which are asked for, have it.
    foreach(name IN ITEMS aes aesni cipher gcm)
        set_property(SOURCE ${CONNSYNC_mbedtls_TREE}/library/${name}.c PROPERTY
            COMPILE_OPTIONS $<$<CONFIG:Release>:-O3>)
    endforeach()
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
        set_property(SOURCE ${CONNSYNC_mbedtls_TREE}/library/aesni.c APPEND PROPERTY
            COMPILE_OPTIONS -mssse3)
    endif()
    set_property(SOURCE ${CONNSYNC_mbedtls_TREE}/library/constant_time.c PROPERTY
        COMPILE_OPTIONS $<$<CONFIG:Release>:-O2>)
endif()
# The agreement with X25519 as Project Everest proved it, a fifth of the work of the general arithmetic.
# It comes with mbedTLS, and needs integers of 128 bits to be quick.
if(NOT CONNSYNC_TLS_SMALL AND CMAKE_SIZEOF_VOID_P EQUAL 8)
    set(connsync_everest ${CONNSYNC_mbedtls_TREE}/3rdparty/everest)
    list(APPEND CONNSYNC_mbedtls_SOURCES ${connsync_everest}/library/everest.c
        ${connsync_everest}/library/x25519.c ${connsync_everest}/library/Hacl_Curve25519_joined.c)
    list(APPEND CONNSYNC_mbedtls_INCLUDES ${connsync_everest}/include)
    list(APPEND CONNSYNC_mbedtls_PRIVATE_INCLUDES ${connsync_everest}/include/everest
        ${connsync_everest}/include/everest/kremlib)
endif()
# Static programs have a toolchain file that says how. bignum would take 8.5 KB and give a fourteenth,
# ecp 7 KB and a fiftieth.
if(CONNSYNC_FAST_OPTIONS)
    foreach(name IN ITEMS bignum_core ecp_curves)
        set_property(SOURCE ${CONNSYNC_mbedtls_TREE}/library/${name}.c APPEND PROPERTY
            COMPILE_OPTIONS $<$<CONFIG:MinSizeRel>:-O3> ${CONNSYNC_FAST_OPTIONS})
    endforeach()
    # There, 2.1 KB for a seventieth of a handshake.
    set_property(SOURCE ${CONNSYNC_mbedtls_TREE}/library/bignum_core.c APPEND PROPERTY
        COMPILE_OPTIONS $<$<CONFIG:MinSizeRel>:-fno-inline-small-functions>)
    set_property(SOURCE ${CONNSYNC_mbedtls_TREE}/library/constant_time.c APPEND PROPERTY
        COMPILE_OPTIONS $<$<CONFIG:MinSizeRel>:-O2> ${CONNSYNC_FAST_OPTIONS})
endif()
# A board has flash for the one of them that gives most for its bytes: 520 for a twentieth of a
# handshake. (bignum would take 1,088 for a thirtieth, ecp 972 and ecp_curves 68 for nothing.)
if(CONNSYNC_BOARD)
    set_property(SOURCE ${CONNSYNC_mbedtls_TREE}/library/bignum_core.c PROPERTY COMPILE_OPTIONS
        -O2 -fno-align-functions -fno-align-loops -fno-align-jumps -fno-align-labels)
endif()
