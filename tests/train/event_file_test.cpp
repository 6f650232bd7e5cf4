#include "train/logging/event_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/events.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::train {
namespace {

TEST(EventFile, IsReadWithTheKnownChecksum) { EXPECT_EQ(testing::crc32c("123456789"), 0xE3069283U); }

TEST(EventFile, TellsWhatMetricsTell) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "metrics.jsonl")
      << R"({"epoch":1,"lr":0.002,"loss":3.25,"train_accuracy":0.125,"shares":{"skeleton":0.75,"label":0.25},)"
      << R"("val":{"accuracy":0.5},"seconds":1.5})" << '\n'
      << R"({"epoch":300,"lr":0,"loss":1e-30,"train_accuracy":1,"seconds":400.25})" << '\n';
  write_event_file({folder.path()});
  testing::expect_events_of_metrics(folder.path());
}

TEST(EventFile, IsAppendedToRecordByRecord) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "metrics.jsonl") << "";
  const double start = write_event_file({folder.path()});
  const std::string line = R"({"epoch":1,"lr":0.5,"loss":2,"train_accuracy":0.25,"seconds":3})";
  std::ofstream(folder / "metrics.jsonl") << line << '\n';
  std::ofstream(StageLayout{folder.path()}.events(), std::ios::app)
      << epoch_record(nlohmann::ordered_json::parse(line), start);
  testing::expect_events_of_metrics(folder.path());
}

TEST(EventFile, SaysWhichLineOfMetricsIsBroken) {
  const testing::TemporaryFolder folder;
  for (const char* broken : {"{", R"({"epoch":2})", R"({"epoch":2,"seconds":3,"loss":"none"})"}) {
    std::ofstream(folder / "metrics.jsonl")
        << R"({"epoch":1,"lr":0.5,"loss":2,"train_accuracy":0.25,"seconds":3})" << '\n'
        << broken << '\n';
    const std::string told = testing::refusal(ErrorKind::data, [&] { write_event_file({folder.path()}); });
    EXPECT_NE(told.find("metrics.jsonl: line 2"), std::string::npos) << told;
  }
  EXPECT_FALSE(std::filesystem::exists(StageLayout{folder.path()}.events()));
}

}  // namespace
}  // namespace pskd::train
