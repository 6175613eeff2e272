# -DCONNSYNC_SANITIZE=ON builds everything, mbedTLS too, with the address and undefined
# behaviour sanitizers. The first finding ends the program: a test cannot pass over it.

option(CONNSYNC_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

if(CONNSYNC_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()

# A fuzzer is led by what its inputs reach: the code that is looked at has to report that,
# and not only the few lines that feed it.
option(CONNSYNC_FUZZ "Build the libFuzzer targets (clang), and the rest to report coverage" OFF)

if(CONNSYNC_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
    add_link_options(-fsanitize=fuzzer-no-link)
endif()
