// predictions.csv
#include "pskd/eval/predictions.hpp"

#include "target.hpp"

namespace pskd::fuzz {
namespace {

const std::vector<std::string> kClasses = {"wave", "clap", "throw"};

void read(std::string_view input) { eval::read_predictions(input_file(input), kClasses); }

std::vector<std::string> seeds() {
  const std::vector<eval::Prediction> predictions = {{"a1_s2_t1", 2, 0, 0, {0.5F, 0.25F, 0.25F}},
                                                     {"a2_s4_t1", 4, 1, 2, {1e-9F, 1.0F / 3, 2.0F / 3}}};
  return {written_bytes([&](const auto& file) { eval::write_predictions(file, predictions, kClasses); }),
          written_bytes([&](const auto& file) { eval::write_predictions(file, {}, kClasses); })};
}

const Registered predictions{{"predictions", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
