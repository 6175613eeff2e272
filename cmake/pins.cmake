# What connsync is built from. One block for each dependency:
#
#   MINIMUM, BELOW   the versions that are accepted: MINIMUM <= version < BELOW
#   NAMED_MINIMUM, NAMED_BELOW
#                    others that are accepted where the user names the folder
#   SHA256           digests of the archives of MINIMUM that are known to be good:
#                    upstream's own, and a distribution's where it repacks
#   URL              upstream's archive, the last resort
#   PACKAGE          the distribution's source package
#   PROBE            a file that every tree of it has; PROBE_VERSION finds the version
#                    in that file (one group a part), PROBE_SHA256 stands for MINIMUM
#                    where the file states no version
#   REFUSED          pairs of an expression for versions that are refused by name, and why
#   TRIAL            an expression for those of them that a trial may be built with

set(CONNSYNC_PIN_mbedtls_MINIMUM 3.6.7)
set(CONNSYNC_PIN_mbedtls_BELOW 3.7)
set(CONNSYNC_PIN_mbedtls_NAMED_MINIMUM 4.1.2)
set(CONNSYNC_PIN_mbedtls_NAMED_BELOW 5)
set(CONNSYNC_PIN_mbedtls_SHA256 a7e8bcbec0e6f761b4af24f25677626b35f762f68eef79c08677a363212d11f6)
set(CONNSYNC_PIN_mbedtls_URL
    https://github.com/Mbed-TLS/mbedtls/releases/download/mbedtls-3.6.7/mbedtls-3.6.7.tar.bz2)
set(CONNSYNC_PIN_mbedtls_PACKAGE mbedtls)
set(CONNSYNC_PIN_mbedtls_PROBE include/mbedtls/build_info.h)
set(CONNSYNC_PIN_mbedtls_PROBE_VERSION "MBEDTLS_VERSION_STRING +\"([0-9]+)\\.([0-9]+)\\.([0-9]+)\"")

# The reasons are told where somebody names such a tree; docs/dependencies.md has the rest.
set(CONNSYNC_PIN_mbedtls_REFUSED
    "^3\\.6\\.6$" "a client that offers TLS 1.3 and 1.2 cannot talk to servers that have TLS 1.2 \
only and an RSA key, CVE-2026-25832"
    "^4\\.0\\." "RSA keys in PKCS#8 are read with an empty public half (TF-PSA-Crypto #807), \
CVE-2026-25832, CVE-2026-25833, CVE-2026-25834, CVE-2026-49300"
    "^4\\.1\\.0$" "a client that offers TLS 1.3 and 1.2 cannot talk to servers that have TLS 1.2 \
only and an RSA key, RSA keys in PKCS#8 are read with an empty public half (TF-PSA-Crypto #807), \
CVE-2026-25832, CVE-2026-49300"
    "^4\\.1\\.1$" "CVE-2026-25832")
set(CONNSYNC_PIN_mbedtls_TRIAL "^(3\\.6\\.6|4\\.0\\.[0-9]+|4\\.1\\.[01])$")

set(CONNSYNC_PIN_jsmn_MINIMUM 1.1.0)
set(CONNSYNC_PIN_jsmn_BELOW 1.1.1)
set(CONNSYNC_PIN_jsmn_SHA256 5f0913a10657fe7ec8d5794ccf00a01000e3e1f2f1e1f143c34a0f7b47edcb38)
set(CONNSYNC_PIN_jsmn_URL https://github.com/zserge/jsmn/archive/refs/tags/v1.1.0.tar.gz)
set(CONNSYNC_PIN_jsmn_PACKAGE jsmn)
set(CONNSYNC_PIN_jsmn_PROBE jsmn.h)
set(CONNSYNC_PIN_jsmn_PROBE_SHA256
    1ed6154dedf009212a08a397e9c4ed50a0ce31d5a8301bb294e137ae3188c13b)

# Only boards and their tests ask for lwIP. The first digest is upstream's tag, the second Debian's
# archive, which leaves out documents whose licence is not free.
set(CONNSYNC_PIN_lwip_MINIMUM 2.2.1)
set(CONNSYNC_PIN_lwip_BELOW 2.2.2)
set(CONNSYNC_PIN_lwip_SHA256
    ce0b7461c0ad9602c376f0bf07c5eb7253b48c7bf66f011c6bf3e2a96731c539
    83729c274c499d3348e9fbbe043a3113f3fa8953e7efddc7c21c7fcbb1f2b7b1)
set(CONNSYNC_PIN_lwip_URL
    https://github.com/lwip-tcpip/lwip/archive/refs/tags/STABLE-2_2_1_RELEASE.tar.gz)
set(CONNSYNC_PIN_lwip_PACKAGE lwip)
set(CONNSYNC_PIN_lwip_PROBE src/include/lwip/init.h)
set(CONNSYNC_PIN_lwip_PROBE_VERSION
    "LWIP_VERSION_MAJOR +([0-9]+).*LWIP_VERSION_MINOR +([0-9]+).*LWIP_VERSION_REVISION +([0-9]+)")

# The C library of the static builds. Compiled here, so that one recipe serves every
# processor that the distribution has a compiler for.
set(CONNSYNC_PIN_musl_MINIMUM 1.2.5)
set(CONNSYNC_PIN_musl_BELOW 1.3)
set(CONNSYNC_PIN_musl_SHA256 a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4)
set(CONNSYNC_PIN_musl_URL https://musl.libc.org/releases/musl-1.2.5.tar.gz)
set(CONNSYNC_PIN_musl_PACKAGE musl)
set(CONNSYNC_PIN_musl_PROBE VERSION)
set(CONNSYNC_PIN_musl_PROBE_VERSION "([0-9]+)\\.([0-9]+)\\.([0-9]+)")

# The framework of the unit tests, where they are compiled for another processor than this
# machine's; for this machine's own, the distribution's library serves.
set(CONNSYNC_PIN_cmocka_MINIMUM 1.1.5)
set(CONNSYNC_PIN_cmocka_BELOW 1.2)
set(CONNSYNC_PIN_cmocka_SHA256 f0ccd8242d55e2fd74b16ba518359151f6f8383ff8aef4976e48393f77bba8b6)
set(CONNSYNC_PIN_cmocka_URL https://cmocka.org/files/1.1/cmocka-1.1.5.tar.xz)
set(CONNSYNC_PIN_cmocka_PACKAGE cmocka)
set(CONNSYNC_PIN_cmocka_PROBE CMakeLists.txt)
set(CONNSYNC_PIN_cmocka_PROBE_VERSION "project\\(cmocka VERSION +([0-9]+)\\.([0-9]+)\\.([0-9]+)")
