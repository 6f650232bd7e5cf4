#include "model/summary.hpp"

#include <ATen/record_function.h>

#include <iomanip>
#include <map>
#include <sstream>

namespace pskd::model {
namespace {

struct Recorded {
  std::string operation;
  const void* weight;
  std::int64_t weights;
  std::vector<std::int64_t> output;
  std::int64_t macs;
};

// RecordFunction callbacks are plain function pointers: what they see goes here while a recording lasts.
thread_local std::vector<Recorded>* recording = nullptr;

/// A convolution with weights [C', ...]: each output is the sum of as many products as a channel has weights.
void record_convolution(const torch::Tensor& weights, const std::vector<std::int64_t>& output) {
  const std::int64_t products = weights.numel() / weights.size(0);
  recording->push_back(
      {"convolution", weights.data_ptr(), weights.numel(), output, c10::multiply_integers(output) * products});
}

/// What a graph convolution is made of: joints mixed by each subset of the adjacency, and a product of their channels.
void record_graph_convolution(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights) {
  const std::int64_t subsets = adjacency.size(0), joints = adjacency.size(1);
  recording->push_back({"joint mixing",
                        adjacency.data_ptr(),
                        adjacency.numel(),
                        {x.size(0), subsets * x.size(1), x.size(2), joints},
                        x.numel() * subsets * joints});
  record_convolution(weights, {x.size(0), weights.size(0), x.size(2), joints});
}

/// Counted as the sums of products of the plain formula; the Winograd kernel needs fewer.
void record_temporal_convolution(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  const std::int64_t frames = (x.size(2) + stride - 1) / stride;
  record_convolution(weights, {x.size(0), weights.size(0), frames, x.size(3)});
}

/// The inputs of an operation. LibTorch 2 gives them away when it has begun.
struct Inputs : at::ObserverContext {
  std::vector<c10::IValue> values;
};

std::unique_ptr<at::ObserverContext> keep_inputs(const at::RecordFunction& function) {
  auto kept = std::make_unique<Inputs>();
  const auto inputs = function.inputs();
  kept->values.assign(inputs.begin(), inputs.end());
  return kept;
}

void record_operation(const at::RecordFunction& function, at::ObserverContext* context) {
  const std::string name = function.name();
  const std::vector<c10::IValue>& inputs = static_cast<const Inputs&>(*context).values;
  if (name == "pskd::graph_convolution") {
    record_graph_convolution(inputs[0].toTensor(), inputs[1].toTensor(), inputs[2].toTensor());
    return;
  }
  if (name == "pskd::temporal_convolution") {
    record_temporal_convolution(inputs[0].toTensor(), inputs[1].toTensor(), inputs[2].toInt());
    return;
  }
  if (name == "aten::bmm") {
    const torch::Tensor output = function.outputs().at(0).toTensor();
    recording->push_back({"pooling", nullptr, 0, output.sizes().vec(), output.numel() * inputs[0].toTensor().size(2)});
    return;
  }
  if (name == "aten::convolution") {
    record_convolution(inputs[1].toTensor(), function.outputs().at(0).toTensor().sizes().vec());
    return;
  }
  if (name != "aten::addmm" && name != "aten::mm") return;
  const torch::Tensor output = function.outputs().at(0).toTensor();
  const torch::Tensor weight = inputs[name == "aten::addmm" ? 2 : 1].toTensor();  // [C, C']
  recording->push_back(
      {"linear", weight.data_ptr(), weight.numel(), output.sizes().vec(), output.numel() * weight.size(0)});
}

/// Records the operations of this thread while it lives.
class Recording {
 public:
  Recording()
      : callback_(at::addThreadLocalCallback(at::RecordFunctionCallback(keep_inputs, record_operation)
                                                 .needsInputs(true)
                                                 .needsOutputs(true)
                                                 .scopes({at::RecordScope::FUNCTION}))) {
    recording = &operations_;
  }
  ~Recording() {
    at::removeCallback(callback_);
    recording = nullptr;
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  const std::vector<Recorded>& operations() const { return operations_; }

 private:
  at::CallbackHandle callback_;
  std::vector<Recorded> operations_;
};

std::vector<Recorded> record(Network& network, const Input& input) {
  const Recording forward;
  network.forward(input);
  return forward.operations();
}

std::string join(const std::vector<std::int64_t>& shape) {
  std::ostringstream text;
  for (std::size_t i = 0; i < shape.size(); ++i) text << (i ? " x " : "") << shape[i];
  return text.str();
}

}  // namespace

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

NetworkSummary summarize_network(Network& network, const Input& input) {
  const torch::NoGradGuard no_grad;
  const bool training = network.is_training();
  network.eval();
  std::map<const void*, std::string> names;
  std::map<std::string, std::int64_t> layer_parameters;
  for (const auto& parameter : network.named_parameters()) {
    const std::string layer = parameter.key().substr(0, parameter.key().rfind('.'));
    names[parameter.value().data_ptr()] = layer;
    layer_parameters[layer] += parameter.value().numel();
  }
  NetworkSummary summary;
  summary.parameters = count_parameters(network);
  std::string layer = "(product)";
  for (const Recorded& operation : record(network, input)) {
    const auto name = names.find(operation.weight);
    // A kernel that a layer lays out anew has an address of its own: it belongs to the layer that was named last.
    const bool known = name != names.end();
    if (known) layer = name->second;
    summary.layers.push_back({layer, operation.operation, operation.output,
                              known ? layer_parameters[layer] : operation.weights, operation.macs});
    summary.macs += operation.macs;
  }
  network.train(training);
  return summary;
}

std::string describe(const NetworkSummary& summary) {
  std::ostringstream text;
  text << std::left << std::setw(32) << "layer" << std::setw(13) << "operation" << std::setw(22) << "output"
       << std::right << std::setw(12) << "parameters" << std::setw(14) << "MACs" << '\n';
  for (const LayerSummary& layer : summary.layers) {
    text << std::left << std::setw(32) << layer.name << std::setw(13) << layer.operation << std::setw(22)
         << join(layer.output) << std::right << std::setw(12) << layer.parameters << std::setw(14) << layer.macs
         << '\n';
  }
  text << std::left << std::setw(67) << "total, batch norm included" << std::right << std::setw(12)
       << summary.parameters << std::setw(14) << summary.macs << '\n';
  return text.str();
}

}  // namespace pskd::model
