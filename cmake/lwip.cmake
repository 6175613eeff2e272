# The network of boards: lwIP, and our platform on it. For a cross build and for the host
# alike; whoever links brings an implementation of platform/lwip/connsync_board.h.
#
#   connsync_lwip_stack   lwIP with our settings, as a static library
#   connsync_lwip         platform/lwip without the program (main.c and run.c)

include_guard(DIRECTORY)
include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)

option(CONNSYNC_LWIP_ASSERT "Compile lwIP's assertions in; a failing one halts the board"
    ${CONNSYNC_BUILD_TESTS})
set(CONNSYNC_SNTP_SERVER pool.ntp.org CACHE STRING
    "Time server, as a name or an address, where DHCP offers none")
set(CONNSYNC_BUILD_EPOCH "" CACHE STRING
    "The earliest date that a time server is believed, in seconds since 1970; empty: the build's")

connsync_dependencies(lwip)
connsync_map_folder(${CONNSYNC_lwip_TREE} lwip)
if(CONNSYNC_BUILD_EPOCH)
    set(connsync_epoch ${CONNSYNC_BUILD_EPOCH})
else()
    connsync_source_date(connsync_epoch)
endif()

set(connsync_lwip_folder ${PROJECT_SOURCE_DIR}/platform/lwip)
set(connsync_lwip_core ${CONNSYNC_lwip_TREE}/src/core)
# Neither dns.c nor sntp.c: see platform/lwip/resolver.h and time_client.h.
set(connsync_lwip_stack_sources
    ${connsync_lwip_core}/def.c
    ${connsync_lwip_core}/inet_chksum.c
    ${connsync_lwip_core}/init.c
    ${connsync_lwip_core}/ip.c
    ${connsync_lwip_core}/mem.c
    ${connsync_lwip_core}/memp.c
    ${connsync_lwip_core}/netif.c
    ${connsync_lwip_core}/pbuf.c
    ${connsync_lwip_core}/stats.c
    ${connsync_lwip_core}/tcp.c
    ${connsync_lwip_core}/tcp_in.c
    ${connsync_lwip_core}/tcp_out.c
    ${connsync_lwip_core}/timeouts.c
    ${connsync_lwip_core}/udp.c
    ${connsync_lwip_core}/ipv4/dhcp.c
    ${connsync_lwip_core}/ipv4/etharp.c
    ${connsync_lwip_core}/ipv4/icmp.c
    ${connsync_lwip_core}/ipv4/ip4.c
    ${connsync_lwip_core}/ipv4/ip4_addr.c
    ${CONNSYNC_lwip_TREE}/src/netif/ethernet.c)
file(GLOB connsync_lwip_platform_sources CONFIGURE_DEPENDS ${connsync_lwip_folder}/*.c)
list(FILTER connsync_lwip_platform_sources EXCLUDE REGEX "/(main|run)\\.c$")

# connsync_add_lwip(SUFFIX DEFINITION...): the two libraries, as connsync_lwip_stack<SUFFIX>
# and connsync_lwip<SUFFIX>, with settings of lwipopts.h set otherwise.
function(connsync_add_lwip suffix)
    set(stack connsync_lwip_stack${suffix})
    add_library(${stack} STATIC ${connsync_lwip_stack_sources})
    target_include_directories(${stack} SYSTEM PUBLIC ${CONNSYNC_lwip_TREE}/src/include)
    target_include_directories(${stack} PUBLIC ${connsync_lwip_folder})
    target_compile_definitions(${stack} PUBLIC
        $<$<BOOL:${CONNSYNC_LWIP_ASSERT}>:CONNSYNC_LWIP_ASSERT> ${ARGN})
    target_compile_options(${stack} PRIVATE -w -ffunction-sections -fdata-sections)
    set_target_properties(${stack} PROPERTIES C_STANDARD 11 C_CLANG_TIDY "")

    set(platform connsync_lwip${suffix})
    add_library(${platform} STATIC ${connsync_lwip_platform_sources})
    connsync_own_target(${platform})
    target_include_directories(${platform} PUBLIC ${PROJECT_SOURCE_DIR})
    target_compile_definitions(${platform} PRIVATE
        CONNSYNC_BUILD_EPOCH=INT64_C\(${connsync_epoch}\)
        CONNSYNC_SNTP_SERVER="${CONNSYNC_SNTP_SERVER}")
    target_link_libraries(${platform} PUBLIC ${stack})
endfunction()

if(NOT TARGET connsync_lwip)
    connsync_add_lwip("")
endif()
