# Renames in an archive every symbol that is not meant for others: NAME becomes
# connsync_private_NAME, unless it begins with connsync_.
#
#   cmake -DNM= -DOBJCOPY= -DARCHIVE=libNAME.a -DMAP=FILE -P private_symbols.cmake
#
# The archive has an mbedTLS in it that is compiled with our own configuration. A program that
# has another one would otherwise get whichever the linker meets first, for both: with structs
# of other sizes. So would a function cs_low() of a driver (for "chip select") meet ours. An
# object stays an object by itself, so the linker still takes only those that are used; one
# large object with local symbols would lose that.
#
# FILE is what was renamed so far: an archive that uses another one is handled after it.

function(connsync_run out)
    execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "connsync: failed: ${ARGN}")
    endif()
    set(${out} "${output}" PARENT_SCOPE)
endfunction()

cmake_path(GET ARCHIVE STEM name)
connsync_run(symbols ${NM} --extern-only --defined-only --format=posix ${ARCHIVE})
# A line is a name, a letter, and numbers; one of another form is the name of an object.
string(REGEX MATCHALL "[^\n]+" lines "${symbols}")
list(FILTER lines INCLUDE REGEX "^[A-Za-z_][A-Za-z0-9_]* [A-Za-z]( |$)")
list(FILTER lines EXCLUDE REGEX "^connsync_")
list(TRANSFORM lines REPLACE "^([^ ]+) .*" "\\1 connsync_private_\\1\n")
list(REMOVE_DUPLICATES lines)
list(JOIN lines "" map)
file(WRITE ${MAP}-${name} "${map}")

# Of all archives: one map has no name twice, since no two archives define the same one.
set(arguments "")
file(GLOB maps ${MAP}-*)
foreach(file IN LISTS maps)
    list(APPEND arguments --redefine-syms=${file})
endforeach()
connsync_run(ignored ${OBJCOPY} --enable-deterministic-archives ${arguments} ${ARCHIVE})
