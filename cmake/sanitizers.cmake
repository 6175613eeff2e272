# -DCONNSYNC_SANITIZE=ON builds everything, mbedTLS too, with the address and undefined
# behaviour sanitizers. The first finding ends the program: a test cannot pass over it.

option(CONNSYNC_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

if(CONNSYNC_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()
