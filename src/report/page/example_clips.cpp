#include "report/page/example_clips.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace pskd::report {

namespace {

constexpr std::size_t kClipsShown = 6;
constexpr int kFramesShown = 5;
constexpr Eigen::Index kSamplesShown = 160;

/// A clip that the student gets wrong and some teacher right.
struct Example {
  const eval::Prediction* student;
  std::vector<std::pair<std::string, const eval::Prediction*>>
      teachers;  ///< with the stage's name; right and wrong ones
};

std::vector<std::pair<std::string, std::map<std::string, const eval::Prediction*>>> teacher_answers(
    const RunFacts& facts) {
  std::vector<std::pair<std::string, std::map<std::string, const eval::Prediction*>>> answers;
  const std::vector<eval::StageResult>& stages = facts.record().stages;
  for (const std::string& teacher : facts.teachers) {
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
      if (stages[stage].name != teacher) continue;
      auto& by_clip = answers.emplace_back(teacher, std::map<std::string, const eval::Prediction*>{}).second;
      for (const eval::Prediction& one : facts.predictions.front()[stage]) by_clip[one.clip] = &one;
    }
  }
  return answers;
}

double confidence(const eval::Prediction& prediction) {
  return prediction.probabilities[static_cast<std::size_t>(prediction.predicted)];
}

/// The surest mistakes first.
std::vector<Example> mistakes(const RunFacts& facts) {
  const auto teachers = teacher_answers(facts);
  std::vector<Example> found;
  for (const eval::Prediction& student : facts.predictions.front()[facts.student]) {
    if (student.predicted == student.label) continue;
    Example example{&student, {}};
    bool right = false;
    for (const auto& [name, by_clip] : teachers) {
      const auto answer = by_clip.find(student.clip);
      if (answer == by_clip.end()) continue;
      example.teachers.emplace_back(name, answer->second);
      right = right || answer->second->predicted == answer->second->label;
    }
    if (right) found.push_back(example);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Example& a, const Example& b) { return confidence(*a.student) > confidence(*b.student); });
  return found;
}

/// One of each class, then the rest.
std::vector<Example> varied(const std::vector<Example>& examples) {
  std::set<int> seen;
  std::vector<Example> chosen, rest;
  for (const Example& one : examples) (seen.insert(one.student->label).second ? chosen : rest).push_back(one);
  chosen.insert(chosen.end(), rest.begin(), rest.end());
  chosen.resize(std::min(chosen.size(), kClipsShown));
  return chosen;
}

bool is_found(const data::Clip& clip, const data::Topology& topology, Eigen::Index row, std::size_t joint) {
  return topology.dimensions == 3 || clip.skeleton(row, static_cast<Eigen::Index>(3 * joint + 2)) > 0;
}

/// x of the body's center or, where the camera did not find that joint, of the first one that it found; m.
float center_of(const data::Clip& clip, const data::Topology& topology, Eigen::Index row) {
  auto joint = static_cast<std::size_t>(topology.center);
  for (std::size_t other = 0; !is_found(clip, topology, row, joint) && other < topology.joints.size(); ++other) {
    if (is_found(clip, topology, row, other)) joint = other;
  }
  return clip.skeleton(row, static_cast<Eigen::Index>(3 * joint));
}

/// [V][2] in mm, seen by the camera, the body's center at x = 0; null for a joint that the camera did not find.
Json pose(const data::Clip& clip, const data::Topology& topology, Eigen::Index row) {
  const float center = center_of(clip, topology, row);
  Json joints = Json::array();
  for (std::size_t joint = 0; joint < topology.joints.size(); ++joint) {
    const auto column = static_cast<Eigen::Index>(3 * joint);
    const float x = clip.skeleton(row, column), y = clip.skeleton(row, column + 1);
    joints.push_back(is_found(clip, topology, row, joint)
                         ? Json{std::lround(1000 * (x - center)), std::lround(1000 * y)}
                         : Json(nullptr));
  }
  return joints;
}

Json poses(const data::Clip& clip, const data::Topology& topology) {
  Json frames = Json::array();
  for (int frame = 0; frame < kFramesShown; ++frame) {
    const double share = static_cast<double>(frame) / (kFramesShown - 1);
    frames.push_back(pose(clip, topology, std::lround(share * static_cast<double>(clip.skeleton.rows() - 1))));
  }
  return frames;
}

Json trace(const data::Clip& clip) {
  const Eigen::Index samples = std::min(clip.sensor.rows(), kSamplesShown);
  Json channels = Json::array();
  for (Eigen::Index channel = 0; channel < clip.sensor.cols(); ++channel) {
    Json& values = channels.emplace_back(Json::array());
    for (Eigen::Index sample = 0; sample < samples; ++sample) {
      const Eigen::Index row = samples < 2 ? 0 : sample * (clip.sensor.rows() - 1) / (samples - 1);
      values.push_back(rounded(clip.sensor(row, channel), 3));
    }
  }
  return channels;
}

Json answer(const std::string& stage, const eval::Prediction& prediction) {
  return {{"stage", stage}, {"predicted", prediction.predicted}, {"probability", rounded(confidence(prediction), 3)}};
}

Json describe(const Example& example, const std::string& student, const data::Clip& clip,
              const data::Topology& topology) {
  Json answers = Json::array({answer(student, *example.student)});
  for (const auto& [name, prediction] : example.teachers) answers.push_back(answer(name, *prediction));
  return {{"clip", clip.id},    {"subject", clip.subject},         {"truth", example.student->label},
          {"answers", answers}, {"frames", poses(clip, topology)}, {"trace", trace(clip)}};
}

Json bones_of(const data::Topology& topology) {
  Json bones = Json::array();
  for (std::size_t joint = 0; joint < topology.parents.size(); ++joint) {
    if (topology.parents[joint] >= 0) bones.push_back({topology.parents[joint], joint});
  }
  return bones;
}

/// The joint of this name; null in a skeleton without one.
Json head_of(const data::Topology& topology) {
  const auto head = std::find(topology.joints.begin(), topology.joints.end(), "head");
  return head == topology.joints.end() ? Json(nullptr) : Json(head - topology.joints.begin());
}

}  // namespace

Json example_clips(const RunFacts& facts) {
  const RunMaterial& material = facts.material;
  if (material.clips.empty() || facts.teachers.empty() || facts.predictions.front()[facts.student].empty()) {
    return nullptr;
  }
  std::map<std::string, const data::Clip*> by_id;
  for (const data::Clip& clip : material.clips) by_id[clip.id] = &clip;
  Json clips = Json::array();
  for (const Example& example : varied(mistakes(facts))) {
    const auto clip = by_id.find(example.student->clip);
    if (clip == by_id.end() || clip->second->skeleton.rows() == 0 || clip->second->sensor.rows() == 0) continue;
    clips.push_back(describe(example, facts.record().stages[facts.student].name, *clip->second, material.topology));
  }
  return {{"clips", clips},
          {"skeleton",
           {{"bones", bones_of(material.topology)},
            {"wrist", material.topology.wrist},
            {"head", head_of(material.topology)}}},
          {"channels", material.channels}};
}

}  // namespace pskd::report
