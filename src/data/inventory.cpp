#include "data/inventory.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "base/text.hpp"

namespace pskd::data {
namespace {

struct Published {
  std::string id, subject, trial, action;
  bool missing = false;
};

std::vector<Published> published_recordings(const Reader& reader, const std::vector<RecordingFiles>& recordings) {
  std::set<std::string> present;
  for (const RecordingFiles& files : recordings) present.insert(files.id);
  std::vector<Published> all;
  for (std::size_t label = 0; label < reader.info.classes.size(); ++label) {
    for (const Name& subject : reader.info.subjects) {
      for (const Name& trial : reader.info.trials) {
        std::string id = reader.grid_id(static_cast<int>(label), subject, trial);
        if (std::count(reader.never_published.begin(), reader.never_published.end(), id) > 0) continue;
        const bool missing = present.count(id) == 0;
        all.push_back({std::move(id), subject.text(), trial.text(), reader.info.classes[label], missing});
      }
    }
  }
  return all;
}

// "subject 3", for each value of which every recording is missing; these are then taken out of `missing`.
std::vector<std::string> whole_groups(const std::vector<Published>& all, std::string Published::*value,
                                      const std::string& title, std::set<std::string>& missing) {
  std::map<std::string, std::vector<const Published*>> groups;
  for (const Published& one : all) groups[one.*value].push_back(&one);
  std::vector<std::string> whole;
  for (const auto& [name, group] : groups) {
    if (!std::all_of(group.begin(), group.end(), [](const Published* one) { return one->missing; })) continue;
    whole.push_back(title + " " + name);
    for (const Published* one : group) missing.erase(one->id);
  }
  return whole;
}

}  // namespace

std::string missing_of_published(const Reader& reader, const std::vector<RecordingFiles>& recordings) {
  constexpr std::size_t kNamed = 5;
  if (!reader.grid_id) return "";
  const std::vector<Published> all = published_recordings(reader, recordings);
  std::set<std::string> missing;
  for (const Published& one : all) {
    if (one.missing) missing.insert(one.id);
  }
  if (missing.empty()) return "";
  std::string text = std::to_string(missing.size()) + " of " + std::to_string(all.size()) + " recordings of " +
                     reader.info.name + " are missing: ";
  std::vector<std::string> parts;
  for (const auto& [value, title] :
       {std::pair(&Published::subject, "all of subject"), std::pair(&Published::trial, "all of trial"),
        std::pair(&Published::action, "all of class")}) {
    for (std::string& part : whole_groups(all, value, title, missing)) parts.push_back(std::move(part));
  }
  for (const std::string& id : missing) {
    if (parts.size() > kNamed) break;
    parts.push_back(id);
  }
  text += joined(std::span(parts.data(), std::min(parts.size(), kNamed)));
  return parts.size() > kNamed ? text + ", ..." : text;
}

}  // namespace pskd::data
