// The experiment files, and back to YAML what was taken.
#include "base/file.hpp"
#include "pskd/config/load.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

void read(std::string_view input) { config::to_yaml(config::load_experiment(input_file(input))); }

std::vector<std::string> seeds() {
  const std::filesystem::path folder = PSKD_SOURCE_DIR "/configs";
  // The input lies in another folder than the fragments.
  std::string with_fragments = read_file(folder / "utd.yaml");
  const std::string fragments = "base/";
  const std::string absolute = (folder / fragments).string();
  for (std::size_t at = 0; (at = with_fragments.find(fragments, at)) != std::string::npos; at += absolute.size()) {
    with_fragments.replace(at, fragments.size(), absolute);
  }
  return {with_fragments, config::to_yaml(config::load_experiment(folder / "utd.yaml")),
          config::to_yaml(config::load_experiment(folder / "demo.yaml"))};
}

const Registered config{{"config", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
