# Shows that modules_test.cmake can fail: plants one violation of each rule and asks for its file and line, beside includes that
# are right and must not be reported.
#
#   cmake -DFOLDER=<scratch folder> -P tests/modules_planted_test.cmake
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/support/expect_violations.cmake)

file(REMOVE_RECURSE ${FOLDER})
file(WRITE ${FOLDER}/include/pskd/data/clip.hpp "#pragma once\n\n#include <vector>\n#include \"pskd/signal/view.hpp\"\n")
file(WRITE ${FOLDER}/src/eval/scores.cpp "#include \"pskd/data/predictions.hpp\"\n#include \"train/runner.hpp\"\n")
file(WRITE ${FOLDER}/src/signal/view.cpp "// An array; a list [1].\n\n  #  include <torch/torch.h>\n")
file(WRITE ${FOLDER}/include/pskd/model/network.hpp "#include <torch/torch.h>\n#include \"model/summary.hpp\"\n")
file(WRITE ${FOLDER}/src/report/table.cpp "#include <ATen/ATen.h>\n#include \"pskd/eval/scores.hpp\"\n")
file(WRITE ${FOLDER}/src/model/network.cpp "#include <torch/torch.h>\n#include \"../distill/loss.hpp\"\n")
file(WRITE ${FOLDER}/src/train/runner.cpp "#include <torch/torch.h>\n#include \"pskd/model/registry.hpp\"\n")
file(WRITE ${FOLDER}/src/data/reader.cpp "#include \"data/clip.hpp\"\n#include \"data/formats/csv.hpp\"\n")
file(WRITE ${FOLDER}/src/data/formats/csv.cpp "#include \"data/clip.hpp\"\n#include \"data/readers/registry.hpp\"\n")
file(WRITE ${FOLDER}/src/data/store/clip_store.cpp "#include \"data/readers/registry.hpp\"\n")
file(WRITE ${FOLDER}/src/common/strings.cpp "#include <string>\n")

expect_violations(${CMAKE_CURRENT_LIST_DIR}/modules_test.cmake ${FOLDER} "(src|include)/[^\n]*:[0-9]+:"
    "include/pskd/data/clip.hpp:4: module 'data' includes pskd/signal/view.hpp"
    "src/data/reader.cpp:2: module 'data' includes data/formats/csv.hpp"
    "src/data/formats/csv.cpp:2: module 'data/formats' includes"
    "src/eval/scores.cpp:2: module 'eval' includes train/runner.hpp"
    "src/signal/view.cpp:3: module 'signal' includes torch/torch.h"
    "src/report/table.cpp:1: module 'report' includes ATen/ATen.h"
    "src/model/network.cpp:2: module 'model' includes ../distill/loss.hpp"
    "include/pskd/model/network.hpp:2: a public header includes"
    "src/common/strings.cpp:1: lies in no module")
