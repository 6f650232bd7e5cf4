# find_package(pskd): the modules as pskd::config, pskd::model, pskd::train and so on, each with what it needs. The LibTorch that
# pskd was built with is found as in pskd's own build, by CMAKE_PREFIX_PATH where it is not the system's.
include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)
add_library(pskd::libtorch ALIAS pskd_libtorch)
include(${CMAKE_CURRENT_LIST_DIR}/targets.cmake)
