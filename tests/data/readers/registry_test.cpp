// The data sets by name.
#include "data/readers/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "config/describe.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "support/dataset_config.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "synthetic/writers/recordings.hpp"

namespace pskd::data::readers {
namespace {

TEST(Registry, ReadsTheDataSetsThatAConfigMayName) { EXPECT_EQ(dataset_names(), config::dataset_names().choices); }

TEST(Registry, AConfigMayNameTheProtocolsOfEveryDataSet) {
  std::set<std::string> found = {"leave-one-subject-out", "subject-folds", "explicit",
                                 "personal"};  // those of every data set
  for (const std::string name : {"utd-mhad", "berkeley-mhad", "mmact"}) {
    config::DataConfig config = testing::dataset_config(name, "");
    if (name == "mmact") config.cameras = {1, 4};
    for (const auto& [protocol, rule] : dataset_info(config).protocols) found.insert(protocol);
  }
  const std::vector<std::string> names = config::protocol_names().choices;
  EXPECT_EQ(found, std::set<std::string>(names.begin(), names.end()));
}

TEST(Registry, AnUnknownDataSetNamesTheKnownOnes) {
  EXPECT_THAT(testing::refusal(ErrorKind::config, [] { make_reader(testing::dataset_config("utd", "")); }),
              ::testing::HasSubstr("known: utd-mhad berkeley-mhad mmact generic"));
}

TEST(Registry, AConfigOfRecordingsIsOneOfGeneric) {
  const auto read = [](const std::string& name) {
    return config::load_experiment(std::string(PSKD_SOURCE_DIR) + "/configs/generic.yaml", {"data.name=" + name});
  };
  EXPECT_EQ(read("recordings").data.name, "generic");
  EXPECT_EQ(config::to_yaml(read("recordings")), config::to_yaml(read("generic")));
}

TEST(Registry, RecordingsAreStoredAsGeneric) {
  const testing::TemporaryFolder folder;
  synthetic::write_recordings(folder / "own", {.subjects = 1, .trials = 1, .actions = 1});
  const config::DataConfig generic = testing::dataset_config("generic", folder / "own");
  const config::DataConfig recordings = testing::dataset_config("recordings", folder / "own");
  EXPECT_EQ(make_reader(recordings).info.name, "generic");
  EXPECT_EQ(store::store_path(recordings), store::store_path(generic));
  EXPECT_EQ(store::raw_files_hash(recordings), store::raw_files_hash(generic));
}

}  // namespace
}  // namespace pskd::data::readers
