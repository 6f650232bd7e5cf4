# What `cmake --install` copies, as one folder that can be moved: the program, its configs, and for C++ the libraries and headers.
install(TARGETS pskd RUNTIME DESTINATION bin)
install(TARGETS pskd_torch RUNTIME DESTINATION libexec/pskd)
install(DIRECTORY configs/ DESTINATION share/pskd/configs)
install(DIRECTORY build/onnxruntime-web/ DESTINATION share/pskd/onnxruntime-web OPTIONAL)  # tools/setup.sh --web fetches it
install(FILES ${PROJECT_BINARY_DIR}/share/bash-completion/completions/pskd DESTINATION share/bash-completion/completions)
install(FILES README.md LICENSE CITATION.cff CHANGELOG.md DESTINATION share/doc/pskd)

set(package lib/cmake/pskd)
install(DIRECTORY include/pskd DESTINATION include)
install(EXPORT pskd NAMESPACE pskd:: FILE targets.cmake DESTINATION ${package})
install(FILES cmake/pskdConfig.cmake cmake/dependencies.cmake cmake/libtorch.cmake DESTINATION ${package})
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pskdConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pskdConfigVersion.cmake DESTINATION ${package})
