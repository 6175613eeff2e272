# Makes a manual page of what stands in man/, by scdoc.
#
#   cmake -DSCDOC= -DSOURCE=man/NAME.SECTION.scd -DPAGE=NAME.SECTION -P man_page.cmake
#
# Two things are done to what scdoc writes, so that names, options and commands can be copied from
# a page of any width. groff hyphenates words again from .TH on, before which scdoc has it stop; and
# it breaks lines behind a "-", and in places shows another sign for it, but not for a "\-".

execute_process(COMMAND ${SCDOC} INPUT_FILE ${SOURCE} OUTPUT_VARIABLE page RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "connsync: scdoc does not take ${SOURCE}")
endif()
string(FIND "${page}" "\n.SH NAME" place)
# What it makes of a list moves to and fro by numbers, which may have a minus.
string(FIND "${page}" "\\h'" moves)
if(place EQUAL -1 OR NOT moves EQUAL -1)
    message(FATAL_ERROR "connsync: ${SOURCE} has a list, or no section NAME")
endif()
string(SUBSTRING "${page}" 0 ${place} head)
string(SUBSTRING "${page}" ${place} -1 body)
string(REPLACE "-" "\\-" body "${body}")
file(WRITE ${PAGE} "${head}\n.nh${body}")
