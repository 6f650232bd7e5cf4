# Holds every include in include/pskd/ and src/ to the dependency order of the rooms (ARCHITECTURE: a room may use only the rooms
# above it). Link lines alone do not: all public headers share one include folder.
#
#   cmake -DROOT=<source folder> -P tests/rooms_test.cmake
#
# Fails with one line per violation: file:line: what was included and what may be.
cmake_minimum_required(VERSION 3.22)

set(rooms base config data signal model distill train eval report)
set(torch_rooms model distill train)

# What each room may include: itself and the rooms above; eval and report look at predictions and records, never at training.
set(above)
foreach(room IN LISTS rooms)
  list(APPEND above ${room})
  set(may_include_${room} ${above})
endforeach()
set(may_include_eval base config data eval)
set(may_include_report base config data eval report)

set(violations)

# The line of the first occurrence of `text` in `file`.
function(line_of file text result)
  file(READ ${file} content)
  string(FIND "${content}" "${text}" position)
  string(SUBSTRING "${content}" 0 ${position} before)
  string(REGEX MATCHALL "\n" breaks "${before}")
  list(LENGTH breaks count)
  math(EXPR line "${count} + 1")
  set(${result} ${line} PARENT_SCOPE)
endfunction()

macro(violation file text message)
  line_of(${file} "${text}" line)
  file(RELATIVE_PATH shown ${ROOT} ${file})
  list(APPEND violations "${shown}:${line}: ${message}")
endmacro()

macro(check_include file room text)
  string(REGEX REPLACE ".*[<\"]([^>\"]*)[>\"].*" "\\1" header "${text}")
  if(header MATCHES "^pskd/([^/]+)/")
    if(NOT CMAKE_MATCH_1 IN_LIST may_include_${room})
      string(REPLACE ";" " " allowed "${may_include_${room}}")
      violation(${file} "${text}" "room '${room}' includes ${header}; it may include: ${allowed}")
    endif()
  elseif(header MATCHES "^(torch|ATen|c10|caffe2)/" AND NOT ${room} IN_LIST torch_rooms)
    violation(${file} "${text}" "room '${room}' includes ${header}; only these know torch: model distill train")
  elseif(header MATCHES "(^|/)\\.\\./")
    violation(${file} "${text}" "room '${room}' includes ${header}; other rooms are reached as pskd/<room>/ only")
  endif()
endmacro()

file(GLOB_RECURSE files ${ROOT}/include/pskd/*.hpp ${ROOT}/src/*.hpp ${ROOT}/src/*.cpp)
set(checked 0)
foreach(file IN LISTS files)
  file(RELATIVE_PATH path ${ROOT} ${file})
  string(REGEX MATCH "^(include/pskd|src)/([^/]+)/" matched ${path})
  set(room ${CMAKE_MATCH_2})
  if(NOT room IN_LIST rooms)
    list(APPEND violations "${path}:1: lies in no room; the rooms are: ${rooms}")
    continue()
  endif()
  file(STRINGS ${file} includes REGEX "^[ \t]*#[ \t]*include")
  foreach(include IN LISTS includes)
    check_include(${file} ${room} "${include}")
    math(EXPR checked "${checked} + 1")
  endforeach()
endforeach()

if(checked EQUAL 0)
  message(FATAL_ERROR "no include found below ${ROOT}: is ROOT the source folder?")
endif()
if(violations)
  list(JOIN violations "\n" text)
  message(FATAL_ERROR "rooms out of order:\n${text}")
endif()
message(STATUS "${checked} includes keep the order of the rooms")
