# The revision that the program is built with: of the source as it is at the build, "-dirty" where files differ, "unknown" where
# the source is no repository; and nothing is written where the header is right.
#
#   cmake -DROOT=<source folder> -DFOLDER=<folder of its own> -P tests/git_revision_test.cmake
cmake_minimum_required(VERSION 3.22)

find_package(Git REQUIRED)
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER}/source)

function(git)
  execute_process(COMMAND ${GIT_EXECUTABLE} -c user.name=tests -c user.email=tests@localhost ${ARGN} WORKING_DIRECTORY ${FOLDER}/source
                  COMMAND_ERROR_IS_FATAL ANY OUTPUT_VARIABLE output OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect revision)
  execute_process(COMMAND ${CMAKE_COMMAND} -DSOURCE=${FOLDER}/source -DHEADER=${FOLDER}/revision.hpp -DGIT=${GIT_EXECUTABLE}
                          -P ${ROOT}/cmake/git_revision.cmake COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${FOLDER}/revision.hpp text)
  if(NOT text MATCHES "\"${revision}\"\n$")
    message(FATAL_ERROR "expected the revision ${revision}, found ${text}")
  endif()
endfunction()

expect(unknown)
git(init -q)
file(WRITE ${FOLDER}/source/file "one")
git(add file)
git(commit -q -m one)
git(rev-parse --short HEAD)
expect(${output})
file(TIMESTAMP ${FOLDER}/revision.hpp before "%s")
execute_process(COMMAND ${CMAKE_COMMAND} -E sleep 1.1)
expect(${output})
file(TIMESTAMP ${FOLDER}/revision.hpp after "%s")
if(NOT before EQUAL after)
  message(FATAL_ERROR "a header that was right was written again: all that includes it would be compiled anew")
endif()
file(WRITE ${FOLDER}/source/file "two")
expect(${output}-dirty)
message(STATUS "the revision is that of the source at the build")
