#include "report/page/learning_curves.hpp"

#include <algorithm>
#include <sstream>

#include "base/file.hpp"
#include "pskd/base/error.hpp"

namespace pskd::report {

namespace {

constexpr const char* kLabel = "label";

std::vector<Json> epochs_of(const std::filesystem::path& metrics) {
  std::istringstream text(read_file(metrics));
  std::vector<Json> epochs;
  for (std::string line; std::getline(text, line);) {
    const Json epoch = Json::parse(line, nullptr, false);
    const bool complete = epoch.is_object() && epoch.contains("epoch") && epoch.contains("loss") &&
                          epoch.contains("train_accuracy") && epoch["epoch"].is_number() && epoch["loss"].is_number() &&
                          epoch["train_accuracy"].is_number();
    if (!complete) {
      throw Error(ErrorKind::data, metrics.string() + ":" + std::to_string(epochs.size() + 1) +
                                       ": expected a JSON object with the numbers epoch, loss and train_accuracy");
    }
    epochs.push_back(epoch);
  }
  if (epochs.empty()) throw Error(ErrorKind::data, metrics.string() + ": expected a line for each epoch, found none");
  return epochs;
}

/// A number, or null.
Json number_at(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_number() ? Json(rounded(found->get<double>(), 4)) : Json(nullptr);
}

Json map_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : Json::object();
}

/// Everyone who taught in some epoch, the label last.
std::vector<std::string> sources_of(const std::vector<Json>& epochs) {
  std::vector<std::string> names;
  for (const Json& epoch : epochs) {
    const Json shares = map_at(epoch, "shares");
    for (const auto& item : shares.items()) {
      if (item.key() != kLabel && std::find(names.begin(), names.end(), item.key()) == names.end()) {
        names.push_back(item.key());
      }
    }
  }
  if (!names.empty()) names.emplace_back(kLabel);
  return names;
}

Json teachers_of(const std::vector<Json>& epochs) {
  const std::vector<std::string> names = sources_of(epochs);
  if (names.empty()) return nullptr;
  Json shares = Json::array();
  for (const std::string& name : names) {
    Json& values = shares.emplace_back(Json::array());
    for (const Json& epoch : epochs) {
      const Json share = number_at(map_at(epoch, "shares"), name.c_str());
      values.push_back(share.is_null() ? Json(0) : share);  // a teacher that is not active in this epoch
    }
  }
  return {{"names", names}, {"shares", shares}};
}

}  // namespace

Json learning_curves(const std::filesystem::path& metrics) {
  const std::vector<Json> epochs = epochs_of(metrics);
  Json curves = {{"epochs", Json::array()}, {"loss", Json::array()}, {"train", Json::array()}, {"val", Json::array()}};
  bool validated = false;
  for (const Json& epoch : epochs) {
    curves["epochs"].push_back(epoch["epoch"]);
    curves["loss"].push_back(number_at(epoch, "loss"));
    curves["train"].push_back(number_at(epoch, "train_accuracy"));
    curves["val"].push_back(number_at(map_at(epoch, "val"), "accuracy"));
    validated = validated || !curves["val"].back().is_null();
  }
  if (!validated) curves["val"] = nullptr;
  curves["teachers"] = teachers_of(epochs);
  return curves;
}

}  // namespace pskd::report
