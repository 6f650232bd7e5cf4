# Shows that links_test.cmake can fail: plants one violation of each rule and asks for its file and line, beside links that are right
# and must not be reported.
#
#   cmake -DFOLDER=<scratch folder> -P tests/docs/links_planted_test.cmake
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/../support/expect_violations.cmake)

file(REMOVE_RECURSE ${FOLDER})
string(REPEAT "line\n" 148 long)
file(WRITE ${FOLDER}/README.md "# A\n\n[docs](docs/a.md#two-words), [gone](docs/gone.md) [folder](docs/)\n${long}")
file(WRITE ${FOLDER}/docs/a.md
  "# `Two` words\n\n## Twice\n\n## Twice\n\n"
  "[right](#twice-1); [[wrong](#twice-2)\n"
  "[up](../README.md#a) [web](https://example.org/#x) `[code](no.md)`\n\n"
  "```sh\n[code](no.md) tools/gone.sh\n# comment\n```\n"
  "[a comment is no heading](#comment)\n")
file(WRITE ${FOLDER}/docs/dev/b.md "`configs/a.yaml`, configs/<name>.yaml; configs/gone.yaml\n[outside](../../../elsewhere.md)\n```\n")
file(WRITE ${FOLDER}/configs/a.yaml "")
file(WRITE ${FOLDER}/../elsewhere.md "")
file(WRITE ${FOLDER}/CHANGELOG.md "[right](docs/dev/b.md)\n")

expect_violations(${CMAKE_CURRENT_LIST_DIR}/links_test.cmake ${FOLDER} "[a-zA-Z/]+\\.md:[0-9]+:"
    "README.md:3: dead link: docs/gone.md"
    "README.md:151: expected at most 150 lines, found 151"
    "docs/a.md:7: dead anchor: #twice-2"
    "docs/a.md:11: names tools/gone.sh"
    "docs/a.md:14: dead anchor: #comment"
    "docs/dev/b.md:1: names configs/gone.yaml"
    "docs/dev/b.md:2: dead link: ../../../elsewhere.md"
    "docs/dev/b.md:3: a block of code is not closed")
file(REMOVE ${FOLDER}/../elsewhere.md)
