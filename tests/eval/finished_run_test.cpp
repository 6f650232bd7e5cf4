// A finished run is one whole: what contradicts its record is refused by name.
#include "eval/finished_run.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "pskd/eval/predictions.hpp"
#include "support/example_run.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::eval {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Of this program (sealed) or as pskd 0.5.0 left it.
class FinishedRunFolder : public ::testing::TestWithParam<bool> {
 protected:
  FinishedRunFolder() : run_{testing::ExampleRun().write(folder_.path())} {
    RunRecord record = read_run_record(run_.result());
    if (sealed()) record.files = hash_files(run_, record.stages);
    if (sealed()) record.data_hash = "77";
    write_run_record(run_.result(), record);
  }

  bool sealed() const { return GetParam(); }
  std::string refused() const {
    return testing::refusal(ErrorKind::data, [&] { read_finished_run(run_); });
  }
  void change(const fs::path& file, const std::string& from, const std::string& to) const {
    std::string text = read_file(file);
    text.replace(text.find(from), from.size(), to);
    testing::write_anew(file, text);
  }

  testing::TemporaryFolder folder_;
  RunLayout run_;
};

INSTANTIATE_TEST_SUITE_P(Sealed, FinishedRunFolder, ::testing::Values(true));
INSTANTIATE_TEST_SUITE_P(Older, FinishedRunFolder, ::testing::Values(false));

TEST_P(FinishedRunFolder, IsReadWithTheHashOfItsRecordings) {
  EXPECT_EQ(read_finished_run(run_).data_hash, "77") << "an older record has it from manifest.json";
  fs::remove_all(run_.stages());
  fs::remove(run_.manifest());
  EXPECT_EQ(read_finished_run(run_).data_hash, sealed() ? "77" : "") << "what is missing contradicts nothing";
}

TEST_P(FinishedRunFolder, MayHaveBeenMoved) {
  fs::rename(run_.experiment(), folder_ / "backup");
  EXPECT_EQ(read_finished_run({folder_ / "backup/seed-1/"}).seed, 1U);
}

TEST_P(FinishedRunFolder, OfAnotherSeedThanItsNameIsRefused) {
  fs::rename(run_.folder, run_.experiment() / "seed-2");
  run_ = {run_.experiment() / "seed-2"};
  EXPECT_THAT(refused(), AllOf(HasSubstr("seed-2/result.json"), HasSubstr("'seed'")));
}

TEST_P(FinishedRunFolder, OfAnotherFoldThanItsFolderIsRefused) {
  const RunLayout moved = ExperimentLayout{run_.experiment()}.run(1, "anna");
  fs::create_directories(moved.folder.parent_path());
  fs::rename(run_.folder, moved.folder);
  run_ = moved;
  EXPECT_THAT(refused(), AllOf(HasSubstr("'fold'"), HasSubstr("anna")));
}

TEST_P(FinishedRunFolder, OfAnotherConfigThanItsNameIsRefused) {
  fs::rename(run_.experiment(), run_.experiment().parent_path() / "ffffffffffff");
  run_ = {run_.experiment().parent_path() / "ffffffffffff/seed-1"};
  EXPECT_THAT(refused(), AllOf(HasSubstr("'config_hash'"), HasSubstr("ffffffffffff")));
}

TEST_P(FinishedRunFolder, WithPredictionsOfAnotherModelIsRefused) {
  const fs::path file = run_.stage("student").test_predictions();
  testing::ExampleRun other;
  other.wrong = 0;
  fs::remove(file);
  write_predictions(file, other.predictions(true), other.classes);
  EXPECT_THAT(refused(), HasSubstr(file.string()));
}

TEST_P(FinishedRunFolder, WithPredictionsOfSomeClipsOnlyIsRefused) {
  const fs::path file = run_.stage("student").test_predictions();
  const std::string text = read_file(file);
  testing::write_anew(file, text.substr(0, text.find("clip_9")));
  EXPECT_THAT(refused(), HasSubstr(file.string()));
}

TEST_P(FinishedRunFolder, WithTheManifestOfOtherRecordingsIsRefusedOrNotRecorded) {
  change(run_.manifest(), "\"77\"", "\"78\"");
  if (sealed()) {
    EXPECT_THAT(refused(), HasSubstr(run_.manifest().string()));
  } else {
    EXPECT_EQ(read_finished_run(run_).data_hash, "78") << "the manifest is all there is";
  }
}

TEST_P(FinishedRunFolder, SealsWhatThePageShows) {
  if (!sealed()) GTEST_SKIP() << "older runs have no seal";
  for (const fs::path& file :
       {run_.config(), run_.manifest(), run_.stage("student").metrics(), run_.stage("skeleton").test_predictions()}) {
    const std::string sound = read_file(file);
    testing::write_anew(file, sound + " ");
    EXPECT_THAT(refused(), HasSubstr(file.string()));
    testing::write_anew(file, sound);
  }
  write_file_atomically(run_.stage("student").val_predictions(), "planted");
  EXPECT_THAT(refused(), HasSubstr("does not know this file"));
}

}  // namespace
}  // namespace pskd::eval
