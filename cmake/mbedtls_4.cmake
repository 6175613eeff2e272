# A tree of mbedTLS 4.x, for third-party.cmake: sources, folders of headers, configuration. Its
# cryptography is a project of its own, TF-PSA-Crypto, in the folder tf-psa-crypto of a release.
set(CONNSYNC_mbedtls_OTHER_SERIES 3)

# 4.0 has the first two; from 4.1 on what was in them is spread over all.
set(connsync_psa_folders core drivers/builtin/src dispatch extras platform utilities)
list(TRANSFORM connsync_psa_folders PREPEND ${CONNSYNC_mbedtls_TREE}/tf-psa-crypto/)

set(CONNSYNC_mbedtls_INCLUDES ${CONNSYNC_mbedtls_TREE}/include
    ${CONNSYNC_mbedtls_TREE}/tf-psa-crypto/include
    ${CONNSYNC_mbedtls_TREE}/tf-psa-crypto/drivers/builtin/include)
set(CONNSYNC_mbedtls_PRIVATE_INCLUDES ${CONNSYNC_mbedtls_TREE}/library ${connsync_psa_folders})
set(CONNSYNC_mbedtls_SOURCES "")
foreach(folder IN LISTS CONNSYNC_mbedtls_PRIVATE_INCLUDES)
    file(GLOB sources ${folder}/*.c)
    list(APPEND CONNSYNC_mbedtls_SOURCES ${sources})
endforeach()
set(CONNSYNC_mbedtls_CONFIGURATION MBEDTLS_CONFIG_FILE="connsync_mbedtls4_config.h"
    TF_PSA_CRYPTO_CONFIG_FILE="connsync_mbedtls4_config.h")
set(CONNSYNC_mbedtls_AES_SOURCES ${CONNSYNC_mbedtls_TREE}/tf-psa-crypto/drivers/builtin/src/aes.c
    ${CONNSYNC_mbedtls_TREE}/tf-psa-crypto/drivers/builtin/src/aesni.c)

# A release has the files that upstream makes by scripts. A checkout, or an archive that a forge
# makes of one, has not, nor what is in submodules.
file(GLOB_RECURSE connsync_psa_made
    ${CONNSYNC_mbedtls_TREE}/tf-psa-crypto/*/psa_crypto_driver_wrappers.h)
if(NOT connsync_psa_made)
    message(FATAL_ERROR "connsync: ${CONNSYNC_mbedtls_TREE} is no release of mbedTLS: "
        "psa_crypto_driver_wrappers.h, which upstream's scripts make, is not in its tf-psa-crypto")
endif()

# mbedtls_trim.c knows the structures of 3.6.
set(CONNSYNC_TLS_TRIM OFF)
