# The warnings that our own code compiles without. Third-party code is compiled with none:
# its warnings are its authors' business, and the list here is stricter than theirs.

option(CONNSYNC_WERROR "Treat warnings in our own code as errors" OFF)

set(CONNSYNC_WARNINGS
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wold-style-definition -Wcast-align -Wcast-qual -Wpointer-arith
    -Wformat=2 -Wundef -Wvla -Wwrite-strings)

function(connsync_warnings target)
    target_compile_options(${target} PRIVATE ${CONNSYNC_WARNINGS})
    if(CONNSYNC_WERROR)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()
