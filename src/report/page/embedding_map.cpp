#include "report/page/embedding_map.hpp"

#include <map>

#include "report/projection.hpp"

namespace pskd::report {

namespace {

constexpr int kDigits = 3;

Json column(const Eigen::MatrixX2d& points, Eigen::Index axis) {
  Json values = Json::array();
  for (Eigen::Index row = 0; row < points.rows(); ++row) values.push_back(rounded(points(row, axis), kDigits));
  return values;
}

/// What the stage said about each clip, in the order of `clips`; null when it did not speak about all of them.
Json answers_for(const std::vector<data::Clip>& clips, const std::vector<eval::Prediction>& predictions) {
  std::map<std::string, int> by_clip;
  for (const eval::Prediction& one : predictions) by_clip[one.clip] = one.predicted;
  Json answers = Json::array();
  for (const data::Clip& clip : clips) {
    const auto found = by_clip.find(clip.id);
    if (found == by_clip.end()) return nullptr;
    answers.push_back(found->second);
  }
  return answers;
}

Json stage_map(const RunFacts& facts, const StageEmbeddings& embeddings) {
  const Projection projection = project_to_plane(embeddings.rows);
  Json map = {{"stage", embeddings.stage},
              {"x", column(projection.points, 0)},
              {"y", column(projection.points, 1)},
              {"explained", {rounded(projection.explained[0], 4), rounded(projection.explained[1], 4)}},
              {"predicted", nullptr}};
  const std::vector<eval::StageResult>& stages = facts.record().stages;
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    if (stages[stage].name != embeddings.stage) continue;
    map["predicted"] = answers_for(facts.material.clips, facts.predictions.front()[stage]);
  }
  return map;
}

}  // namespace

Json embedding_map(const RunFacts& facts) {
  if (facts.material.embeddings.empty()) return nullptr;
  Json map = {{"clips", Json::array()}, {"labels", Json::array()}, {"subjects", Json::array()}};
  for (const data::Clip& clip : facts.material.clips) {
    map["clips"].push_back(clip.id);
    map["labels"].push_back(clip.label);
    map["subjects"].push_back(clip.subject);
  }
  map["stages"] = Json::array();
  for (const StageEmbeddings& one : facts.material.embeddings) map["stages"].push_back(stage_map(facts, one));
  return map;
}

}  // namespace pskd::report
