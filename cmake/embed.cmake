# pskd_embed(<target> <symbol> <files...>)
#
# The bytes of the files, one after the other, become constants of the target: from <symbol> to <symbol>_end. The assembler
# reads the files itself, which takes no time; an array of numbers in C++ would take seconds to compile.
function(pskd_embed target symbol)
  set(text ".section .rodata\n.global ${symbol}\n.global ${symbol}_end\n${symbol}:\n")
  foreach(file IN LISTS ARGN)
    string(APPEND text ".incbin \"${file}\"\n")
  endforeach()
  string(APPEND text "${symbol}_end:\n.byte 0\n.section .note.GNU-stack,\"\",%progbits\n")
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S)
  file(CONFIGURE OUTPUT ${source} CONTENT "${text}" @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${ARGN}")
  target_sources(${target} PRIVATE ${source})
endfunction()
