# pskd_module(<name> USES <targets...> [WITHOUT <folders...>] [TORCH])
#
# A module is src/<name> and tests/<name>, built as pskd::<name>; its public headers are in include/pskd/<name>. A module inside
# another one, such as data/formats, is built as pskd::data_formats, and the outer one names its folder after WITHOUT. USES names
# the modules before it and the libraries it needs. A module that is not named is not linked, and tests/modules_test.cmake holds
# the includes to the same order.
function(pskd_module name)
  cmake_parse_arguments(MODULE "TORCH" "" "USES;WITHOUT" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  foreach(folder IN LISTS MODULE_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "/src/${name}/${folder}/")
  endforeach()
  string(REPLACE "/" "_" module ${name})
  add_library(pskd_${module} STATIC ${sources})
  add_library(pskd::${module} ALIAS pskd_${module})
  target_include_directories(pskd_${module} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src> $<INSTALL_INTERFACE:include>)
  target_link_libraries(pskd_${module} PUBLIC ${MODULE_USES})
  if(MODULE_TORCH)
    pskd_use_torch(pskd_${module})
  endif()
  pskd_own_code(pskd_${module})
  set_target_properties(pskd_${module} PROPERTIES EXPORT_NAME ${module})
  install(TARGETS pskd_${module} EXPORT pskd ARCHIVE DESTINATION lib)
endfunction()

# Torch's headers take ~20 s to parse: every torch target shares the precompiled ones of the first. To load them, and to
# instantiate templates of theirs, takes ~10 s in every file: files are compiled several at a time.
function(pskd_use_torch target)
  target_link_libraries(${target} PUBLIC $<BUILD_INTERFACE:pskd_libtorch> $<INSTALL_INTERFACE:pskd::libtorch>)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${PSKD_UNITY} UNITY_BUILD_BATCH_SIZE 6)
  if(TARGET pskd_torch_headers AND NOT target STREQUAL pskd_torch_headers)
    target_precompile_headers(${target} REUSE_FROM pskd_torch_headers)
  endif()
endfunction()

# Warnings and sanitizers for what we wrote ourselves.
function(pskd_own_code target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # GCC 12 sees overlaps in std::string that are not there
  if(PSKD_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(PSKD_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-omit-frame-pointer
      -Wno-maybe-uninitialized)  # GCC gives false alarms on instrumented code
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  endif()
  if(PSKD_FUZZ)
    set(sanitizers -fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow)
    target_compile_options(${target} PRIVATE ${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer
      -UNDEBUG)  # a failed assertion is a finding
    target_link_options(${target} PUBLIC ${sanitizers})
  endif()
endfunction()
