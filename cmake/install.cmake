# What `cmake --install` puts where. Components, so that a part can be had by itself:
#
#   program       the command line, its manual pages, completions and schemas, licences
#   systemd       units that run it, written for the prefix that is installed to
#   development   libraries, headers, connsync-config.cmake, connsync.pc, licences
#
# An installed archive holds connsync and its own build of mbedTLS; cmake/private_symbols.cmake
# tells how the two stay out of the way of others. docs/embedding.md is for who uses it.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(CONNSYNC_CONFIG_DIR /etc/connsync CACHE PATH "Where the systemd units look for connsync.json")

# The notices that go with every copy: our own, and of what is compiled in.
function(connsync_install_licences component)
    install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT ${component})
    install(FILES ${CONNSYNC_mbedtls_TREE}/LICENSE RENAME LICENSE.mbedtls
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT ${component})
    install(FILES ${CONNSYNC_jsmn_TREE}/LICENSE RENAME LICENSE.jsmn
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT ${component})
endfunction()

# The pages of man/, each in the folder of its section.
function(connsync_install_pages)
    find_program(CONNSYNC_SCDOC scdoc)
    if(NOT CONNSYNC_SCDOC)
        message(STATUS "connsync: there is no scdoc; the manual pages will not be installed")
        return()
    endif()
    set(script ${PROJECT_SOURCE_DIR}/cmake/man_page.cmake)
    set(pages "")
    foreach(name IN ITEMS connsync.1 connsync.json.5)
        set(page ${PROJECT_BINARY_DIR}/${name})
        set(source ${PROJECT_SOURCE_DIR}/man/${name}.scd)
        add_custom_command(OUTPUT ${page}
            COMMAND ${CMAKE_COMMAND} -DSCDOC=${CONNSYNC_SCDOC} -DSOURCE=${source} -DPAGE=${page}
                -P ${script}
            DEPENDS ${source} ${script} COMMENT "Writing the manual page ${name}" VERBATIM)
        list(APPEND pages ${page})
        string(REGEX MATCH "[0-9]$" section ${name})
        install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT program)
    endforeach()
    add_custom_target(connsync_page ALL DEPENDS ${pages})
endfunction()

function(connsync_install_program)
    install(TARGETS connsync COMPONENT program)
    connsync_install_licences(program)
    if(CONNSYNC_musl_TREE)
        install(FILES ${CONNSYNC_musl_TREE}/COPYRIGHT RENAME LICENSE.musl
            DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
    endif()
    connsync_install_pages()
    file(GLOB schemas CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/schemas/*.schema.json)
    install(FILES ${schemas}
        DESTINATION ${CMAKE_INSTALL_DATADIR}/connsync/schemas COMPONENT program)
    set(completions ${PROJECT_SOURCE_DIR}/completions)
    install(FILES ${completions}/connsync.bash RENAME connsync
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
    install(FILES ${completions}/_connsync
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT program)
    install(FILES ${completions}/connsync.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
endfunction()

# A unit names the program by its whole path, which is known when it is installed and not
# before: `cmake --install --prefix` may choose another one.
function(connsync_install_units)
    set(folder ${PROJECT_SOURCE_DIR}/deploy/systemd)
    set(units connsync.service connsync@.service connsync-apply.service connsync-apply.timer)
    install(CODE "
        set(CONNSYNC_CONFIG_DIR \"${CONNSYNC_CONFIG_DIR}\")
        set(CONNSYNC_PROGRAM \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/connsync\")
        file(READ \"${folder}/hardening\" CONNSYNC_HARDENING)
        foreach(unit IN ITEMS ${units})
            configure_file(\"${folder}/\${unit}.in\" \"${PROJECT_BINARY_DIR}/units/\${unit}\" @ONLY)
        endforeach()" COMPONENT systemd)
    list(TRANSFORM units PREPEND ${PROJECT_BINARY_DIR}/units/)
    # Where systemd looks, whatever the folder for libraries is called.
    install(FILES ${units} DESTINATION lib/systemd/system COMPONENT systemd)
endfunction()

# A header includes its neighbours by a path from the root of the repository. Installed it
# names them from where it lies, so that no folder called core/ of whoever uses it can stand
# in for ours, and -I of the prefix's include/ is enough.
function(connsync_install_header header)
    cmake_path(GET header PARENT_PATH folder)
    string(REGEX REPLACE "[^/]+" ".." up ${folder})
    file(READ ${PROJECT_SOURCE_DIR}/${header} text)
    string(REGEX REPLACE "#include \"(core|port|platform)/" "#include \"${up}/\\1/" text "${text}")
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/include/${header} CONTENT "${text}" @ONLY)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${header})
    install(FILES ${PROJECT_BINARY_DIR}/include/${header}
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/connsync/${folder} COMPONENT development)
endfunction()

# <connsync/NAME.h> for one of them.
function(connsync_install_front header)
    cmake_path(GET header FILENAME name)
    set(front ${PROJECT_BINARY_DIR}/include/${name})
    file(CONFIGURE OUTPUT ${front} CONTENT "#include \"${header}\"\n" @ONLY)
    install(FILES ${front} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/connsync COMPONENT development)
endfunction()

function(connsync_install_headers)
    foreach(header IN ITEMS core/connsync.h core/base/session.h core/base/status.h
            port/connsync_port.h)
        connsync_install_header(${header})
    endforeach()
    connsync_install_front(core/connsync.h)
    connsync_install_front(port/connsync_port.h)
    if(TARGET connsync_posix)
        foreach(name IN ITEMS port proxy anchors)
            connsync_install_header(platform/posix/network/posix_${name}.h)
            connsync_install_front(platform/posix/network/posix_${name}.h)
        endforeach()
    endif()
endfunction()

# connsync_archive(TARGET NAME FROM...): libNAME.a as it is installed, out of the objects that
# the targets FROM have compiled already.
function(connsync_archive target name)
    list(TRANSFORM ARGN REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE objects)
    add_library(${target} STATIC ${objects})
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} LINKER_LANGUAGE C
        ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
    target_include_directories(${target} INTERFACE
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/connsync>)
    # An archive is not rebuilt for a change of the script, but for one of the command.
    set(script ${PROJECT_SOURCE_DIR}/cmake/private_symbols.cmake)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
    file(MD5 ${script} revision)
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} -DOBJCOPY=${CMAKE_OBJCOPY}
            -DARCHIVE=$<TARGET_FILE:${target}> -DMAP=${PROJECT_BINARY_DIR}/lib/private-symbols
            -DREVISION=${revision} -P ${script}
        VERBATIM)
    install(TARGETS ${target} EXPORT connsync COMPONENT development)
endfunction()

function(connsync_install_pc name description requires libraries)
    file(RELATIVE_PATH connsync_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
    file(RELATIVE_PATH connsync_to_include ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
        ${CMAKE_INSTALL_FULL_INCLUDEDIR})
    configure_file(cmake/connsync.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endfunction()

function(connsync_install_package)
    set(folder ${CMAKE_INSTALL_LIBDIR}/cmake/connsync)
    install(EXPORT connsync NAMESPACE connsync:: FILE connsync-targets.cmake
        DESTINATION ${folder} COMPONENT development)
    configure_package_config_file(cmake/connsync-config.cmake.in
        ${PROJECT_BINARY_DIR}/connsync-config.cmake INSTALL_DESTINATION ${folder}
        NO_SET_AND_CHECK_MACRO)
    write_basic_package_version_file(${PROJECT_BINARY_DIR}/connsync-config-version.cmake
        COMPATIBILITY SameMinorVersion)
    install(FILES ${PROJECT_BINARY_DIR}/connsync-config.cmake
        ${PROJECT_BINARY_DIR}/connsync-config-version.cmake
        DESTINATION ${folder} COMPONENT development)
endfunction()

function(connsync_install_library)
    connsync_archive(connsync_library connsync connsync_core connsync_mbedtls)
    set_property(TARGET connsync_library PROPERTY EXPORT_NAME connsync)
    connsync_install_pc(connsync "The agent, for a port of one's own" "" "-lconnsync")
    if(TARGET connsync_posix)
        connsync_archive(connsync_posix_library connsync_posix connsync_posix)
        set_property(TARGET connsync_posix_library PROPERTY EXPORT_NAME posix)
        # Its symbols are renamed by the map that the first one makes.
        add_dependencies(connsync_posix_library connsync_library)
        target_link_libraries(connsync_posix_library INTERFACE connsync_library)
        connsync_install_pc(connsync-posix "The port of connsync on a POSIX system"
            "connsync = ${PROJECT_VERSION}" "-lconnsync_posix")
    endif()
    connsync_install_headers()
    connsync_install_package()
    connsync_install_licences(development)
endfunction()

if(TARGET connsync)
    connsync_install_program()
    connsync_install_units()
endif()
if(CONNSYNC_INSTALL_LIBRARY)
    connsync_install_library()
endif()
