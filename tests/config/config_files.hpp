// Config files in a temporary folder, and what loading them says.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::testing {

/// The least a config needs.
inline const std::string kSmallest = "stages:\n  student: {model: {name: sensor-cnn}, sees: [sensor]}\n";

class ConfigFiles : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    write_anew(folder_ / name, text);
    return folder_ / name;
  }

  config::Experiment load(const std::string& text, const std::vector<std::string>& overrides = {}) const {
    return config::load_experiment(write("a.yaml", text), overrides);
  }

  /// The lines of the error of loading `text` as a.yaml, the folder taken out; none when it loads.
  std::vector<std::string> problems(const std::string& text, const std::vector<std::string>& overrides = {}) const {
    return problems_of_file(write("a.yaml", text), overrides);
  }

  std::vector<std::string> problems_of_file(const std::filesystem::path& file,
                                            const std::vector<std::string>& overrides = {}) const {
    try {
      config::load_experiment(file, overrides);
      return {};
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::config);
      return lines_of(error.what());
    }
  }

  const TemporaryFolder folder_;

 private:
  std::vector<std::string> lines_of(std::string message) const {
    const std::string prefix = folder_.path().string() + "/";
    for (std::size_t at; (at = message.find(prefix)) != std::string::npos;) message.erase(at, prefix.size());
    std::vector<std::string> lines;
    for (std::size_t start = 0; start <= message.size();) {
      const std::size_t end = std::min(message.find('\n', start), message.size());
      lines.push_back(message.substr(start, end - start));
      start = end + 1;
    }
    return lines;
  }
};

}  // namespace pskd::testing
