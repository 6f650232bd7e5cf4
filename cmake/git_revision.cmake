# Writes the header that says which revision the program is built from: `-dirty` when tracked files differ from it, `unknown`
# where there is no git or the source is not a repository of its own. Run at each build; a header that is right stays as it is, so
# that nothing is compiled anew.
#
#   cmake -DSOURCE=<source folder> -DHEADER=<file> -DGIT=<git> -P cmake/git_revision.cmake
cmake_minimum_required(VERSION 3.22)

set(revision unknown)
if(GIT AND EXISTS ${SOURCE}/.git)  # a file in a worktree
  execute_process(COMMAND ${GIT} describe --always --dirty --exclude=* WORKING_DIRECTORY ${SOURCE}
                  OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(revision ${found})
  endif()
endif()
set(text "#pragma once\n\n#define PSKD_GIT_REVISION \"${revision}\"\n")
set(present)
if(EXISTS ${HEADER})
  file(READ ${HEADER} present)
endif()
if(NOT present STREQUAL text)
  file(WRITE ${HEADER} "${text}")
endif()
