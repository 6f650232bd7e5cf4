// A folder with two recordings of a user's own, of three joints and one watch, for tests to change.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "data/data_check.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "support/dataset_config.hpp"
#include "support/refusal.hpp"
#include "support/replaced.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::testing {

inline const std::string kDescription =
    "manifest: clips.csv\n"                                    // 1
    "align: span\n"                                            // 2
    "skeleton:\n"                                              // 3
    "  joints: [hip, neck, hand]\n"                            // 4
    "  parents: [null, hip, neck]\n"                           // 5
    "  wrist: hand\n"                                          // 6
    "  unit: m\n"                                              // 7
    "  rate: 30\n"                                             // 8
    "sensors:\n"                                               // 9
    "  watch: {channels: [ax, ay, az], unit: g, rate: 32}\n";  // 10

inline const std::string kManifest =
    "id,subject,label,skeleton,watch\n"
    "one,3,wave,s1.csv,w1.csv\n"
    "two,1,clap,s2.csv,w2.csv\n";

// Two recordings of three joints and one watch.
class OwnFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    write("dataset.yaml", kDescription);
    write("clips.csv", kManifest);
    write("s1.csv", "1,2,3,4,5,6,7,8,9\n1,2,3,4,5,6,7,8,19\n");
    write("s2.csv", "0,0,0,0,1,0,0,2,0\n0,0,0,0,1,0,0,2,1\n");
    write("w1.csv", "0.5,-1,2\n0.5,-1,2\n0.5,-1,2.5\n");
    write("w2.csv", "0,0,1\n0,0,1\n0,0,1\n");
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((root_ / name).parent_path());
    write_anew(root_ / name, text);
  }
  void describe(const std::string& old, const std::string& with) const {
    write("dataset.yaml", replaced(kDescription, old, with));
  }
  config::DataConfig config() const { return dataset_config("generic", root_); }
  data::Clip clip(const std::string& id = "one") const {
    for (data::Clip& clip : data::readers::read_dataset(config()).clips) {
      if (clip.id == id) return clip;
    }
    ADD_FAILURE() << id << " is not there";
    return {};
  }
  // What is wrong with the description once `old` is replaced.
  std::string description_problem(const std::string& old, const std::string& with) const {
    describe(old, with);
    return refusal(ErrorKind::config, [&] { data::readers::dataset_info(config()); });
  }
  std::string manifest_problem(const std::string& manifest) const {
    write("clips.csv", manifest);
    return refusal(ErrorKind::data, [&] { data::readers::dataset_info(config()); });
  }
  // What is wrong with the first watch file.
  std::string csv_problem(const std::string& text) const {
    write("w1.csv", text);
    const data::DataCheck check = data::readers::check_dataset(config());
    if (check.broken.size() != 1) return "broken files: " + std::to_string(check.broken.size());
    EXPECT_EQ(check.broken[0].file, root_ / "w1.csv");
    return check.broken[0].problem;
  }

  TemporaryFolder folder_;
  std::filesystem::path root_ = std::filesystem::canonical(folder_.path()) / "own";
};

}  // namespace pskd::testing
