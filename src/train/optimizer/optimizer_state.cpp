#include "train/optimizer/optimizer_state.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "ops/libtorch.hpp"
#include "pskd/base/error.hpp"

namespace pskd::train {
namespace {

using State = std::unique_ptr<torch::optim::OptimizerParamState>;
using torch::optim::AdamWParamState;
using torch::optim::SGDParamState;

constexpr const char* kMean = "/exp_avg";
constexpr const char* kSquare = "/exp_avg_sq";
constexpr const char* kStep = "/step";
constexpr const char* kMomentum = "/momentum";

std::vector<torch::Tensor> parameters_of(const torch::optim::Optimizer& optimizer) {
  std::vector<torch::Tensor> all;
  for (const torch::optim::OptimizerParamGroup& group : optimizer.param_groups()) {
    all.insert(all.end(), group.params().begin(), group.params().end());
  }
  return all;
}

void add_state(const std::string& number, const torch::optim::OptimizerParamState& state, OptimizerState& result) {
  if (const auto* adamw = dynamic_cast<const AdamWParamState*>(&state)) {
    result[number + kMean] = adamw->exp_avg();
    result[number + kSquare] = adamw->exp_avg_sq();
    result[number + kStep] = torch::tensor(adamw->step(), torch::kInt64);
  } else if (const auto* sgd = dynamic_cast<const SGDParamState*>(&state)) {
    if (sgd->momentum_buffer().defined()) result[number + kMomentum] = sgd->momentum_buffer();
  }
}

/// The states of a file, taken one by one.
class Taker {
 public:
  explicit Taker(const OptimizerState& state) : left_(state) {}

  bool has(const std::string& name) const { return left_.contains(name); }
  std::size_t left() const { return left_.size(); }
  const std::string& first_left() const { return left_.begin()->first; }

  /// A tensor with the shape and type of `like`, and where `like` is.
  torch::Tensor take(const std::string& name, const torch::Tensor& like) {
    const auto found = left_.find(name);
    if (found == left_.end() || found->second.sizes() != like.sizes() ||
        found->second.scalar_type() != like.scalar_type()) {
      throw Error(ErrorKind::checkpoint, "holds no 'optimizer/" + name + "' of the parameter's shape");
    }
    return left_.extract(found).mapped().to(like.device());
  }

 private:
  OptimizerState left_;
};

/// The state of a parameter; null where the file has none of it.
State take_state(const std::string& number, const torch::Tensor& parameter, bool adamw, Taker& taker) {
  if (adamw && (taker.has(number + kMean) || taker.has(number + kSquare) || taker.has(number + kStep))) {
    auto state = std::make_unique<AdamWParamState>();
    state->exp_avg(taker.take(number + kMean, parameter));
    state->exp_avg_sq(taker.take(number + kSquare, parameter));
    state->step(taker.take(number + kStep, torch::empty({}, torch::kInt64)).item<std::int64_t>());
    if (state->step() < 0) throw Error(ErrorKind::checkpoint, "'optimizer/" + number + kStep + "' is negative");
    return state;
  }
  if (!adamw && taker.has(number + kMomentum)) {
    auto state = std::make_unique<SGDParamState>();
    state->momentum_buffer(taker.take(number + kMomentum, parameter));
    return state;
  }
  return nullptr;
}

}  // namespace

OptimizerState optimizer_state(const torch::optim::Optimizer& optimizer) {
  OptimizerState result;
  const std::vector<torch::Tensor> parameters = parameters_of(optimizer);
  for (std::size_t n = 0; n < parameters.size(); ++n) {
    const auto found = optimizer.state().find(ops::state_key(parameters[n]));
    if (found != optimizer.state().end()) add_state(std::to_string(n), *found->second, result);
  }
  return result;
}

void set_optimizer_state(torch::optim::Optimizer& optimizer, const OptimizerState& state) {
  const bool adamw = dynamic_cast<torch::optim::AdamW*>(&optimizer) != nullptr;
  Taker taker(state);
  std::vector<std::pair<torch::Tensor, State>> states;  // by parameter
  const std::vector<torch::Tensor> parameters = parameters_of(optimizer);
  for (std::size_t n = 0; n < parameters.size(); ++n) {
    State one = take_state(std::to_string(n), parameters[n], adamw, taker);
    if (one) states.emplace_back(parameters[n], std::move(one));
  }
  if (taker.left() > 0) {
    throw Error(ErrorKind::checkpoint,
                "holds 'optimizer/" + taker.first_left() + "', which is not this optimizer's; was another one used?");
  }
  optimizer.state().clear();
  for (auto& [parameter, one] : states) optimizer.state()[ops::state_key(parameter)] = std::move(one);
}

}  // namespace pskd::train
