#include "distill/teachers.hpp"

#include <algorithm>
#include <set>

#include "distill/answer_file.hpp"
#include "distill/baselines.hpp"
#include "model/fused.hpp"
#include "pskd/base/error.hpp"

namespace pskd {
namespace {

constexpr std::int64_t kAskBatch = 64;

/// Part `step` of `steps` equal parts of 0 .. epochs.
std::pair<int, int> part_of(int epochs, int step, int steps) {
  return {epochs * step / steps, epochs * (step + 1) / steps};
}

std::vector<TeacherRef> follow_trajectory(const TeacherRef& teacher, int teacher_epochs, int epochs, int steps) {
  std::vector<TeacherRef> schedule;
  for (int step = 0; step < steps; ++step) {
    TeacherRef part = teacher;
    part.epochs = part_of(epochs, step, steps);
    if (step + 1 < steps) part.snapshot = "epoch-" + std::to_string(std::max(1, teacher_epochs * (step + 1) / steps));
    schedule.push_back(part);
  }
  return schedule;
}

std::vector<TeacherRef> move_weights(const StageConfig& stage, const ProgressConfig& progress) {
  const auto count = static_cast<int>(stage.teachers.size());
  std::vector<TeacherRef> schedule;
  for (int step = 0; step < progress.steps; ++step) {
    const double moved = progress.steps > 1 ? static_cast<double>(step) / (progress.steps - 1) : 0.5;
    const double towards_far = progress.from == "near" ? moved : 1 - moved;
    for (int k = 0; k < count; ++k) {
      const double nearness = count > 1 ? static_cast<double>(k) / (count - 1) : 0.5;
      TeacherRef part = stage.teachers[k];
      part.weight *= (1 - towards_far) * nearness + towards_far * (1 - nearness);
      part.epochs = part_of(stage.epochs, step, progress.steps);
      if (part.weight > 0) schedule.push_back(part);
    }
  }
  return schedule;
}

/// What cannot be kept (a full disk, a folder that a finished sweep removes) is asked for again: nothing is lost.
void keep(const std::filesystem::path& file, const TeacherOutput& answers) {
  try {
    write_answers(file, answers);
  } catch (const Error&) {
  }
}

}  // namespace

std::vector<TeacherRef> schedule_teachers(const StageConfig& stage, const Experiment& experiment) {
  if (experiment.progress.mode == "weights") return move_weights(stage, experiment.progress);
  std::vector<TeacherRef> schedule;
  for (TeacherRef teacher : stage.teachers) {
    if (experiment.progress.mode == "trajectory") {
      const int teacher_epochs = find_stage(experiment, teacher.stage).epochs;
      const auto parts = follow_trajectory(teacher, teacher_epochs, stage.epochs, experiment.progress.steps);
      schedule.insert(schedule.end(), parts.begin(), parts.end());
      continue;
    }
    if (teacher.epochs == std::pair{0, 0}) teacher.epochs = {0, stage.epochs};
    schedule.push_back(teacher);
  }
  return schedule;
}

std::vector<int> snapshot_epochs(const std::string& stage, const Experiment& experiment) {
  const std::vector<int>& own = find_stage(experiment, stage).snapshots;
  std::set<int> epochs(own.begin(), own.end());
  const std::string prefix = "epoch-";
  for (const StageConfig& learner : experiment.stages) {
    for (const TeacherRef& teacher : schedule_teachers(learner, experiment)) {
      if (teacher.stage != stage || !teacher.snapshot.starts_with(prefix)) continue;
      epochs.insert(std::stoi(teacher.snapshot.substr(prefix.size())));
    }
  }
  return {epochs.begin(), epochs.end()};
}

TeacherOutput ask(Network& network, const Input& input) {
  const torch::NoGradGuard no_grad;
  network.eval();
  const torch::Tensor& any = input.sensor.defined() ? input.sensor : input.skeleton;
  std::vector<torch::Tensor> embeddings, logits, attention;
  for (std::int64_t first = 0; first < any.size(0); first += kAskBatch) {
    const std::int64_t count = std::min(kAskBatch, any.size(0) - first);
    Output output = network.forward(narrow(input, first, count));
    embeddings.push_back(output.embedding);
    logits.push_back(output.logits);
    if (output.features.defined()) attention.push_back(temporal_attention(output.features));
  }
  TeacherOutput answer{torch::cat(embeddings), torch::cat(logits)};
  if (!attention.empty()) answer.attention = torch::cat(attention);
  return answer;
}

TeacherOutput select_clips(const TeacherOutput& output, const torch::Tensor& clips) {
  const auto of = [&](const torch::Tensor& tensor) {
    return tensor.defined() ? tensor.index_select(0, clips) : tensor;
  };
  return {of(output.embedding), of(output.logits), output.weight, of(output.attention), output.stage};
}

std::vector<std::size_t> TargetBank::active(int epoch) const {
  std::vector<std::size_t> result;
  for (std::size_t k = 0; k < teachers_.size(); ++k) {
    const auto [first, end] = teachers_[k].reference.epochs;
    if (first <= epoch && epoch < end) result.push_back(k);
  }
  return result;
}

TargetBank::TargetBank(std::vector<Teacher> teachers) : teachers_(std::move(teachers)) {
  for (const Teacher& teacher : teachers_) branches_.push_back(branch_of(*teacher.network));
}

std::optional<std::size_t> TargetBank::branch_of(const Network& network) const {
  const auto* fused = dynamic_cast<const Fused*>(&network);
  if (fused == nullptr) return std::nullopt;
  for (std::size_t k = 0; k < teachers_.size(); ++k) {
    if (fused->branch_equals(*teachers_[k].network)) return k;
  }
  return std::nullopt;
}

std::filesystem::path TargetBank::file_of(std::size_t teacher) const {
  std::filesystem::path file = teachers_[teacher].answers;
  file += std::string("-").append(std::to_string(view_)).append(".answers");
  return file;
}

std::vector<std::size_t> TargetBank::recall(const std::vector<std::size_t>& teachers, int view) {
  view_ = view;
  known_.clear();
  std::vector<std::size_t> silent;
  for (const std::size_t teacher : teachers) {
    if (std::optional<TeacherOutput> answer = read_answers(file_of(teacher))) {
      known_[teacher] = std::move(*answer);
    } else {
      silent.push_back(teacher);
    }
  }
  return silent;
}

std::vector<TeacherOutput> TargetBank::answers(const std::vector<std::size_t>& teachers, const Input& input) {
  for (const bool with_branch : {false, true}) {  // branches are asked before the networks they are part of
    for (const std::size_t teacher : teachers) {
      if (known_.contains(teacher) || branches_[teacher].has_value() != with_branch) continue;
      Input seen = input;
      const auto branch = with_branch ? known_.find(*branches_[teacher]) : known_.end();
      if (branch != known_.end()) seen.skeleton_embedding = branch->second.embedding;
      known_[teacher] = ask(*teachers_[teacher].network, seen);
      keep(file_of(teacher), known_[teacher]);
    }
  }
  std::vector<TeacherOutput> outputs;
  for (const std::size_t teacher : teachers) {
    TeacherOutput& output = outputs.emplace_back(known_[teacher]);
    output.weight = teachers_[teacher].reference.weight;
    output.stage = teachers_[teacher].reference.stage;
  }
  return outputs;
}

}  // namespace pskd
