# What the tests share that plant violations for another script to find.

# Runs `script` on ROOT = `root`, removes what was planted, and fails unless exactly the expected violations are reported. Each
# begins with "file:line: "; `pattern` matches that beginning in the output.
function(expect_violations script root pattern)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -DROOT=${root} -P ${script}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  file(REMOVE_RECURSE ${root})
  if(result EQUAL 0)
    message(FATAL_ERROR "planted violations were accepted:\n${output}")
  endif()
  foreach(expected IN LISTS ARGN)
    string(FIND "${output}" "${expected}" position)
    if(position EQUAL -1)
      message(FATAL_ERROR "a planted violation was not reported: ${expected}\nreported:\n${output}")
    endif()
  endforeach()
  string(REGEX MATCHALL "${pattern}" reported "${output}")
  list(LENGTH reported count)
  list(LENGTH ARGN planted)
  if(NOT count EQUAL planted)
    message(FATAL_ERROR "expected ${planted} reports, found ${count}:\n${output}")
  endif()
endfunction()
