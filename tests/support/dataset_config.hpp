// The config of a data set in a folder.
#pragma once

#include <filesystem>
#include <string>

#include "pskd/config/experiment.hpp"

namespace pskd::testing {

inline config::DataConfig dataset_config(const std::string& name, const std::filesystem::path& root) {
  config::DataConfig config;
  config.name = name;
  config.root = root.string();
  return config;
}
inline config::DataConfig utd_config(const std::filesystem::path& root) { return dataset_config("utd-mhad", root); }

}  // namespace pskd::testing
