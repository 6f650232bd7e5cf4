// Model files, up to a decision. An input is a payload or its manifest, and is sealed here.
#include "deploy/model_file.hpp"

#include "base/sealed_file.hpp"
#include "base/text.hpp"
#include "deploy/small_model.hpp"
#include "pskd/deploy/recognizer.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

const std::string& sound_file() {
  static const std::string bytes = written_bytes(
      [](const auto& path) { deploy::write_model_file(path, testing::small_manifest(), testing::small_weights()); });
  return bytes;
}

TensorFile sound_content() {
  return read_tensors(std::string_view(sound_file()).substr(kSealBytes), "", ErrorKind::checkpoint);
}

std::string sealed(std::string_view payload) { return make_seal({"model", 1}, payload).append(payload); }

std::string with_manifest(std::string_view text) {
  if (find_invalid_utf8(text)) throw Error(ErrorKind::checkpoint, "no tensor file holds such a text");
  TensorFile content = sound_content();
  content.metadata["manifest"] = text;
  return sealed(tensor_file_bytes(content));
}

void read(std::string_view input) {
  const auto [is_manifest, rest] = choose(input);
  Recognizer recognizer = load_model(input_file(is_manifest ? with_manifest(rest) : sealed(rest)));
  recognizer.classify(std::vector<float>(5 * recognizer.channels().size(), 0.5F));
}

std::vector<std::string> seeds() {
  return {"\1" + sound_content().metadata.at("manifest"), std::string(1, '\0') + sound_file().substr(kSealBytes)};
}

const Registered model_file{{"model_file", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
