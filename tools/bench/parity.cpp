#include <fstream>

#include "benches.hpp"
#include "distill/objective.hpp"
#include "pskd/base/error.hpp"
#include "train/speed.hpp"

namespace {

using Tensors = c10::Dict<std::string, torch::Tensor>;

template <class Config>
Config without_dropout(Config config) {
  config.dropout = config.classifier_dropout = 0;
  return config;
}
pskd::config::FusedConfig without_dropout(const pskd::config::FusedConfig& config) {
  return {without_dropout(config.skeleton), without_dropout(config.sensor)};
}

void note_parameters(Tensors& tensors, const pskd::model::Network& network) {
  for (const auto& item : network.named_parameters())
    tensors.insert("state." + item.key(), item.value().detach().clone());
  for (const auto& item : network.named_buffers()) tensors.insert("state." + item.key(), item.value().clone());
}

void note_output(Tensors& tensors, const std::string& mode, const pskd::model::Output& output) {
  tensors.insert(mode + ".embedding", output.embedding.detach());
  tensors.insert(mode + ".logits", output.logits.detach());
}

void note_gradients(Tensors& tensors, const pskd::model::Network& network) {
  for (const auto& item : network.named_parameters()) {
    if (item.value().grad().defined()) tensors.insert("grad." + item.key(), item.value().grad().clone());
  }
}

/// Outputs in evaluation and in training, loss and gradients.
template <class Loss>
void note_results(Tensors& tensors, pskd::model::Network& network, const pskd::model::Input& input, Loss loss_of) {
  network.eval();
  note_output(tensors, "eval", network.forward(input));
  network.train();
  network.zero_grad(true);  // gradients of earlier steps would keep their precision
  const pskd::model::Output output = network.forward(input);
  note_output(tensors, "train", output);
  const torch::Tensor loss = loss_of(output);
  tensors.insert("loss", loss.detach());
  loss.backward();
  note_gradients(tensors, network);
}

/// Teachers of which some are wrong about a clip, so that clips learn from different ones and from the label.
std::vector<pskd::distill::TeacherOutput> make_teachers(std::size_t count, const torch::Tensor& labels, int classes,
                                                        torch::ScalarType precision) {
  const std::int64_t clips = labels.size(0);
  const torch::Tensor truth = torch::one_hot(labels, classes);
  std::vector<pskd::distill::TeacherOutput> teachers;
  for (std::size_t k = 0; k < count; ++k) {
    teachers.push_back({torch::randn({clips, pskd::config::SensorCnnConfig{}.embedding}, precision),
                        torch::randn({clips, classes}, precision) + 10 * torch::rand({clips, 1}).round() * truth});
  }
  return teachers;
}

void note_teachers(Tensors& tensors, const std::vector<pskd::distill::TeacherOutput>& teachers) {
  for (std::size_t k = 0; k < teachers.size(); ++k) {
    const std::string name = "teacher." + std::to_string(k);
    tensors.insert(name + ".embedding", teachers[k].embedding);
    tensors.insert(name + ".logits", teachers[k].logits);
  }
}

Tensors results(const pskd::config::StageConfig& stage, torch::ScalarType precision) {
  constexpr int kClips = 16;
  const pskd::model::DataShape shape = utd_shape();
  pskd::train::StepBench bench(stage, shape);
  for (int i = 0; i < 3; ++i) bench.step();  // batch norm's first values would hide mistakes
  pskd::model::Network& network = bench.network();
  network.to(precision);
  const pskd::model::Input made_up = pskd::model::example_input(shape, kClips);
  const pskd::model::Input input = {made_up.skeleton.to(precision), made_up.sensor.to(precision)};
  const torch::Tensor labels = torch::randint(shape.classes, {kClips}, torch::kInt64);
  const auto teachers = make_teachers(stage.teachers.size(), labels, shape.classes, precision);
  Tensors tensors;
  tensors.insert("skeleton", input.skeleton);
  tensors.insert("sensor", input.sensor);
  tensors.insert("labels", labels);
  note_teachers(tensors, teachers);
  note_parameters(tensors, network);
  note_results(tensors, network, input, [&](const pskd::model::Output& output) {
    return pskd::distill::objective(output, labels, teachers, stage.loss, {}).loss;
  });
  return tensors;
}

void write_tensors(const std::filesystem::path& file, const Tensors& tensors) {
  const std::vector<char> bytes = torch::pickle_save(tensors);
  std::ofstream stream(file, std::ios::binary);
  if (!stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush()) {
    throw pskd::Error(pskd::ErrorKind::io, file.string() + ": cannot be written");
  }
}

}  // namespace

void write_parity(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (pskd::config::StageConfig stage : measured_stages()) {
    if (stage.precision != pskd::config::Precision::fp32)
      continue;  // what it rounds is far above what parity is held to
    stage.model =
        std::visit([](const auto& model) { return pskd::config::ModelConfig(without_dropout(model)); }, stage.model);
    write_tensors(folder / (stage.name + ".float32.pt"), results(stage, torch::kFloat32));
    write_tensors(folder / (stage.name + ".float64.pt"), results(stage, torch::kFloat64));
  }
}
