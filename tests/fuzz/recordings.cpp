// A user's own data: the first byte says which of the files the rest is: the description, the manifest, the CSV file of
// a skeleton or of a sensor. The others are sound.
#include <array>

#include "data/data_check.hpp"
#include "data/readers/registry.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

namespace fs = std::filesystem;

struct OwnFile {
  const char* name;
  const char* content;
};

constexpr std::array<OwnFile, 4> kFiles = {{
    {"dataset.yaml",
     "manifest: clips.csv\nalign: timestamps\nclasses: [wave, clap]\ntrain_subjects: [1]\n"
     "skeleton:\n  joints: [hip, neck, hand]\n  parents: [null, hip, neck]\n  wrist: hand\n  left_right: [[neck, "
     "hand]]\n"
     "  unit: mm\n  up: z\n  time: 9\n  time_unit: ms\n"
     "sensors:\n  watch: {channels: [ax, ay, az], unit: m/s2, rate: 32, rail: 4, header: true, separator: "
     "semicolon}\n"},
    {"clips.csv",
     "id,subject,label,skeleton,watch,watch_start,trial\none,3,wave,s.csv,w.csv,0.5,1\n\"two\",1,clap,s.csv,w.csv,0,"
     "2\n"},
    {"s.csv", "1,2,3,4,5,6,7,8,9,0\n1,2,3,4,5,6,7,8,19,33\n1,2,3,4,5,6,7,8,19,1500.5\n"},
    {"w.csv", "x;y;z\n0.5;-1;2\n0.5;-1;2\n0.5;-1e0;2.5\n"},
}};

const fs::path& sound_folder() {
  static const testing::TemporaryFolder folder;
  static const fs::path path = [] {
    for (const OwnFile& file : kFiles) testing::write_anew(folder / file.name, file.content);
    return folder.path();
  }();
  return path;
}

void read(std::string_view input) {
  if (input.empty()) return;
  const OwnFile& changed = kFiles[static_cast<unsigned char>(input[0]) % kFiles.size()];
  const fs::path file = sound_folder() / changed.name;
  testing::write_anew(file, input.substr(1));
  struct Restored {
    const fs::path& file;
    const char* content;
    ~Restored() { testing::write_anew(file, content); }
  } const restored{file, changed.content};
  config::DataConfig config;
  config.name = "recordings";
  config.root = sound_folder().string();
  data::readers::check_dataset(config);
}

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < kFiles.size(); ++i) all.push_back(static_cast<char>(i) + std::string(kFiles[i].content));
  return all;
}

const Registered recordings{{"recordings", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
