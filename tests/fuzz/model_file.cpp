// Model files, up to a decision.
#include "deploy/model_file.hpp"

#include "deploy/small_model.hpp"
#include "pskd/deploy/recognizer.hpp"
#include "sealed_tensors.hpp"

namespace pskd::fuzz {
namespace {

const std::string& sound_file() {
  static const std::string bytes = written_bytes(
      [](const auto& path) { deploy::write_model_file(path, testing::small_manifest(), testing::small_weights()); });
  return bytes;
}

void read(std::string_view input) {
  Recognizer recognizer = load_model(sealed_input_file({"model", 1}, sound_file(), input));
  recognizer.classify(std::vector<float>(5 * recognizer.channels().size(), 0.5F));
}

std::vector<std::string> seeds() { return seeds_of(sound_file()); }

const Registered model_file{{"model_file", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
