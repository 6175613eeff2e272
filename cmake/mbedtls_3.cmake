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
