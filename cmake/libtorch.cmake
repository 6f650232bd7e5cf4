# Finds LibTorch, the OpenMP runtime that it is built with, and the oneDNN that it shares with us:
#
#   pskd_libtorch         what a target that uses LibTorch links; pskd::libtorch to those who use an installation
#   PSKD_LIBTORCH_VERSION
#   PSKD_ONEDNN_LIBRARY   oneDNN 2 or 3; empty where LibTorch has one inside, which ours must not meet in one process, or where
#                         none is installed: matrix products are LibTorch's own then
#
# The system's LibTorch is found by its package. Another one (an archive of its makers, or the one in a Python wheel) is given by
# CMAKE_PREFIX_PATH, its own folder or torch.utils.cmake_prefix_path. It is not taken by its package, which finds the system's
# libc10 where there is one, and asks for nvcc where it computes on cards; we compile no CUDA code.

set(PSKD_LIBTORCH_FOLDER)
foreach(prefix IN LISTS CMAKE_PREFIX_PATH)
  foreach(root ${prefix} ${prefix}/../..)
    if(NOT PSKD_LIBTORCH_FOLDER AND EXISTS ${root}/share/cmake/Torch/TorchConfig.cmake)
      get_filename_component(PSKD_LIBTORCH_FOLDER ${root} REALPATH)
    endif()
  endforeach()
endforeach()

# LibTorch in `folder`, with what lies in its include/ beside its own headers left out: fmt, oneDNN and others, which would hide
# the system's. The libraries of CUDA are found at start, by the run path of LibTorch's.
function(pskd_libtorch_in folder)
  file(STRINGS ${folder}/share/cmake/Torch/TorchConfig.cmake old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
  if(old_abi)
    message(FATAL_ERROR "the LibTorch in ${folder} is built for the C++ ABI of before GCC 5, which the other libraries do not have: "
                        "take a wheel of LibTorch 2.6 or later, or an archive named 'cxx11 ABI'")
  endif()
  set(headers ${PROJECT_BINARY_DIR}/libtorch/include)
  file(MAKE_DIRECTORY ${headers})
  foreach(own ATen c10 caffe2 torch)
    file(CREATE_LINK ${folder}/include/${own} ${headers}/${own} SYMBOLIC)
  endforeach()
  target_include_directories(pskd_libtorch SYSTEM INTERFACE ${headers} ${headers}/torch/csrc/api/include)
  foreach(part torch torch_cpu torch_cuda c10_cuda c10)
    if(EXISTS ${folder}/lib/lib${part}.so)
      list(APPEND libraries ${folder}/lib/lib${part}.so)
    endif()
  endforeach()
  file(GLOB openmp ${folder}/lib/libgomp*.so* ${folder}/../torch.libs/libgomp*.so*)
  if(openmp)
    list(GET openmp 0 first)
    set(OpenMP_gomp_LIBRARY ${first} CACHE FILEPATH "The OpenMP runtime that LibTorch brings along: two would not share threads")
  endif()
  # The C++ library first: libtorch_cpu.so of a wheel exports the parts of it that old systems lack, std::filesystem among them,
  # and ours must be the system's. None of our symbols is in libtorch_cuda.so, and yet its kernels register themselves when it is
  # loaded.
  target_link_libraries(pskd_libtorch INTERFACE -Wl,--no-as-needed stdc++ ${libraries} -Wl,--as-needed)
  target_link_options(pskd_libtorch INTERFACE -Wl,--allow-shlib-undefined)
endfunction()

add_library(pskd_libtorch INTERFACE)
set(PSKD_ONEDNN_LIBRARY)
if(PSKD_LIBTORCH_FOLDER)
  pskd_libtorch_in(${PSKD_LIBTORCH_FOLDER})
  include(${PSKD_LIBTORCH_FOLDER}/share/cmake/Torch/TorchConfigVersion.cmake)
  set(PSKD_LIBTORCH_VERSION ${PACKAGE_VERSION})
  message(STATUS "LibTorch: ${PSKD_LIBTORCH_FOLDER}; matrix products by LibTorch")
else()
  find_package(Torch REQUIRED)
  set(PSKD_LIBTORCH_VERSION ${Torch_VERSION})
  target_include_directories(pskd_libtorch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  target_link_libraries(pskd_libtorch INTERFACE ${TORCH_LIBRARIES})
  # Looked for by hand: oneDNN's own config asks for OpenCL.
  find_library(PSKD_DNNL dnnl DOC "oneDNN 2 or 3, the library that the system's LibTorch calls")
  if(PSKD_DNNL)
    set(PSKD_ONEDNN_LIBRARY ${PSKD_DNNL})
  endif()
endif()

if(NOT PSKD_FUZZ)  # clang brings no omp.h, and the fuzz targets use no torch
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  target_link_libraries(pskd_libtorch INTERFACE OpenMP::OpenMP_CXX)
endif()
