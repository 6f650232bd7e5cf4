// Where the parts of pskd lie beside the program that runs: bin/, libexec/pskd/ and share/pskd/, wherever they are
// moved to. The build folder has the same layout.
#pragma once

#include <filesystem>
#include <string>

/// The folder that has these. Throws Error(io) where the system does not say what program runs.
std::filesystem::path installation_folder();

/// The folder of the shipped configs.
std::filesystem::path shipped_configs();

/// The shipped config of that name: share/pskd/configs/<name>, or with .yaml; `name` itself where it is a file or no
/// such config is shipped. Where there is no folder configs/, `name` may begin with it.
std::string file_or_shipped_config(const std::string& name);

/// What is wrong with the name of a config that is neither a file nor shipped, and which shipped one is near; empty:
/// it is a file.
std::string config_problem(const std::string& name);
