// The experiment files, and back to YAML what was taken.
#include "pskd/base/file.hpp"
#include "pskd/config/load.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

void read(std::string_view input) { to_yaml(load_experiment(input_file(input))); }

std::vector<std::string> seeds() {
  const std::filesystem::path folder = PSKD_SOURCE_DIR "/configs";
  std::vector<std::string> texts;
  for (const char* name : {"utd.yaml", "demo.yaml"}) {
    std::string text = read_file(folder / name);
    texts.push_back(to_yaml(load_experiment(folder / name)));
    // The input lies in another folder than the fragments.
    const std::string fragments = "base/";
    const std::string absolute = (folder / fragments).string();
    for (std::size_t at = 0; (at = text.find(fragments, at)) != std::string::npos; at += absolute.size()) {
      text.replace(at, fragments.size(), absolute);
    }
    texts.push_back(text);
  }
  return texts;
}

const Registered config{{"config", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
