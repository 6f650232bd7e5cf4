#include "deploy/recognizer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "deploy/decision.hpp"
#include "deploy/sensor_network.hpp"
#include "pskd/base/error.hpp"
#include "signal/augmentation.hpp"

namespace pskd {

struct Recognizer::Model {
  std::vector<std::string> classes;
  deploy::SensorInput sensor;
  eval::NoneRule none;
  signal::Statistics statistics;
  std::vector<int> columns;  ///< 0, 1, ...: a window has the channels in their order
  deploy::SensorNetwork network;
};

struct Recognizer::Workspace {
  data::Recording recording;
  std::vector<float> inputs, embeddings, logits;  ///< of all windows of a call
  deploy::SensorNetwork::Workspace network;
};

namespace {

[[noreturn]] void refuse(const std::string& problem) { throw Error(ErrorKind::data, "the window: " + problem); }

void check(Window window, const std::vector<std::string>& channels) {
  constexpr std::size_t kMinSamples = 2;
  if (window.size() % channels.size() != 0) {
    refuse("expected " + std::to_string(channels.size()) + " values a sample, found " + std::to_string(window.size()) +
           " values in all");
  }
  if (window.size() < kMinSamples * channels.size()) refuse("expected at least 2 samples");
  const auto wrong = std::find_if(window.begin(), window.end(), [](float value) { return !std::isfinite(value); });
  if (wrong == window.end()) return;
  const auto at = static_cast<std::size_t>(wrong - window.begin());
  refuse("expected finite values, found NaN or infinity in sample " + std::to_string(at / channels.size() + 1) +
         ", channel " + channels[at % channels.size()]);
}

}  // namespace

Recognizer::Recognizer(std::shared_ptr<const Model> model)
    : model_(std::move(model)), work_(std::make_unique<Workspace>()) {
  work_->network = model_->network.make_workspace();
}
Recognizer::Recognizer(const Recognizer& other) : Recognizer(other.model_) {}
Recognizer::Recognizer(Recognizer&&) noexcept = default;
Recognizer& Recognizer::operator=(Recognizer other) noexcept {
  std::swap(model_, other.model_);
  std::swap(work_, other.work_);
  return *this;
}
Recognizer::~Recognizer() = default;

const std::vector<std::string>& Recognizer::classes() const { return model_->classes; }
const std::vector<std::string>& Recognizer::channels() const { return model_->sensor.channels; }
double Recognizer::rate() const { return model_->sensor.rate; }
int Recognizer::embedding_size() const { return model_->network.embedding_size(); }

Decision Recognizer::classify(Window window) { return std::move(classify(std::vector<Window>{window}).front()); }

std::vector<Decision> Recognizer::classify(const std::vector<Window>& windows) {
  const auto channels = static_cast<Eigen::Index>(model_->sensor.channels.size());
  const std::size_t input = model_->sensor.channels.size() * model_->sensor.frames;
  const std::size_t classes = model_->classes.size(), embedding = embedding_size();
  work_->inputs.resize(windows.size() * input);
  work_->embeddings.resize(windows.size() * embedding);
  work_->logits.resize(windows.size() * classes);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    check(windows[i], model_->sensor.channels);
    work_->recording.sensor = Eigen::Map<const data::Frames>(
        windows[i].data(), static_cast<Eigen::Index>(windows[i].size()) / channels, channels);
    signal::render_sensor(work_->recording, {}, model_->columns, model_->statistics, model_->sensor.frames,
                          {work_->inputs.data() + i * input, input});
  }
  model_->network.forward(work_->inputs.data(), static_cast<std::int64_t>(windows.size()), work_->embeddings.data(),
                          work_->logits.data(), work_->network);
  std::vector<Decision> decisions;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    decisions.push_back(deploy::decision_of({work_->logits.data() + i * classes, classes},
                                            {work_->embeddings.data() + i * embedding, embedding}, model_->none));
  }
  return decisions;
}

Recognizer load_model(const std::filesystem::path& file) {
  return deploy::recognizer_of(deploy::read_model_file(file), file.string());
}

namespace deploy {

Recognizer recognizer_of(const ModelFile& model, const std::string& where) {
  try {
    SensorNetwork network(fold_sensor_cnn(model));
    const SensorInput& sensor = *model.sensor;
    std::vector<int> columns(sensor.channels.size());
    std::iota(columns.begin(), columns.end(), 0);
    return Recognizer(std::make_shared<Recognizer::Model>(Recognizer::Model{model.classes,
                                                                            sensor,
                                                                            model.none.value_or(eval::NoneRule{}),
                                                                            {sensor.mean, sensor.deviation},
                                                                            std::move(columns),
                                                                            std::move(network)}));
  } catch (const Error& error) {
    throw Error(error.kind(), where + ": " + error.what());
  }
}

}  // namespace deploy
}  // namespace pskd
